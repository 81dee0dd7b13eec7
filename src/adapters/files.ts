import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, chown, mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { FileFacts, Files } from '../profile/files.ts';
import { reasonOf } from './file-reasons.ts';
import type { Host } from './host.ts';
import { makeLock } from './lock.ts';
import { hasCode, replaceable, shortPath, statOrNull, unwritable } from './replaceable.ts';

const defaultLimit = 1024 * 1024;

export function makeFiles(host: Host): Files {
  return {
    read: (path, limit = defaultLimit) => read(path, limit, host),
    write,
    makeFolder: async (path) => {
      try {
        await mkdir(path, { recursive: true, mode: 0o700 });
      } catch (error) {
        throw unwritable(path, error);
      }
    },
    stat: (path) => facts(path, host),
    locked: makeLock(host),
  };
}

async function read(path: string, limit: number, host: Host): Promise<Uint8Array | null> {
  let file: FileHandle | undefined;
  try {
    // A pipe without a writer would block the open itself.
    file = await open(path, constants.O_RDONLY | (host.uid === undefined ? 0 : constants.O_NONBLOCK));
    const found = await file.stat();
    if (isNullDevice(path, found)) return new Uint8Array();
    if (!found.isFile())
      throw new NexusctlError(
        'FILE_UNREADABLE',
        `${path} is ${kindOf(found) === 'folder' ? 'a folder' : 'no regular file'}`,
        {
          hint: 'name a regular file',
          details: { path },
        },
      );
    return await readAtMost(file, path, found.size, limit);
  } catch (error) {
    if (error instanceof NexusctlError) throw error;
    if (hasCode(error, 'ENOENT')) return null;
    throw unreadable(path, error);
  } finally {
    await file?.close();
  }
}

/**
 * Into one buffer of the size that the file has, and one byte more, so that a file that grows while it is read, or that
 * has no size (/proc), is noticed and read on.
 */
async function readAtMost(file: FileHandle, path: string, size: number, limit: number): Promise<Uint8Array> {
  let buffer = Buffer.alloc(Math.min(size, limit) + 1);
  for (let total = 0; ;) {
    // All four named: with the buffer alone, Node 20.3 reads nothing.
    const { bytesRead } = await file.read(buffer, total, buffer.length - total, null);
    if (bytesRead === 0) return buffer.subarray(0, total);
    total += bytesRead;
    if (total > limit)
      throw new NexusctlError('INPUT_TOO_LARGE', `${path} is larger than ${String(limit)} bytes`, {
        hint: 'is this the file you meant?',
        details: { path, limit },
      });
    if (total === buffer.length) buffer = Buffer.concat([buffer], Math.min(Math.max(total * 2, 65_536), limit + 1));
  }
}

async function write(
  path: string,
  bytes: string | Uint8Array,
  options: { readonly create?: boolean; readonly mode?: number } = {},
): Promise<void> {
  if (options.create === true && (await statOrNull(path)) !== null)
    throw new NexusctlError('FILE_EXISTS', `${path} is there already`, {
      hint: 'name another file, or remove this one first',
      details: { path },
    });
  const { target, before } = await replaceable(path);
  const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeDraft(draft, bytes, before, options.mode ?? 0o600);
    await rename(draft, target);
    await flushFolder(dirname(target));
  } catch (error) {
    await rm(draft, { force: true });
    throw unwritable(path, error);
  }
}

async function writeDraft(
  draft: string,
  bytes: string | Uint8Array,
  before: Stats | null,
  mode: number,
): Promise<void> {
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  const made = await stat(draft);
  if (before !== null && (made.uid !== before.uid || made.gid !== before.gid))
    await chown(draft, before.uid, before.gid);
  const wished = before === null ? mode : before.mode & 0o7777;
  if ((made.mode & 0o7777) !== wished) await chmod(draft, wished);
}

/** Makes the rename itself durable; not every file system can. */
async function flushFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    return;
  } finally {
    await handle?.close();
  }
}

async function facts(path: string, host: Host): Promise<FileFacts | null> {
  const found = await statOrNull(path);
  if (found === null) return null;
  const mode = found.mode & 0o7777;
  const { size, uid } = found;
  const posix = host.uid !== undefined;
  return {
    kind: kindOf(found),
    size,
    mode,
    uid,
    onlyOwnerWrites: !posix || ((uid === host.uid || uid === 0) && (mode & 0o022) === 0),
    othersMayRead: posix && (mode & 0o077 & 0o044) !== 0,
  };
}

function kindOf(found: Stats): FileFacts['kind'] {
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'folder' : 'other';
}

function isNullDevice(path: string, found: Stats): boolean {
  return found.isCharacterDevice() && (path === '/dev/null' || path === '\\\\.\\nul');
}

function unreadable(path: string, cause: unknown): NexusctlError {
  const shown = shortPath(path);
  return new NexusctlError('FILE_UNREADABLE', `cannot read ${shown}: ${reasonOf(cause)}`, {
    hint: `look at it with: ls -ld -- ${shown}`,
    cause,
    details: { path: shown },
  });
}
