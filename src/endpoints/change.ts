import { NexusctlError } from '../errors/nexusctl-error.ts';
import { applyEdit, contradictions, gainsAndLoses, withoutStatus, type Edit } from './allowlist.ts';
import type { Accepted, EndpointApi } from './api.ts';
import {
  sameTarget,
  type Action,
  type Change,
  type Endpoint,
  type Held,
  type NewEndpoint,
  type Wish,
} from './endpoint.ts';
import { awaitEndpoint, awaitOperation, type Waiting } from './wait.ts';

/** Options of every write. */
export interface Writing extends Waiting {
  readonly dryRun: boolean;
  readonly requestId: string;
  /** The version that the user has seen: any other is a conflict, and nothing is merged. */
  readonly resourceVersion?: string | undefined;
}

/** A change and whether the wait ended before it was in use (exit 8). */
export interface Outcome {
  readonly change: Change;
  readonly pending: boolean;
}

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
    const fresh = result.fresh ?? (await mustFind(api, idOf(held), writing));
    refuseContradictions(held.endpoint, edit, fresh.endpoint);
    await yieldTo(api, held, fresh, attempt, deadline, writing, result.error);
    held = await mustFind(api, idOf(held), writing);
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

/**
 * `update` and `set-callers`: states a whole on what the user has seen. Somebody else's change meanwhile is a conflict.
 * @param held what was read, and shown, before
 */
export async function rewrite(
  api: EndpointApi,
  action: Action,
  held: Held,
  wish: Wish,
  writing: Writing,
): Promise<Outcome> {
  const before = held.endpoint;
  checkVersion(before, writing);
  const after = wished(before, wish);
  if (fulfils(before, wish)) return await unchanged(api, action, held, before, writing);
  if (writing.dryRun) return planned(action, before, after);
  const { requestId, signal } = writing;
  const reached = (endpoint: Endpoint | null) => isActive(endpoint) && endpoint !== null && fulfils(endpoint, wish);
  const result = await attemptWrite(api, held, requestId, reached, writing, () =>
    api.update(held, wish, { requestId, signal }),
  );
  if (result.kind === 'accepted') return await finish(api, action, before, held, result.accepted, reached, writing);
  if (result.error.code !== 'CONFLICT') throw result.error;
  throw conflict(before, result.fresh?.endpoint ?? null, after, result.error);
}

/** @throws NexusctlError ALREADY_EXISTS when the name is taken by an endpoint that differs */
export async function createEndpoint(api: EndpointApi, wish: NewEndpoint, writing: Writing): Promise<Outcome> {
  const { requestId, signal } = writing;
  const full: Wish = {
    target: wish.target,
    description: wish.description ?? null,
    ...(api.keepsCallers ? { callers: wish.callers } : {}),
  };
  const existing = await api.find(wish.name, signal);
  if (existing !== null) {
    if (!fulfils(existing.endpoint, full)) throw taken(wish.name);
    return await unchanged(api, 'create', existing, existing.endpoint, writing);
  }
  const after: Endpoint = {
    name: wish.name,
    target: wish.target,
    ...(wish.description === undefined || wish.description === '' ? {} : { description: wish.description }),
    callers: wish.callers.map((namespace) => asCaller({ namespace })),
  };
  if (writing.dryRun) return planned('create', null, after);
  const reached = (endpoint: Endpoint | null) => isActive(endpoint) && endpoint !== null && fulfils(endpoint, full);
  const result = await attemptWrite(api, wish.name, requestId, reached, writing, () =>
    api.create(wish, { requestId, signal }),
  );
  if (result.kind === 'accepted')
    return await finish(api, 'create', null, wish.name, result.accepted, reached, writing);
  if (result.error.code === 'ALREADY_EXISTS') throw taken(wish.name, result.error);
  throw result.error;
}

/** Reads once more and compares before it deletes: a self-hosted server ignores the version. */
export async function deleteEndpoint(api: EndpointApi, held: Held, writing: Writing): Promise<Outcome> {
  const before = held.endpoint;
  checkVersion(before, writing);
  if (writing.dryRun) return planned('delete', before, null);
  const { requestId, signal } = writing;
  const fresh = await api.find(idOf(held), signal);
  if (fresh !== null && fresh.endpoint.resourceVersion !== before.resourceVersion)
    throw conflict(before, fresh.endpoint, null);
  const reached = (endpoint: Endpoint | null) => endpoint === null || endpoint.state === 'deleted';
  if (fresh === null) return outcome('delete', before, null, { changed: false });
  const result = await attemptWrite(api, held, requestId, reached, writing, () =>
    api.delete(fresh, { requestId, signal }),
  );
  if (result.kind === 'accepted') return await finish(api, 'delete', before, held, result.accepted, reached, writing);
  if (result.error.code === 'NOT_FOUND' || result.error.code === 'ENDPOINT_NOT_FOUND')
    return outcome('delete', before, null, { changed: false });
  if (result.error.code !== 'CONFLICT') throw result.error;
  throw conflict(before, result.fresh?.endpoint ?? null, null, result.error);
}

