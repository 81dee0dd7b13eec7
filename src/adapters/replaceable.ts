import type { Stats } from 'node:fs';
import { readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { reasonOf } from './file-reasons.ts';

/** A path at which a new file may take the place of what is there. */
interface Replaceable {
  /** The file that a link stands for, also when that file is not there yet. */
  readonly target: string;
  readonly before: Stats | null;
}

/**
 * @throws NexusctlError FILE_UNWRITABLE: a rename would put a file in the place of a folder's name, a device or a pipe
 * (/dev/stdout)
 */
export async function replaceable(path: string): Promise<Replaceable> {
  const target = await followLinks(path);
  const before = await statOrNull(target);
  if (before !== null && !before.isFile())
    throw new NexusctlError(
      'FILE_UNWRITABLE',
      `cannot write ${shortPath(path)}: it is ${before.isDirectory() ? 'a folder' : 'no regular file'}`,
      { hint: 'name a file', details: { path: shortPath(path) } },
    );
  return { target, before };
}

async function followLinks(path: string, depth = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || depth > 40) throw unwritable(path, error);
  }
  try {
    return await followLinks(resolve(dirname(path), await readlink(path)), depth + 1);
  } catch (error) {
    if (error instanceof NexusctlError) throw error;
    return path;
  }
}

export async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch {
    return null;
  }
}

export function unwritable(path: string, cause: unknown): NexusctlError {
  if (cause instanceof NexusctlError) return cause;
  const shown = shortPath(path);
  return new NexusctlError('FILE_UNWRITABLE', `cannot write ${shown}: ${reasonOf(cause)}`, {
    hint: 'check that the folder is there and that you may write to it',
    cause,
    details: { path: shown },
  });
}

/** A value given where a path belongs may be a whole key: only its beginning is ever shown. */
export function shortPath(path: string): string {
  return path.length > 1024 || path.includes('\n') ? '(a value that is no path)' : path;
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
