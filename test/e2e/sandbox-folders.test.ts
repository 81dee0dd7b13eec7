import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { program, runBuilt } from '../helpers/run.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'sandbox-folders-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function start() {
  const child = spawn(process.execPath, [program, 'sandbox', 'start', '-o', 'json'], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    end: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      await exited;
    },
  };
}

it('what a killed sandbox left goes with the next one, what belongs to a living one stays', async () => {
  const killed = await start();
  const [left = ''] = await readdir(folder);
  await killed.end('SIGKILL');
  expect(await readdir(folder)).toEqual([left]);
  const living = await start();
  const [kept = '', ...others] = await readdir(folder);
  expect(others).toEqual([]);
  expect(kept).not.toBe(left);
  expect(await runBuilt(['sandbox', 'run', '--quiet', 'true'], { env: { TMPDIR: folder } })).toMatchObject({
    exitCode: 0,
  });
  expect(await readdir(folder)).toEqual([kept]);
  await living.end('SIGTERM');
  expect(await readdir(folder)).toEqual([]);
});

it('what only looks like it is left alone', async () => {
  const killed = await start();
  const [left = ''] = await readdir(folder);
  await killed.end('SIGKILL');
  const [, machine = ''] = /^nexusctl-sandbox-(.*)-\d+-[^-]+$/.exec(left) ?? [];
  const dead = /-(\d+)-[^-]+$/.exec(left)?.[1] ?? '';
  const theirs = join(folder, 'precious');
  await mkdir(theirs);
  await writeFile(join(theirs, 'file'), 'kept');
  const alike = [
    // Another machine, whose processes are not here.
    `nexusctl-sandbox-elsewhere${machine}-${dead}-AbCdEf`,
    `nexusctl-sandbox-${machine}-${dead}`,
    `nexusctl-sandbox-${machine}-x-AbCdEf`,
  ];
  for (const name of alike) await mkdir(join(folder, name));
  await writeFile(join(folder, `nexusctl-sandbox-${machine}-${dead}-afile1`), '');
  await symlink(theirs, join(folder, `nexusctl-sandbox-${machine}-${dead}-alink1`));
  const before = (await readdir(folder)).filter((name) => name !== left);
  await runBuilt(['sandbox', 'run', '--quiet', 'true'], { env: { TMPDIR: folder } });
  expect((await readdir(folder)).sort()).toEqual(before.sort());
  expect(await readdir(theirs)).toEqual(['file']);
});
