import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
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
  const there = (path: string): string => join(root, path);
  return {
    read: (path, limit) => files.read(there(path), limit),
    write: (path, bytes, options) => files.write(there(path), bytes, options),
    makeFolder: (path) => files.makeFolder(there(path)),
    stat: (path) => files.stat(there(path)),
    locked: (path, waitMs, work) => files.locked(there(path), waitMs, work),
  };
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
