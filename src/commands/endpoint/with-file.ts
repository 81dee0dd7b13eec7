import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { editNexusFile, type FileEdit } from '../../endpoints/nexus-file/edit.ts';
import { readNexusFile } from '../../endpoints/nexus-file/nexus-file.ts';
import { readInput } from '../input.ts';

const lockWaitMs = 30_000;
const largest = 64 * 1024 * 1024;

/**
 * Changes a nexus.yaml and the server together, under the file's lock. The edit is computed before anything is
 * written; a removal is written to the file first, so that the next apply never gives it back, an addition last, so
 * that the file never claims what the server refused.
 * @returns what the work returns, and whether the file was changed
 */
export async function withFile<T>(
  context: Context,
  file: {
    readonly path: string | undefined;
    readonly edits: readonly FileEdit[];
    readonly dryRun: boolean;
    readonly first: boolean;
  },
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly fileChanged?: boolean }> {
  const { path, edits, dryRun, first } = file;
  if (path === undefined) return { result: await work() };
  const files = await context.ports.files();
  const absolute = resolve(context.cwd, path);
  return await files.locked(absolute, lockWaitMs, async () => {
    const old = await readInput(context, path, largest);
    await readNexusFile(path, old);
    const text = await editNexusFile(path, old, edits);
    const write = async () => {
      if (text !== old && !dryRun) await files.write(absolute, text, { mode: 0o644 });
    };
    if (first) await write();
    const result = await work();
    if (!first) await write();
    return { result, fileChanged: text !== old };
  });
}
