import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Files } from '../profile/files.ts';
import type { Host } from './host.ts';
import { unwritable } from './replaceable.ts';

/** Who holds a lock. The start time tells a process from a later one that was given the same number. */
interface Owner {
  readonly pid: number;
  readonly started: string;
}

/** A lock that is empty or unreadable this long after it was made was left by a crash in the middle of making it. */
const graceMs = 2_000;

export function makeLock(host: Host): Files['locked'] {
  return async (path, waitMs, work) => {
    const lock = `${path}.lock`;
    const release = await acquire(lock, waitMs, host);
    try {
      return await work();
    } finally {
      await release();
    }
  };
}

async function acquire(lock: string, waitMs: number, host: Host): Promise<() => Promise<void>> {
  const mine = JSON.stringify({ pid: host.pid, started: await startTime(host.pid) } satisfies Owner);
  const deadline = Date.now() + waitMs;
  for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
    if (await take(lock, mine)) return () => unlink(lock).catch(() => undefined);
    await breakIfDead(lock, host);
    if (Date.now() >= deadline && !(await isFree(lock))) throw await lockedBy(lock, host);
    await sleep(pause / 2 + Math.random() * pause);
  }
}

/** The lock appears with its contents, by a link: nobody ever reads half an owner. */
async function take(lock: string, owner: string): Promise<boolean> {
  const draft = `${lock}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    await file.writeFile(owner);
    await file.close();
    await link(draft, lock);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (codeOf(error) === 'EPERM' || codeOf(error) === 'ENOTSUP') return await takeWithoutLink(lock, owner);
    throw unwritable(lock, error);
  } finally {
    // What could not be made cannot be removed either.
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** For file systems without links. */
async function takeWithoutLink(lock: string, owner: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx', 0o600);
    await file.writeFile(owner);
    await file.close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes a dead owner's lock away. Who does so holds a lock of its own meanwhile and looks again under it: of several
 * that found the owner dead, none takes away the lock that the next living process has just made.
 */
async function breakIfDead(lock: string, host: Host): Promise<void> {
  if (await isHeld(lock, host)) return;
  const breaking = `${lock}.break`;
  try {
    await (await open(breaking, 'wx', 0o600)).close();
  } catch {
    const since = (await stat(breaking).catch(() => null))?.mtimeMs ?? Date.now();
    if (Date.now() - since > graceMs) await rm(breaking, { force: true });
    return;
  }
  try {
    if (!(await isHeld(lock, host))) await rm(lock, { force: true });
  } finally {
    await rm(breaking, { force: true });
  }
}

async function isHeld(lock: string, host: Host): Promise<boolean> {
  const text = await readFile(lock, 'utf8').catch(() => null);
  if (text === null) return true;
  const owner = parseOwner(text);
  if (owner === null) return Date.now() - ((await stat(lock).catch(() => null))?.mtimeMs ?? Date.now()) < graceMs;
  if (!isAlive(owner.pid, host)) return false;
  const started = await startTime(owner.pid);
  return started === '' || owner.started === '' || started === owner.started;
}

async function isFree(lock: string): Promise<boolean> {
  return (await stat(lock).catch(() => null)) === null;
}

function isAlive(pid: number, host: Host): boolean {
  try {
    host.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** When a process started, as Linux counts it (field 22 of /proc/PID/stat); empty where that is not known. */
async function startTime(pid: number): Promise<string> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in parentheses and may itself contain blanks and parentheses.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function parseOwner(text: string): Owner | null {
  try {
    const { pid, started } = JSON.parse(text) as Partial<Owner>;
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : null;
  } catch {
    return null;
  }
}

async function lockedBy(lock: string, host: Host): Promise<NexusctlError> {
  const owner = parseOwner(await readFile(lock, 'utf8').catch(() => ''));
  const who =
    owner === null ? 'another process' : `process ${String(owner.pid)}${owner.pid === host.pid ? ' (this one)' : ''}`;
  return new NexusctlError('LOCKED', `${who} holds ${lock}`, {
    hint: 'try again when it has finished',
    details: { lock },
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
