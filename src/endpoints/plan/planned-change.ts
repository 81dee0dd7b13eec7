import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { gainsAndLoses, sameEntries, withoutStatus } from '../allowlist.ts';
import { sameTarget, type Backend, type Caller, type CallerEntry, type Endpoint, type Wish } from '../endpoint.ts';
import type { FileEndpoint } from '../nexus-file/content.ts';
import { isOver } from '../until.ts';

export interface PlannedChange {
  readonly action: 'create' | 'update' | 'delete';
  readonly endpoint: string;
  readonly before: Endpoint | null;
  readonly after: Endpoint | null;
  readonly gains: readonly string[];
  readonly loses: readonly string[];
}

/** What one plan is made with. */
export interface Planning {
  readonly backend: Backend;
  readonly now: Date;
  /** When an `until` ends, in milliseconds since 1970; 0 for what is no time. */
  readonly ends: (until: string) => number;
  /** What an entry of a file is on the server's list. */
  readonly callerOf: (entry: CallerEntry) => Caller;
}

/** Null when the endpoint is as the file says. */
export function changeOf(wanted: FileEndpoint, live: Endpoint | null, planning: Planning): PlannedChange | null {
  const { backend, now, ends } = planning;
  const over = ({ until }: CallerEntry) => until !== undefined && ends(until) <= now.getTime();
  if (live !== null && backend === 'cloud' && isPlainlySame(wanted, live, over)) return null;
  const after = desired(wanted, live, planning);
  if (live !== null && same(live, after, backend)) return null;
  const { gains, loses } = gainsAndLoses(live?.callers ?? [], after.callers);
  return { action: live === null ? 'create' : 'update', endpoint: wanted.name, before: live, after, gains, loses };
}

function desired(wanted: FileEndpoint, live: Endpoint | null, { backend, now, callerOf }: Planning): Endpoint {
  const target = wanted.target ?? live?.target;
  if (target === undefined)
    throw new NexusctlError('INPUT_INVALID', `${wanted.name} is not there yet and the file gives it no target`, {
      hint: 'add target: { namespace, taskQueue }',
      details: { endpoint: wanted.name },
    });
  if (live?.target !== undefined && live.target.kind !== target.kind)
    throw new NexusctlError(
      'INPUT_INVALID',
      `${wanted.name}: a worker target is never turned into a URL or the other way round`,
      {
        hint: 'give the new one another name',
        details: { endpoint: wanted.name },
      },
    );
  const blocked = wanted.blocked ?? live?.blocked ?? [];
  const closed = new Set(blocked);
  const listed: readonly CallerEntry[] = wanted.allow ?? live?.callers ?? [];
  // What has ended is not added again, and what is blocked is taken off: blocked wins over allow.
  const entries = listed.filter(({ namespace, until }) => !closed.has(namespace) && !isOver(until, now));
  const description = wanted.description ?? live?.description ?? '';
  const { id, state, projectId, resourceVersion, createdAt, updatedAt, everyone } = live ?? {};
  return {
    ...(id === undefined ? {} : { id }),
    name: wanted.name,
    ...(state === undefined ? {} : { state }),
    target,
    ...(description === '' ? {} : { description }),
    callers: entries.map(callerOf),
    // Cloud has no blocked list: there it only decides what is on the allowlist.
    ...(backend === 'cloud' || blocked.length === 0 ? {} : { blocked }),
    ...(everyone === true && wanted.allow === undefined && wanted.blocked === undefined ? { everyone } : {}),
    ...(projectId === undefined ? {} : { projectId }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}

/** The everyday answer, without making anything: the same names in the same order, none over, none blocked. */
function isPlainlySame(
  { target, description, allow, blocked }: FileEndpoint,
  live: Endpoint,
  isOver: (entry: CallerEntry) => boolean,
): boolean {
  const { callers } = live;
  return (
    allow !== undefined &&
    blocked === undefined &&
    live.blocked === undefined &&
    live.everyone === undefined &&
    (target === undefined || sameTarget(live.target, target)) &&
    (description === undefined || description === (live.description ?? '')) &&
    allow.length === callers.length &&
    allow.every((entry, index) => entry.namespace === callers[index]?.namespace && !isOver(entry))
  );
}

/** Whether an endpoint is already as wished; texts and sets are compared, never bytes or order. */
function same(live: Endpoint, after: Endpoint, backend: Backend): boolean {
  const lists =
    backend === 'cloud'
      ? sameNames(live.callers, after.callers)
      : sameEntries(live.callers, after.callers) && sameSet(live.blocked, after.blocked);
  return (
    lists &&
    sameTarget(live.target, after.target) &&
    (live.description ?? '') === (after.description ?? '') &&
    live.everyone === after.everyone
  );
}

function sameNames(one: readonly CallerEntry[], other: readonly CallerEntry[]): boolean {
  if (one.length !== other.length) return false;
  if (one.every(({ namespace }, index) => namespace === other[index]?.namespace)) return true;
  const names = new Set(one.map(({ namespace }) => namespace));
  return other.every(({ namespace }) => names.has(namespace));
}

function sameSet(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}

/** What --prune does to an endpoint. */
export function deletionOf(live: Endpoint | undefined): readonly PlannedChange[] {
  if (live === undefined) return [];
  const { gains, loses } = gainsAndLoses(live.callers, []);
  return [{ action: 'delete', endpoint: live.name, before: live, after: null, gains, loses }];
}

/** The part of a change that a server keeps; `callers` only where it keeps them. */
export function wishOf({ before, after }: PlannedChange, keepsCallers: boolean): Wish {
  if (after === null) return {};
  const described = (before?.description ?? '') !== (after.description ?? '');
  return {
    ...(sameTarget(before?.target, after.target) || after.target === undefined ? {} : { target: after.target }),
    ...(described ? { description: after.description ?? null } : {}),
    ...(keepsCallers && !sameNames(before?.callers ?? [], after.callers)
      ? { callers: after.callers.map(({ namespace }) => namespace) }
      : {}),
  };
}

/** Whether an endpoint is still what the plan saw. */
export function isAsSeen(seen: Endpoint | null, now: Endpoint | null): boolean {
  if (seen === null || now === null) return seen === now;
  return (
    seen.id === now.id &&
    seen.resourceVersion === now.resourceVersion &&
    sameEntries(withoutStatus(seen.callers), withoutStatus(now.callers)) &&
    sameSet(seen.blocked, now.blocked) &&
    seen.everyone === now.everyone
  );
}