type Attempt =
  | { readonly kind: 'accepted'; readonly accepted: Accepted }
  | { readonly kind: 'refused'; readonly error: NexusctlError; readonly fresh: Held | null };

/**
 * One write. An answer that got lost, or a refusal that only says that our own first try was taken, is told from a
 * real refusal by reading again: the operation carries our request id, or the endpoint is as wished.
 */
async function attemptWrite(
  api: EndpointApi,
  what: Held | string,
  requestId: string,
  reached: (endpoint: Endpoint | null) => boolean,
  writing: Writing,
  write: () => Promise<Accepted>,
): Promise<Attempt> {
  try {
    return { kind: 'accepted', accepted: await write() };
  } catch (error) {
    if (writing.signal.aborted || !(error instanceof NexusctlError)) throw error;
    const lost = ['UNREACHABLE', 'TIMED_OUT', 'SERVER_ERROR'].includes(error.code);
    const refused = ['CONFLICT', 'ALREADY_EXISTS', 'NOT_FOUND', 'ENDPOINT_NOT_FOUND'].includes(error.code);
    if (!lost && !refused) throw error;
    const fresh = await api
      .find(typeof what === 'string' ? what : idOf(what), writing.signal)
      .catch((cause: unknown) => {
        if (writing.signal.aborted) throw cause;
        throw lost ? unknownOutcome(error) : error;
      });
    if (fresh?.operationId === requestId) return { kind: 'accepted', accepted: { operationId: requestId } };
    if (lost && reached(fresh?.endpoint ?? null)) return { kind: 'accepted', accepted: {} };
    if (lost) throw unknownOutcome(error);
    return { kind: 'refused', error, fresh };
  }
}

function unknownOutcome(error: NexusctlError): NexusctlError {
  return new NexusctlError(error.code, `${error.message}; whether the request arrived is not known`, {
    hint: 'run the same command again: what is already done is not done twice',
    cause: error,
    details: error.details,
  });
}

/** Waits in two stages and reads the result back. */
async function finish(
  api: EndpointApi,
  action: Action,
  before: Endpoint | null,
  what: Held | string,
  accepted: Accepted,
  reached: (endpoint: Endpoint | null) => boolean,
  writing: Writing,
): Promise<Outcome> {
  const { operationId } = accepted;
  const id = accepted.endpointId ?? (typeof what === 'string' ? what : idOf(what));
  const until = writing.now().getTime() + writing.waitMs;
  const facts = operationId === undefined ? {} : { operationId };
  if (operationId !== undefined && api.operation !== null) {
    if (writing.waitMs === 0 || !(await awaitOperation(api, operationId, until, writing))) {
      const now = await api.find(id, writing.signal);
      return outcome(action, before, now?.endpoint ?? null, {
        ...facts,
        effective: 'pending',
        pending: writing.waitMs > 0,
      });
    }
  }
  const { held, done } = await awaitEndpoint(api, id, reached, operationId, until, writing);
  return outcome(action, before, held?.endpoint ?? null, {
    ...facts,
    effective: done ? 'now' : 'pending',
    pending: !done,
  });
}

/** Nothing to do; when somebody's operation is still bringing it about, that one is waited for. */
async function unchanged(
  api: EndpointApi,
  action: Action,
  held: Held,
  before: Endpoint,
  writing: Writing,
): Promise<Outcome> {
  const { operationId, endpoint } = held;
  if (isActive(endpoint) || operationId === undefined || api.operation === null || writing.dryRun)
    return outcome(action, before, endpoint, { changed: false, dryRun: writing.dryRun });
  const until = writing.now().getTime() + writing.waitMs;
  const done = writing.waitMs > 0 && (await awaitOperation(api, operationId, until, writing));
  const now = await api.find(idOf(held), writing.signal);
  return outcome(action, before, now?.endpoint ?? null, {
    changed: false,
    operationId,
    effective: done ? 'now' : 'pending',
    pending: !done && writing.waitMs > 0,
  });
}

