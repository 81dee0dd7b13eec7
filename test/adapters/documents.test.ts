import { execFileSync } from 'node:child_process';
import { lstat, readdir, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documents } from '../../src/adapters/documents.ts';
import { makeFolder } from '../helpers/folder.ts';
import { runBuilt } from '../helpers/run.ts';

describe('a document that cannot be read', () => {
  const gone = resolve('test/fixtures/none.json');
  const folder = resolve('test/fixtures');
  it.each([
    [
      'one that is not there',
      gone,
      `error: ${gone} is not there`,
      'hint: give the path of a file, or - for the standard input',
    ],
    [
      'a folder',
      folder,
      `error: cannot read ${folder}: it is a folder`,
      `hint: name the files in it; audit takes several: nexusctl payload audit ${folder}/*`,
    ],
  ])('is named in words: %s', async (_what, path, ...lines) => {
    const { exitCode, stderr } = await runBuilt(['payload', 'decode', path]);
    expect([exitCode, stderr.trim().split('\n')]).toEqual([3, lines]);
  });
});

describe('a document that is written', () => {
  const payload = JSON.stringify({ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'MQ==' });
  const decodeTo = async (cwd: string, out: string) => {
    const run = await runBuilt(['payload', 'decode', 'p.json', '--out', out], { cwd });
    return { ...run, left: (await readdir(cwd)).toSorted() };
  };

  it('takes the place of no folder, device or pipe, and leaves nothing beside it', async () => {
    const cwd = await makeFolder({ 'p.json': payload, 'folder/kept': '' });
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    await symlink('pipe', join(cwd, 'link-to-pipe'));
    for (const [out, why] of [
      ['folder', 'a folder'],
      ['pipe', 'no regular file'],
      ['link-to-pipe', 'no regular file'],
    ] as const) {
      const { exitCode, stderr, left } = await decodeTo(cwd, out);
      expect([exitCode, stderr.split('\n')[0]], out).toEqual([
        3,
        `error: cannot write ${join(cwd, out)}: it is ${why}`,
      ]);
      expect(left).toEqual(['folder', 'link-to-pipe', 'p.json', 'pipe']);
    }
    expect((await lstat(join(cwd, 'pipe'))).isFIFO()).toBe(true);
  });

  it('goes where a link points, though nothing is there yet', async () => {
    const cwd = await makeFolder({ 'p.json': payload });
    await symlink('real', join(cwd, 'link'));
    const { exitCode, left } = await decodeTo(cwd, 'link');
    expect([exitCode, left]).toEqual([0, ['link', 'p.json', 'real']]);
    expect(await readFile(join(cwd, 'real'), 'utf8')).toBe('1\n');
  });

  it('is taken back when it cannot get its name', async () => {
    const cwd = await makeFolder();
    const writer = await documents.write(join(cwd, 'new'));
    await writer.write(Buffer.from('x'));
    execFileSync('mkdir', ['-p', join(cwd, 'new/child')]);
    await expect(writer.close()).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    expect(await readdir(cwd)).toEqual(['new']);
  });
});
