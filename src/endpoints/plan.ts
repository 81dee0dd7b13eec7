import { createHash } from 'node:crypto';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { gainsAndLoses, sameEntries, withStatus } from './allowlist.ts';
import { sameTarget, type Backend, type CallerEntry, type Endpoint, type Wish } from './endpoint.ts';
import type { FileEndpoint, NexusContent } from './nexus-content.ts';
import { inScope } from './nexus-file.ts';
import { endOf, isOver } from './until.ts';

export interface PlannedChange {
  readonly action: 'create' | 'update' | 'delete';
  readonly endpoint: string;
  readonly before: Endpoint | null;
  readonly after: Endpoint | null;
  readonly gains: readonly string[];
  readonly loses: readonly string[];
}

/** An entry whose end has come or comes soon. */
export interface Ending {
  readonly endpoint: string;
  readonly namespace: string;
  readonly until: string;
  readonly owner?: string;
  /** It can still be used: it is on the server's list (or in the policy, where the authorizer refuses it). */
  readonly live: boolean;
}

export interface Plan {
  /** Of everything that it was made from: the same digest is the same plan on the same state. */
  readonly digest: string;
  /** Of the files' entries and the versions that were seen; a part of `digest`. */
  readonly inputs: string;
  readonly changes: readonly PlannedChange[];
  readonly expired: readonly Ending[];
  readonly expiring: readonly Ending[];
  /** Live in the scope, in no file. */
  readonly unmanaged: readonly string[];
  readonly summary: {
    readonly create: number;
    readonly update: number;
    readonly delete: number;
    readonly unchanged: number;
  };
}

interface Files extends NexusContent {
  /** Of the files' bytes, when there are files. */
  readonly digest?: string;
}

interface Circumstances {
  readonly backend: Backend;
  readonly now: Date;
  /** Entries that end within this time are listed as expiring. */
  readonly soonMs: number;
  readonly prune: boolean;
}

/**
 * What has to change so that the live endpoints are as the files say. Pure: the same in, the same out.
 * @throws NexusctlError INPUT_INVALID (an endpoint that has to be made has no target), USAGE (--prune without scope)
 */
export function makePlan(files: Files, live: readonly Endpoint[], circumstances: Circumstances): Plan {
  const { now, soonMs, prune } = circumstances;
  if (prune && (files.scope === undefined || (files.account ?? files.cluster) === undefined))
    throw new NexusctlError('USAGE', '--prune deletes what the files do not name, so they must say what they own', {
      hint: 'give every file both lines: account (or cluster) and scope.names',
    });
  const ends = makeEnds();
  const byName = new Map(live.map((endpoint) => [endpoint.name, endpoint]));
  const named = new Set(files.endpoints.map(({ name }) => name));
  const changes = files.endpoints.flatMap(
    (wanted) => changeOf(wanted, byName.get(wanted.name) ?? null, circumstances, ends) ?? [],
  );
  const unmanaged = live
    .map(({ name }) => name)
    .filter((name) => !named.has(name) && inScope(name, files.scope ?? ['*']))
    .sort();
  const deletes = prune ? unmanaged.flatMap((name) => deletionOf(byName.get(name))) : [];
  const all = [...changes, ...deletes];
  const count = (action: PlannedChange['action']) => all.filter((change) => change.action === action).length;
  const soon = new Date(now.getTime() + soonMs);
  const endings = files.endpoints.flatMap((wanted) => endingsOf(wanted, byName.get(wanted.name), soon, ends));
  const { account, cluster } = files;
  const inputs = inputsOf(files, live);
  return {
    digest: digestOf({ account, cluster, backend: circumstances.backend, inputs }, all),
    inputs,
    changes: all,
    expired: endings.filter(({ until }) => isOver(until, now)),
    expiring: endings.filter(({ until }) => !isOver(until, now)),
    unmanaged: prune ? [] : unmanaged,
    summary: {
      create: count('create'),
      update: count('update'),
      delete: count('delete'),
      unchanged: files.endpoints.length - changes.length,
    },
  };
}

function inputsOf({ digest, endpoints }: Files, live: readonly Endpoint[]): string {
  const hash = createHash('sha256').update(digest ?? JSON.stringify(endpoints));
  for (const { name, resourceVersion } of live) hash.update(JSON.stringify([name, resourceVersion]));
  return hash.digest('hex');
}

/** What a plan promises: its subject and every change with the versions that were seen. */
export function digestOf(subject: object, changes: readonly PlannedChange[]): string {
  const hash = createHash('sha256').update(JSON.stringify(subject));
  for (const change of changes) hash.update(JSON.stringify(change));
  return hash.digest('hex');
}

function changeOf(
  wanted: FileEndpoint,
  live: Endpoint | null,
  { backend, now }: Circumstances,
  ends: Ends,
): PlannedChange | null {
  const over = ({ until }: CallerEntry) => until !== undefined && ends(until) <= now.getTime();
  if (live !== null && backend === 'cloud' && isPlainlySame(wanted, live, over)) return null;
  const after = desired(wanted, live, backend, now);
  if (live !== null && same(live, after, backend)) return null;
  const { gains, loses } = gainsAndLoses(live?.callers ?? [], after.callers);
  return { action: live === null ? 'create' : 'update', endpoint: wanted.name, before: live, after, gains, loses };
}

function desired(wanted: FileEndpoint, live: Endpoint | null, backend: Backend, now: Date): Endpoint {
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
    callers: backend === 'cloud' ? namesOnly(entries) : withStatus(withoutStatus(entries), now),
    // Cloud has no blocked list: there it only decides what is on the allowlist.
    ...(backend === 'cloud' || blocked.length === 0 ? {} : { blocked }),
    ...(everyone === true && wanted.allow === undefined && wanted.blocked === undefined ? { everyone } : {}),
    ...(projectId === undefined ? {} : { projectId }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}

function namesOnly(entries: readonly CallerEntry[]): Endpoint['callers'] {
  return entries.map(({ namespace }) => ({ namespace, status: 'active' }));
}

function withoutStatus(entries: readonly CallerEntry[]): readonly CallerEntry[] {
  return entries.map(({ namespace, owner, reason, ref, until }) => ({
    namespace,
    ...(owner === undefined ? {} : { owner }),
    ...(reason === undefined ? {} : { reason }),
    ...(ref === undefined ? {} : { ref }),
    ...(until === undefined ? {} : { until }),
  }));
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

function deletionOf(live: Endpoint | undefined): readonly PlannedChange[] {
  if (live === undefined) return [];
  const { gains, loses } = gainsAndLoses(live.callers, []);
  return [{ action: 'delete', endpoint: live.name, before: live, after: null, gains, loses }];
}

/** When an `until` ends; the same few days end many entries. */
type Ends = (until: string) => number;

function makeEnds(): Ends {
  const known = new Map<string, number>();
  return (until) => {
    const end = known.get(until) ?? endOf(until) ?? 0;
    known.set(until, end);
    return end;
  };
}

function endingsOf(
  { name, allow = [] }: FileEndpoint,
  live: Endpoint | undefined,
  soon: Date,
  ends: Ends,
): readonly Ending[] {
  const ending = allow.filter(({ until }) => until !== undefined && ends(until) <= soon.getTime());
  if (ending.length === 0) return [];
  const listed = new Set(live?.callers.map(({ namespace }) => namespace));
  return ending.map(({ namespace, until = '', owner }) => ({
    endpoint: name,
    namespace,
    until,
    ...(owner === undefined ? {} : { owner }),
    live: listed.has(namespace),
  }));
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