function planned(action: Action, before: Endpoint | null, after: Endpoint | null): Outcome {
  return outcome(action, before, after, { dryRun: true });
}

export function outcome(
  action: Action,
  before: Endpoint | null,
  after: Endpoint | null,
  facts: Partial<Pick<Change, 'changed' | 'dryRun' | 'operationId' | 'effective'>> & {
    readonly pending?: boolean;
  } = {},
): Outcome {
  const { pending = false, ...given } = facts;
  const endpoint = before?.name ?? after?.name ?? '';
  return {
    change: { action, endpoint, changed: true, dryRun: false, before, after, effective: 'now', ...given },
    pending,
  };
}

async function mustFind(api: EndpointApi, nameOrId: string, { signal }: Writing): Promise<Held> {
  const held = await api.find(nameOrId, signal);
  if (held === null) throw endpointNotFound(nameOrId);
  return held;
}

export function endpointNotFound(nameOrId: string): NexusctlError {
  return new NexusctlError('ENDPOINT_NOT_FOUND', `there is no endpoint ${nameOrId}`, {
    hint: 'see the names with `nexusctl endpoint list`',
    details: { endpoint: nameOrId },
  });
}

function checkVersion(endpoint: Endpoint, { resourceVersion }: Writing): void {
  if (resourceVersion === undefined || endpoint.resourceVersion === resourceVersion) return;
  throw new NexusctlError(
    'CONFLICT',
    `${endpoint.name} is at version ${endpoint.resourceVersion ?? '?'}, not at ${resourceVersion}`,
    {
      hint: `see what changed with \`nexusctl endpoint get ${endpoint.name}\``,
      details: { endpoint: endpoint.name, wanted: resourceVersion, found: endpoint.resourceVersion ?? '' },
    },
  );
}

function conflict(seen: Endpoint, found: Endpoint | null, wish: Endpoint | null, cause?: unknown): NexusctlError {
  const what =
    found === null
      ? 'is gone'
      : `was changed (version ${seen.resourceVersion ?? '?'} → ${found.resourceVersion ?? '?'})`;
  return new NexusctlError('CONFLICT', `${seen.name} ${what} by somebody else meanwhile; nothing was written`, {
    hint: 'look at it again and repeat the command',
    cause,
    details: {
      endpoint: seen.name,
      seen: JSON.stringify(seen),
      found: JSON.stringify(found),
      wished: JSON.stringify(wish),
    },
  });
}

function taken(name: string, cause?: unknown): NexusctlError {
  return new NexusctlError('ALREADY_EXISTS', `there is an endpoint ${name} already, and it differs`, {
    hint: `see it with \`nexusctl endpoint get ${name}\`; change it with \`nexusctl endpoint update\``,
    cause,
    details: { endpoint: name },
  });
}

export function wished(before: Endpoint, wish: Wish): Endpoint {
  const { description: old, ...rest } = before;
  const description = wish.description === undefined ? old : wish.description;
  return {
    ...rest,
    ...(wish.name === undefined ? {} : { name: wish.name }),
    ...(wish.target === undefined ? {} : { target: wish.target }),
    ...(description === undefined || description === null || description === '' ? {} : { description }),
    ...(wish.callers === undefined
      ? {}
      : {
          callers: wish.callers.map(
            (namespace) => before.callers.find((caller) => caller.namespace === namespace) ?? asCaller({ namespace }),
          ),
        }),
  };
}

function fulfils(endpoint: Endpoint, wish: Wish): boolean {
  const { gains, loses } = gainsAndLoses(
    endpoint.callers,
    (wish.callers ?? []).map((namespace) => ({ namespace })),
  );
  return (
    (wish.name === undefined || endpoint.name === wish.name) &&
    (wish.target === undefined || sameTarget(endpoint.target, wish.target)) &&
    // No description, an empty one and an empty payload are the same.
    (wish.description === undefined || (endpoint.description ?? '') === (wish.description ?? '')) &&
    (wish.callers === undefined || gains.length + loses.length === 0)
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

/** Self-hosted endpoints have no state: what can be read is in use. */
function isActive(endpoint: Endpoint | null): boolean {
  return endpoint !== null && (endpoint.state === undefined || endpoint.state === 'active');
}

function asCaller<T extends { readonly namespace: string }>(entry: T): T & { readonly status: 'active' } {
  return { ...entry, status: 'active' };
}

function idOf(held: Held): string {
  return held.endpoint.id ?? held.endpoint.name;
}

function ignoreFailed(error: unknown): void {
  if (!(error instanceof NexusctlError && error.code === 'OPERATION_FAILED')) throw error;
}
