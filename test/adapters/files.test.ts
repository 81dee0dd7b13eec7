import { chmod, lstat, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFiles } from '../../src/adapters/files.ts';
import { host } from '../helpers/context.ts';
import { makeFolder } from '../helpers/folder.ts';

const files = makeFiles(host);
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o7777;

describe('read', () => {
  it('gives bytes, or null when nothing is there', async () => {
    const folder = await makeFolder({ a: 'text' });
    expect(await files.read(join(folder, 'a'))).toEqual(Buffer.from('text'));
    expect(await files.read(join(folder, 'b'))).toBeNull();
    expect(await files.read('/dev/null')).toEqual(new Uint8Array());
  });

  it('refuses folders, devices and pipes without waiting for them', async () => {
    const folder = await makeFolder();
    execFileSync('/usr/bin/env', ['mkfifo', join(folder, 'pipe')]);
    for (const path of [folder, '/dev/zero', join(folder, 'pipe')])
      await expect(files.read(path), path).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('stops at the limit', async () => {
    const folder = await makeFolder({
      exact: 'x'.repeat(10),
      more: 'x'.repeat(11),
      large: Buffer.alloc(1024 * 1024 + 1),
    });
    expect(await files.read(join(folder, 'exact'), 10)).toHaveLength(10);
    await expect(files.read(join(folder, 'more'), 10)).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' });
    await expect(files.read(join(folder, 'large'))).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' });
  });

  // Such files say that their size is 0.
  it.runIf(process.platform === 'linux')('reads what has no size to its end, or to the limit', async () => {
    const own = await files.read('/proc/self/cmdline');
    expect(Buffer.from(own ?? []).toString()).toBe(await readFile('/proc/self/cmdline', 'utf8'));
    expect((await files.read('/proc/self/smaps', 2 ** 30))?.length).toBeGreaterThan(65_536);
    await expect(files.read('/proc/self/smaps', 100)).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' });
  });

  it('never repeats a value that was given in place of a path', async () => {
    const pem = `-----BEGIN PRIVATE KEY-----\n${'c2VjcmV0'.repeat(600)}\n-----END PRIVATE KEY-----`;
    const error = await files.read(pem).then(
      () => null,
      (reason: unknown) => reason as Error,
    );
    expect(error?.message ?? '').not.toContain('c2VjcmV0');
  });
});

describe('write', () => {
  it('makes a new file with 0600 and leaves nothing else behind', async () => {
    const folder = await makeFolder();
    await files.write(join(folder, 'new'), 'x');
    expect(await modeOf(join(folder, 'new'))).toBe(0o600);
    expect(await readdir(folder)).toEqual(['new']);
  });

  it('keeps the mode of what it replaces, and a link a link', async () => {
    const folder = await makeFolder({ 'real/target': 'old' });
    await chmod(join(folder, 'real/target'), 0o640);
    await symlink('real/target', join(folder, 'link'));
    await files.write(join(folder, 'link'), 'new');
    expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'real/target'), 'utf8')).toBe('new');
    expect(await modeOf(join(folder, 'real/target'))).toBe(0o640);
    expect(await readdir(join(folder, 'real'))).toEqual(['target']);
  });

  it.runIf(host.uid === 0)('keeps the owner', async () => {
    const folder = await makeFolder({ theirs: 'old' });
    execFileSync('chown', ['1234:2345', join(folder, 'theirs')]);
    await files.write(join(folder, 'theirs'), 'new');
    expect(await stat(join(folder, 'theirs'))).toMatchObject({ uid: 1234, gid: 2345 });
  });

  it('writes through a link whose target is not there yet', async () => {
    const folder = await makeFolder();
    await mkdir(join(folder, 'elsewhere'));
    await symlink('elsewhere/target', join(folder, 'link'));
    await files.write(join(folder, 'link'), 'x');
    expect(await readFile(join(folder, 'elsewhere/target'), 'utf8')).toBe('x');
  });

  it('does not replace what is there when it shall create', async () => {
    const folder = await makeFolder({ a: 'old' });
    await expect(files.write(join(folder, 'a'), 'new', { create: true })).rejects.toMatchObject({
      code: 'FILE_EXISTS',
    });
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('old');
  });

  it('says why it cannot', async () => {
    const folder = await makeFolder({ file: '' });
    await expect(files.write(join(folder, 'no/such/folder'), 'x')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    await expect(files.write(join(folder, 'file/x'), 'x')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    await expect(files.write(folder, 'x')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  });

  it('is never seen half done', async () => {
    const folder = await makeFolder({ a: 'a'.repeat(100_000) });
    const path = join(folder, 'a');
    let done = false;
    const writes = (async () => {
      for (const letter of 'bcdefghij') await files.write(path, letter.repeat(100_000));
      done = true;
    })();
    for (;;) {
      const text = await readFile(path, 'utf8');
      expect(text).toHaveLength(100_000);
      expect(new Set(text).size).toBe(1);
      if (done as boolean) break;
    }
    await writes;
  });
});

describe('stat', () => {
  it.each<[number, boolean, boolean]>([
    [0o600, true, false],
    [0o640, true, true],
    [0o644, true, true],
    [0o620, false, false],
    [0o602, false, false],
  ])('mode %o: only the owner writes %s, others may read %s', async (mode, onlyOwnerWrites, othersMayRead) => {
    const folder = await makeFolder();
    const path = join(folder, 'a');
    await writeFile(path, '');
    await chmod(path, mode);
    expect(await files.stat(path)).toMatchObject({ kind: 'file', mode, onlyOwnerWrites, othersMayRead });
  });
});
