import { readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Files } from '../profile/files.ts';
import type { Processes, ProcessView } from '../profile/processes.ts';

/** Looks through /proc: the environment, and files below the root of the process (of its container). */
export function makeProcesses(files: Files): Processes {
  return { view: (pid) => view(pid, files) };
}

async function view(pid: number, files: Files): Promise<ProcessView> {
  const folder = `/proc/${String(pid)}`;
  try {
    const text = await readFile(join(folder, 'environ'), 'utf8');
    const pairs = text.split('\0').filter((pair) => pair.indexOf('=') > 0);
    return {
      env: Object.fromEntries(
        pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
      ),
      cwd: await readlink(join(folder, 'cwd')),
      files: below(join(folder, 'root'), files),
    };
  } catch (cause) {
    throw refused(pid, cause);
  }
}

function below(root: string, files: Files): Files {
  const there = (path: string): Promise<string> => pathBelow(root, path);
  return {
    read: async (path, limit) => files.read(await there(path), limit),
    write: async (path, bytes, options) => files.write(await there(path), bytes, options),
    makeFolder: async (path) => files.makeFolder(await there(path)),
    stat: async (path) => files.stat(await there(path)),
    locked: async (path, waitMs, work) => files.locked(await there(path), waitMs, work),
  };
}

const mostLinks = 40;

/**
 * Where `path` is for whoever sees `root` as `/`. Links are followed here, one by one: the kernel would take an
 * absolute one from our own root, and the file that it names there is another one.
 */
export async function pathBelow(root: string, path: string): Promise<string> {
  let rest = path.split('/');
  let found = '/';
  for (let links = 0; rest.length > 0;) {
    const [part = '', ...after] = rest;
    const next = posix.join(found, part);
    const target = part === '' || part === '.' || part === '..' ? null : await linkTarget(join(root, next));
    if (target === null) {
      found = next;
      rest = after;
      continue;
    }
    if (++links > mostLinks)
      throw new NexusctlError('FILE_UNREADABLE', `${path}: too many links`, { details: { path } });
    if (target.startsWith('/')) found = '/';
    rest = [...target.split('/'), ...after];
  }
  return join(root, found);
}

/** Null for what is no link, or is not there. */
function linkTarget(path: string): Promise<string | null> {
  return readlink(path).catch(() => null);
}

function refused(pid: number, cause: unknown): NexusctlError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : '';
  if (code === 'ENOENT' || code === 'ESRCH')
    return new NexusctlError('NOT_FOUND', `there is no process ${String(pid)}, or no /proc`, {
      hint: '--env-from-pid works on Linux; pgrep -f worker finds the number',
      cause,
    });
  return new NexusctlError('FILE_UNREADABLE', `the environment of process ${String(pid)} is not yours to read`, {
    hint: 'run as the same user or as root; in Kubernetes from a debug container with the profile sysadmin',
    cause,
  });
}
