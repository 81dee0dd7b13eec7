import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

/** A program of scripts/go-programs.mjs, cached or built now; null when there is none. In CI that is an error. */
export async function goProgram(name: string): Promise<string | null> {
  const build = promisify(execFile)(process.execPath, ['scripts/go-programs.mjs', name], { maxBuffer: 1 << 24 });
  const { stdout } = await build.catch((error: unknown) => ({ stdout: String(error) }));
  const path = stdout.trim().split('\n').at(-1) ?? '';
  if (existsSync(path)) return path;
  if (process.env['CI'] === 'true') throw new Error(`no ${name}: ${stdout}`);
  return null;
}
