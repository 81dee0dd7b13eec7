import { readdir, readFile } from 'node:fs/promises';
import { kill } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const lookEveryMs = 25;

/** @returns whether anybody is there to get it; the null signal only asks */
export function sendSignal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return kill(pid, name);
  } catch {
    return false;
  }
}

/** Ends every process of a group whose leader has gone: asks first, then kills. */
export async function endGroup(leader: number, graceMs: number): Promise<void> {
  if (!sendSignal(-leader, 'SIGTERM')) return;
  for (let waited = 0; waited < graceMs; waited += lookEveryMs) {
    if (!(await isInhabited(leader))) return;
    await sleep(lookEveryMs);
  }
  sendSignal(-leader, 'SIGKILL');
}

/** A process that has ended but was not collected (containers often have a slow init) still gets signals, in vain. */
async function isInhabited(group: number): Promise<boolean> {
  if (!sendSignal(-group, 0)) return false;
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.filter((name) => /^\d+$/.test(name));
  if (pids.length === 0) return true;
  const members = await Promise.all(pids.map((pid) => isLivingMember(pid, group)));
  return members.includes(true);
}

/** proc(5): `pid (name) state ppid pgrp …`, where the name may hold anything. */
async function isLivingMember(pid: string, group: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(pgrp) === group && state !== 'Z' && state !== 'X';
}
