import { NexusctlError } from '../errors/nexusctl-error.ts';
import { applyEdit, contradictions, gainsAndLoses, withoutStatus, type Edit } from './allowlist.ts';
import type { EndpointApi } from './api.ts';
import { checkVersion, conflict, endpointNotFound } from './change.ts';
import type { Action, Endpoint, Held } from './endpoint.ts';
import { awaitOperation } from './wait.ts';
import { asCaller } from './wish.ts';
import { attemptWrite, finish, isActive, planned, unchanged, type Outcome, type Writing } from './write.ts';

/** How long a writer that loses races goes on trying when it does not wait for anything else. */
const patienceMs = 180_000;

/**
 * `allow` and `revoke`: re-read, compute, compare-and-swap. Somebody else's change is merged in, and it is tried again
 * until the write is taken.
 * @throws NexusctlError ENDPOINT_NOT_FOUND, CONFLICT (with --resource-version, or when both changed the same entry)
 */
export async function editCallers(api: EndpointApi, nameOrId: string, edit: Edit, writing: Writing): Promise<Outcome> {
  let held = await mustFind(api, nameOrId, writing);
  const first = held.endpoint;
  checkVersion(first, writing);
  const deadline = writing.now().getTime() + Math.max(writing.waitMs, patienceMs);
  for (let attempt = 1; ; attempt += 1) {
    const base = withoutStatus(held.endpoint.callers);
    const mine = applyEdit(base, edit);
    const { gains, loses } = gainsAndLoses(base, mine);
    const action: Action = edit.kind;
    if (gains.length + loses.length === 0) return await unchanged(api, action, held, first, writing);
    const callers = mine.map(({ namespace }) => namespace);
    if (writing.dryRun) return planned(action, first, { ...first, callers: mine.map(asCaller) });
    const requestId = attempt === 1 ? writing.requestId : `${writing.requestId}-${String(attempt)}`;
    const reached = (endpoint: Endpoint | null) => isActive(endpoint) && hasEdit(endpoint, edit);
    const result = await attemptWrite(api, held, requestId, reached, writing, () =>
      api.update(held, { callers }, { requestId, signal: writing.signal }),
    );
    if (result.kind === 'accepted') return await finish(api, action, first, held, result.accepted, reached, writing);
    if (writing.resourceVersion !== undefined || writing.now().getTime() > deadline) throw result.error;
    const fresh = result.fresh ?? (await readAgain(api, first, nameOrId, writing));
    refuseContradictions(held.endpoint, edit, fresh.endpoint);
    await yieldTo(api, held, fresh, attempt, deadline, writing, result.error);
    held = await readAgain(api, first, nameOrId, writing);
  }
}

function refuseContradictions(base: Endpoint, edit: Edit, theirs: Endpoint): void {
  const old = withoutStatus(base.callers);
  const [clash] = contradictions(old, applyEdit(old, edit), withoutStatus(theirs.callers));
  if (clash === undefined) return;
  throw new NexusctlError(
    'CONFLICT',
    `somebody else changed the entry of ${clash.namespace} at ${base.name} meanwhile`,
    {
      hint: 'look at it with `nexusctl endpoint callers` and decide again',
      details: { endpoint: base.name, mine: JSON.stringify(clash.mine), theirs: JSON.stringify(clash.theirs) },
    },
  );
}

/** Who lost a race lets the winner's operation end, and then waits for a random while. */
async function yieldTo(
  api: EndpointApi,
  held: Held,
  fresh: Held,
  attempt: number,
  deadline: number,
  writing: Writing,
  error: NexusctlError,
): Promise<void> {
  const busy = !isActive(fresh.endpoint);
  // The same version, idle, and still refused: it is not a race that time would end.
  if (!busy && fresh.endpoint.resourceVersion === held.endpoint.resourceVersion && attempt >= 5) throw error;
  writing.progress(`somebody else is changing ${held.endpoint.name}; trying again`);
  const longest = Math.min(50 * 2 ** Math.min(attempt, 6), 1_500);
  await writing.sleep(longest * (0.3 + 0.7 * Math.random()), writing.signal);
  if (busy && fresh.operationId !== undefined && api.operation !== null)
    await awaitOperation(api, fresh.operationId, deadline, { ...writing, progress: () => undefined }).catch(
      ignoreFailed,
    );
}

function hasEdit(endpoint: Endpoint | null, edit: Edit): boolean {
  if (endpoint === null) return false;
  const there = new Set(endpoint.callers.map(({ namespace }) => namespace));
  switch (edit.kind) {
    case 'allow':
      return edit.entries.every(({ namespace }) => there.has(namespace));
    case 'revoke':
      return edit.namespaces.every((namespace) => !there.has(namespace));
  }
}

async function mustFind(api: EndpointApi, nameOrId: string, { signal }: Writing): Promise<Held> {
  const held = await api.find(nameOrId, signal);
  if (held === null) throw endpointNotFound(nameOrId);
  return held;
}

/** The same endpoint after somebody else's change. Who named it by its name did not mean it under another. */
async function readAgain(api: EndpointApi, first: Endpoint, nameOrId: string, { signal }: Writing): Promise<Held> {
  const held = await api.find(first.id ?? first.name, signal);
  if (held === null || (held.endpoint.name !== first.name && nameOrId !== first.id))
    throw conflict(first, held?.endpoint ?? null, null);
  return held;
}

function ignoreFailed(error: unknown): void {
  if (!(error instanceof NexusctlError && error.code === 'OPERATION_FAILED')) throw error;
}
