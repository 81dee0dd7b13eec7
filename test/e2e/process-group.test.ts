import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../helpers/folder.ts';
import { startGuarded } from '../helpers/guarded-process.ts';

/** Not one that has ended and that init, busy, has not asked about yet. */
const isThere = (id: number): boolean => {
  try {
    if (readFileSync(`/proc/${String(id)}/stat`, 'utf8').includes(') Z ')) return false;
  } catch {
    // Gone, or a system without /proc.
  }
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
};

/**
 * Starts a group with a process in it that obeys no SIGTERM and that ends, with its first breath, the one that started
 * it: the moment between the start of both is where a guard could be missing. Gives its id.
 */
async function startGroup(signal: string) {
  const folder = await makeFolder();
  const inner = `trap "" TERM INT; echo $$ > ${folder}/id; kill -s ${signal} $PPID; while :; do sleep 0.2; done`;
  const script = `import('./scripts/process-group.mjs').then(({ runInGroup }) => runInGroup(${JSON.stringify(['sh', '-c', inner])}))`;
  const ended = once(spawn(process.execPath, ['-e', script], { stdio: 'ignore' }), 'exit');
  const path = join(folder, 'id');
  await expect.poll(() => existsSync(path), { timeout: 10_000 }).toBe(true);
  await expect.poll(async () => Number(await readFile(path, 'utf8')), { timeout: 10_000 }).toBeGreaterThan(0);
  return { ended, id: Number(await readFile(path, 'utf8')) };
}

it('what the tests start ends with them, however they end', async () => {
  const ends = ['INT', 'TERM', 'KILL'].map(async (signal) => {
    const { ended, id } = await startGroup(signal);
    await expect.poll(() => isThere(id), { timeout: 20_000 }).toBe(false);
    await ended;
  });
  const folder = await makeFolder();
  const server = startGuarded(['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.2; done'], { folder });
  await expect.poll(() => server.log(), { timeout: 10_000 }).toContain('up');
  await Promise.all([...ends, server.close()]);
  expect(server.ended()).toBe(true);
  expect(existsSync(folder)).toBe(false);
});
