import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { withoutStatus } from '../allowlist.ts';
import type { EndpointApi } from '../api.ts';
import { createEndpoint, deleteEndpoint, rewrite } from '../change.ts';
import { outcome, type Outcome, type Writing } from '../write.ts';
import { policyOutcome } from '../caller-change.ts';
import type { Endpoint, Held } from '../endpoint.ts';
import { isAsSeen, wishOf, type PlannedChange } from './planned-change.ts';
import type { PolicyEntry } from '../policy/policy.ts';
import { readForChange, rewritePolicy } from '../policy/change.ts';
import type { PolicyStore } from '../policy/store.ts';

/** What became of one planned change. */
export type Applied =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly endpoint: string; readonly error: NexusctlError };

interface Place {
  readonly api: EndpointApi;
  readonly policy: PolicyStore | null;
  /** Every live endpoint, read after the plan was made, with its list. */
  readonly live: ReadonlyMap<string, { readonly held: Held; readonly endpoint: Endpoint }>;
}

const atOnce = 8;

/**
 * Carries a plan out. Everything is compared with what the plan saw before anything is written.
 * @throws NexusctlError CONFLICT when the plan is stale: nothing was written
 */
export async function applyPlan(
  changes: readonly PlannedChange[],
  place: Place,
  writing: Writing,
): Promise<readonly Applied[]> {
  refuseStale(changes, place);
  const inPolicy = place.api.keepsCallers ? new Map<string, Outcome>() : await applyToPolicy(changes, place, writing);
  const results: Applied[] = [];
  const queue = changes.map((change, index) => ({ change, index }));
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const requestId = `${writing.requestId}-${String(next.index)}`;
      results[next.index] = await applyOne(next.change, place, inPolicy, { ...writing, requestId });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, changes.length) }, worker));
  return results;
}

function refuseStale(changes: readonly PlannedChange[], { live }: Place): void {
  const stale = changes.filter(({ endpoint, before }) => !isAsSeen(before, live.get(endpoint)?.endpoint ?? null));
  const [first] = stale;
  if (first === undefined) return;
  throw new NexusctlError(
    'CONFLICT',
    `the plan is stale: ${stale.map(({ endpoint }) => endpoint).join(', ')} changed since it was made; nothing was written`,
    {
      hint: 'make the plan again, look at it, and apply that one',
      details: {
        endpoints: stale.map(({ endpoint }) => endpoint),
        seen: JSON.stringify(first.before),
        found: JSON.stringify(live.get(first.endpoint)?.endpoint ?? null),
      },
    },
  );
}

async function applyOne(
  change: PlannedChange,
  { api, live }: Place,
  inPolicy: ReadonlyMap<string, Outcome>,
  writing: Writing,
): Promise<Applied> {
  try {
    const onServer = await onServerOf(change, api, live.get(change.endpoint)?.held, writing);
    const policy = inPolicy.get(change.endpoint);
    return { kind: 'done', outcome: policy === undefined ? onServer : joined(onServer, policy) };
  } catch (error) {
    if (writing.signal.aborted || !(error instanceof NexusctlError)) throw error;
    return { kind: 'failed', endpoint: change.endpoint, error };
  }
}

async function onServerOf(
  change: PlannedChange,
  api: EndpointApi,
  held: Held | undefined,
  writing: Writing,
): Promise<Outcome> {
  const { action, after } = change;
  switch (action) {
    case 'create': {
      if (after?.target === undefined) throw new NexusctlError('INPUT_INVALID', `${change.endpoint} has no target`);
      const { name, target, description, callers } = after;
      const wish = { name, target, callers: callers.map(({ namespace }) => namespace) };
      return await createEndpoint(api, { ...wish, ...(description === undefined ? {} : { description }) }, writing);
    }
    case 'update': {
      if (held === undefined) throw new NexusctlError('CONFLICT', `${change.endpoint} is gone`);
      return await rewrite(api, 'update', held, wishOf(change, api.keepsCallers), writing);
    }
    case 'delete': {
      if (held === undefined) return outcome('delete', change.before, null, { changed: false });
      return await deleteEndpoint(api, held, writing);
    }
  }
}

function joined(onServer: Outcome, policy: Outcome): Outcome {
  const { change } = onServer;
  return {
    pending: onServer.pending,
    change: {
      ...change,
      changed: change.changed || policy.change.changed,
      before: policy.change.before ?? change.before,
      after: change.action === 'delete' ? null : policy.change.after,
      effective: policy.change.changed && change.effective === 'now' ? 'file-only' : change.effective,
    },
  };
}

/** All entries of the policy in one write, before the server: an endpoint is never open for a moment. */
async function applyToPolicy(
  changes: readonly PlannedChange[],
  { policy, live }: Place,
  writing: Writing,
): Promise<ReadonlyMap<string, Outcome>> {
  const touching = changes.filter(touchesPolicy);
  if (touching.length === 0) return new Map();
  const [seen, store] = await readForChange(policy);
  const entries = new Map(
    touching.map((change) => [change.endpoint, entryOf(change, seen.endpoints.get(change.endpoint))]),
  );
  const { after } = await rewritePolicy(store, seen, entries, writing.dryRun);
  return new Map(
    touching.map(({ action, endpoint: name, after: wished }) => {
      const endpoint = live.get(name)?.endpoint ?? wished ?? { name, callers: [] };
      return [name, policyOutcome(action, endpoint, seen, after, writing.now(), writing.dryRun)];
    }),
  );
}

function touchesPolicy({ action, before, after }: PlannedChange): boolean {
  if (action === 'delete') return true;
  if (after?.everyone === true) return false;
  const empty = after === null || (after.callers.length === 0 && (after.blocked ?? []).length === 0);
  if (before === null) return !empty;
  return (
    !isAsSeen(
      { ...before, resourceVersion: '' },
      { ...(after ?? before), ...(before.id === undefined ? {} : { id: before.id }), resourceVersion: '' },
    ) || before.everyone === true
  );
}

function entryOf({ after }: PlannedChange, old: PolicyEntry | undefined): PolicyEntry | null {
  if (after === null) return null;
  return {
    ...(old?.id === undefined ? {} : { id: old.id }),
    callers: withoutStatus(after.callers),
    blocked: after.blocked ?? [],
  };
}
