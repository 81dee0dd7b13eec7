import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { EndpointApi, Operation } from './api.ts';
import type { Endpoint, Held } from './endpoint.ts';

/** How long a command waits for what it started, and who hears of it. */
export interface Waiting {
  /** Zero for --async: accepted is enough. */
  readonly waitMs: number;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly progress: (what: string) => void;
}

/**
 * The first stage: the operation is fulfilled.
 * @returns false when the wait ended before
 * @throws NexusctlError OPERATION_FAILED when it was rejected, failed or cancelled
 */
export async function awaitOperation(api: EndpointApi, id: string, until: number, waiting: Waiting): Promise<boolean> {
  for (let pause = 100; ; pause = Math.min(pause * 1.5, 2_000)) {
    const operation = await askOnce(api, id, waiting);
    if (operation !== null && isSettled(operation)) return true;
    const left = until - waiting.now().getTime();
    if (left <= 0) return false;
    waiting.progress(`waiting for operation ${id}${operation === null ? '' : ` (${operation.state})`}`);
    // The server says how often it wants to be asked; an answer that would never come in time is asked for at the end.
    const wished = operation?.checkAfterMs ?? pause;
    await waiting.sleep(Math.min(Math.max(wished, 50), 10_000, Math.max(left, 1)), waiting.signal);
  }
}

/** One question that fails on the way does not end the wait: the operation goes on without us. */
async function askOnce(api: EndpointApi, id: string, { signal }: Waiting): Promise<Operation | null> {
  try {
    return (await api.operation?.(id, signal)) ?? null;
  } catch (error) {
    if (signal.aborted || !(error instanceof NexusctlError)) throw error;
    if (['UNREACHABLE', 'RATE_LIMITED', 'SERVER_ERROR'].includes(error.code)) return null;
    throw error;
  }
}

function isSettled(operation: Operation): boolean {
  switch (operation.state) {
    case 'pending':
    case 'in-progress':
    case 'unknown':
      return false;
    case 'fulfilled':
      return true;
    case 'failed':
    case 'cancelled':
    case 'rejected':
      throw new NexusctlError(
        'OPERATION_FAILED',
        `the server ${verbs[operation.state]} operation ${operation.id}${operation.failureReason === undefined ? '' : `: ${operation.failureReason.slice(0, 256)}`}`,
        {
          hint: 'nothing was changed by it as far as the server says; look with `nexusctl endpoint get`',
          details: { operationId: operation.id, state: operation.state },
        },
      );
  }
}

const verbs = { failed: 'failed', cancelled: 'cancelled', rejected: 'rejected' } as const;

/**
 * The second stage: the endpoint reads back as wished and ACTIVE, or a later operation of somebody else is at work on
 * it, which can only be after ours was done.
 * @returns what was read last, and whether it was reached before the wait ended
 */
export async function awaitEndpoint(
  api: EndpointApi,
  id: string,
  reached: (endpoint: Endpoint | null) => boolean,
  operationId: string | undefined,
  until: number,
  waiting: Waiting,
): Promise<{ readonly held: Held | null; readonly done: boolean }> {
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 1_000)) {
    const held = await api.find(id, waiting.signal);
    if (reached(held?.endpoint ?? null)) return { held, done: true };
    const overtaken = operationId !== undefined && held?.operationId !== undefined && held.operationId !== operationId;
    if (overtaken) return { held, done: true };
    if (held?.endpoint.state?.endsWith('-failed') === true)
      throw new NexusctlError('OPERATION_FAILED', `endpoint ${held.endpoint.name} is ${held.endpoint.state}`, {
        hint: 'the server could not bring it into use: look at it with `nexusctl endpoint get`, or ask Temporal support',
        details: { endpoint: held.endpoint.name, state: held.endpoint.state },
      });
    const left = until - waiting.now().getTime();
    if (left <= 0) return { held, done: false };
    waiting.progress('waiting until the endpoint reads back as wished');
    await waiting.sleep(Math.min(pause, left), waiting.signal);
  }
}
