import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Accepted, EndpointApi } from './api.ts';
import type { Action, Change, Endpoint, Held } from './endpoint.ts';
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

type Attempt =
  | { readonly kind: 'accepted'; readonly accepted: Accepted }
  | { readonly kind: 'refused'; readonly error: NexusctlError; readonly fresh: Held | null };

/**
 * One write. An answer that got lost, or a refusal that only says that our own first try was taken, is told from a
 * real refusal by reading again: the operation carries our request id, or the endpoint is as wished.
 */
export async function attemptWrite(
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
export async function finish(
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
export async function unchanged(
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

export function planned(action: Action, before: Endpoint | null, after: Endpoint | null): Outcome {
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

/** Self-hosted endpoints have no state: what can be read is in use. */
export function isActive(endpoint: Endpoint | null): boolean {
  return endpoint !== null && (endpoint.state === undefined || endpoint.state === 'active');
}

export function idOf(held: Held): string {
  return held.endpoint.id ?? held.endpoint.name;
}
