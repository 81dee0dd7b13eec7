import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../helpers/folder.ts';
import { runBuilt } from '../helpers/run.ts';

/** Compiled code is kept by scripts/loader.cjs on Node 20 and by Node itself from 22.1 on. */
describe('compiled code between runs', () => {
  it('is kept in a folder of the user alone, and the next run says the same', async () => {
    const home = await makeFolder();
    const first = await decode({ HOME: home });
    const files = filesUnder(join(home, '.cache', 'nexusctl'));
    expect(files.length).toBeGreaterThan(0);
    if (process.platform !== 'win32') expect(statSync(join(home, '.cache', 'nexusctl')).mode & 0o777).toBe(0o700);
    expect(await decode({ HOME: home })).toEqual(first);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toContain('"a"');
  });

  it('is made again when it is garbage', async () => {
    const home = await makeFolder();
    const good = await decode({ HOME: home });
    for (const file of filesUnder(home)) writeFileSync(file, 'garbage');
    expect(await decode({ HOME: home })).toEqual(good);
    expect(await decode({ HOME: home })).toEqual(good);
  });

  it('goes where XDG_CACHE_HOME says, on Linux', async () => {
    if (process.platform !== 'linux') return;
    const [home, cache] = [await makeFolder(), await makeFolder()];
    await decode({ HOME: home, XDG_CACHE_HOME: cache });
    expect(readdirSync(home)).toEqual([]);
    expect(readdirSync(cache)).toEqual(['nexusctl']);
  });

  it.each([
    [
      'others may write to it',
      (folder: string) => {
        mkdirSync(folder);
        chmodSync(folder, 0o777);
      },
    ],
    [
      'it is a link',
      (folder: string) => {
        mkdirSync(`${folder}-2`);
        symlinkSync(`${folder}-2`, folder);
      },
    ],
    ['it is a file', (folder: string) => writeFileSync(folder, '')],
  ])('is neither read nor written when %s', async (_what, make) => {
    const cache = await makeFolder();
    make(join(cache, 'nexusctl'));
    const before = filesUnder(cache);
    expect(await decode({ HOME: cache, XDG_CACHE_HOME: cache })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(filesUnder(cache)).toEqual(before);
  });

  it('is not kept with NODE_DISABLE_COMPILE_CACHE, nor without a home', async () => {
    const home = await makeFolder();
    await decode({ HOME: home, NODE_DISABLE_COMPILE_CACHE: '1' });
    expect(readdirSync(home)).toEqual([]);
    expect(await decode({ HOME: join(home, 'none') })).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(home, 'none'))).toBe(false);
  });

  it('survives twenty first runs at once', async () => {
    const home = await makeFolder();
    const runs = await Promise.all(Array.from({ length: 20 }, () => decode({ HOME: home })));
    expect(new Set(runs.map((run) => JSON.stringify(run))).size).toBe(1);
    expect(filesUnder(home).filter((file) => /\.\d+$/.test(file))).toEqual([]);
  });

  it('is done without where the home takes no files', async () => {
    if (process.platform !== 'linux') return;
    expect(await decode({ HOME: '/proc' })).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

function decode(env: Readonly<Record<string, string>>) {
  return runBuilt(['payload', 'decode'], {
    env,
    stdin: '{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"ImEi"}',
  });
}

function filesUnder(folder: string): readonly string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return found.filter((path) => statSync(path).isFile()).sort();
}
