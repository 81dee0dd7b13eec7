import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * End-to-end tests run the built file, so the build is made once before all tests. Everything temporary lies in one
 * folder of the run, which goes away with it, however it ends.
 */
export function setup(): (() => void) | undefined {
  // Each project of vitest.config.ts asks for it, in one process.
  if (process.env['NEXUSCTL_RUN_FOLDER'] !== undefined) return undefined;
  if (process.env['NEXUSCTL_SKIP_BUILD'] === undefined)
    execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'nexusctl-run-'));
  process.env['TMPDIR'] = process.env['NEXUSCTL_RUN_FOLDER'] = folder;
  const guard = spawn('/bin/sh', ['-c', cleaner, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  return () => {
    rmSync(folder, { recursive: true, force: true });
    guard.stdin.end();
  };
}

/** Waits for the end of the pipe that this process holds, then until nothing is put into the folder any more. */
const cleaner = 'cat >/dev/null; while rm -rf "$1"; sleep 2; [ -e "$1" ]; do :; done';
