import { createHash } from 'node:crypto';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { namesAlone, statusAt } from '../allowlist.ts';
import type { Backend, Endpoint } from '../endpoint.ts';
import type { FileEndpoint, NexusContent } from '../nexus-file/content.ts';
import { inScope } from '../nexus-file/nexus-file.ts';
import { changeOf, deletionOf, type PlannedChange, type Planning } from './planned-change.ts';
import { endOf, isOver } from '../until.ts';

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
  const planning = planningOf(circumstances);
  const byName = new Map(live.map((endpoint) => [endpoint.name, endpoint]));
  const named = new Set(files.endpoints.map(({ name }) => name));
  const changes = files.endpoints.flatMap(
    (wanted) => changeOf(wanted, byName.get(wanted.name) ?? null, planning) ?? [],
  );
  const unmanaged = live
    .map(({ name }) => name)
    .filter((name) => !named.has(name) && inScope(name, files.scope ?? ['*']))
    .sort();
  const deletes = prune ? unmanaged.flatMap((name) => deletionOf(byName.get(name))) : [];
  const all = [...changes, ...deletes];
  const count = (action: PlannedChange['action']) => all.filter((change) => change.action === action).length;
  const soon = new Date(now.getTime() + soonMs);
  const endings = files.endpoints.flatMap((wanted) => endingsOf(wanted, byName.get(wanted.name), soon, planning));
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

function planningOf({ backend, now }: Circumstances): Planning {
  const known = new Map<string, number>();
  return {
    backend,
    now,
    callerOf: backend === 'cloud' ? namesAlone() : statusAt(now),
    // The same few days end many entries.
    ends: (until) => {
      const end = known.get(until) ?? endOf(until) ?? 0;
      known.set(until, end);
      return end;
    },
  };
}

function endingsOf(
  { name, allow = [] }: FileEndpoint,
  live: Endpoint | undefined,
  soon: Date,
  { ends }: Planning,
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
