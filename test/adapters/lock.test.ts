import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeFiles } from '../../src/adapters/files.ts';
import { host } from '../helpers/context.ts';
import { makeFolder } from '../helpers/folder.ts';

const files = makeFiles(host);

describe('a lock', () => {
  it('lets one at a time in and is gone afterwards, also after a failure', async () => {
    const folder = await makeFolder({ count: '0' });
    const path = join(folder, 'count');
    const increment = async (): Promise<void> => {
      const before = Number(await readFile(path, 'utf8'));
      await files.write(path, String(before + 1));
    };
    await Promise.all(Array.from({ length: 20 }, () => files.locked(path, 20_000, increment)));
    expect(await readFile(path, 'utf8')).toBe('20');
    await expect(files.locked(path, 100, () => Promise.reject(new Error('work failed')))).rejects.toThrow(
      'work failed',
    );
    expect(await readdir(folder)).toEqual(['count']);
  });

  it('of a living process is waited for, then named', async () => {
    const folder = await makeFolder();
    const child = spawn('sleep', ['30']);
    onTestFinished(() => void child.kill());
    await once(child, 'spawn');
    await writeFile(join(folder, 'x.lock'), JSON.stringify({ pid: child.pid, started: '' }));
    const started = Date.now();
    await expect(files.locked(join(folder, 'x'), 300, () => Promise.resolve())).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining(`process ${String(child.pid)}`) as string,
    });
    expect(Date.now() - started).toBeGreaterThanOrEqual(300);
  });

  it('of a process that has ended is broken at once', async () => {
    const folder = await makeFolder();
    const child = spawn('true');
    await once(child, 'exit');
    await writeFile(join(folder, 'x.lock'), JSON.stringify({ pid: child.pid, started: '1' }));
    expect(await files.locked(join(folder, 'x'), 0, () => Promise.resolve('in'))).toBe('in');
  });

  it('of an earlier process with a number that is in use again is broken', async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, 'x.lock'), JSON.stringify({ pid: process.pid, started: '1' }));
    expect(await files.locked(join(folder, 'x'), 1000, () => Promise.resolve('in'))).toBe('in');
  });

  it('that a crash left half written is broken after a moment', async () => {
    const folder = await makeFolder({ 'x.lock': '{"pid":' });
    const old = new Date(Date.now() - 10_000);
    await utimes(join(folder, 'x.lock'), old, old);
    expect(await files.locked(join(folder, 'x'), 1000, () => Promise.resolve('in'))).toBe('in');
  });

  it('of a dead process goes to one of many that wait for it', async () => {
    const folder = await makeFolder({ count: '0' });
    const path = join(folder, 'count');
    await writeFile(`${path}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, started: '1' }));
    let inside = 0;
    await Promise.all(
      Array.from({ length: 12 }, () =>
        files.locked(path, 20_000, async () => {
          inside += 1;
          expect(inside).toBe(1);
          await new Promise((resolve) => setTimeout(resolve, 2));
          inside -= 1;
        }),
      ),
    );
    expect(await readdir(folder)).toEqual(['count']);
  });
});
