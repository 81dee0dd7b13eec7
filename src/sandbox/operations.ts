import { refusal } from './refusal.ts';

/** How an asynchronous operation ends. A stuck one never does. */
export type Outcome = 'FULFILLED' | 'REJECTED' | 'FAILED' | 'CANCELLED' | 'STUCK';
type OperationState = 'PENDING' | 'IN_PROGRESS' | Exclude<Outcome, 'STUCK'>;

export interface Operation {
  readonly id: string;
  /** As Cloud names them, e.g. `CreateNexusEndpoint`. */
  readonly type: string;
  /** What the operation is about: an endpoint's or an API key's id. */
  readonly resourceId: string;
  /** The request without its operation id: the same id may be used again only for the same request. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch; Infinity for a stuck operation. */
  readonly startedAt: number;
  readonly finishesAt: number;
  readonly outcome: Outcome;
}

/** An operation waits for a part of its time before it is worked on, but not long. */
const pendingShare = 0.3;
const longestPendingMs = 100;

/** State at a moment: nothing runs in the background, so that a test can move the clock. */
export function operationState(operation: Operation, now: number): OperationState {
  const { startedAt, finishesAt, outcome } = operation;
  if (outcome !== 'STUCK' && now >= finishesAt) return outcome;
  return now - startedAt < Math.min((finishesAt - startedAt) * pendingShare, longestPendingMs)
    ? 'PENDING'
    : 'IN_PROGRESS';
}

/** Why it did not work, in the words that `failure_reason` carries; empty while it runs and when it worked. */
export function failureReason(operation: Operation, now: number): string {
  switch (operationState(operation, now)) {
    case 'REJECTED':
      return 'the request was rejected (injected by the sandbox)';
    case 'FAILED':
      return 'the operation failed (injected by the sandbox)';
    case 'CANCELLED':
      return 'the operation was cancelled (injected by the sandbox)';
    case 'PENDING':
    case 'IN_PROGRESS':
    case 'FULFILLED':
      return '';
  }
}

/**
 * The operation that this id already stands for, when a request is sent again after its answer was lost.
 * @throws Refusal when the id was used for another request
 */
export function repeated(
  operations: ReadonlyMap<string, Operation>,
  id: string | undefined,
  fingerprint: string,
): Operation | undefined {
  const earlier = id === undefined ? undefined : operations.get(id);
  if (earlier !== undefined && earlier.fingerprint !== fingerprint)
    throw refusal('INVALID_ARGUMENT', `async operation id ${earlier.id} was used for another request`);
  return earlier;
}
