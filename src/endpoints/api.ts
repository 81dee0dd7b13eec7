import type { Backend, Held, NewEndpoint, Wish } from './endpoint.ts';

/** What a list asks for; everything is optional, and what the server cannot filter is filtered here. */
export interface Filter {
  readonly targetNamespace?: string;
  readonly taskQueue?: string;
  /** A glob: `*` and `?`. */
  readonly name?: string;
  readonly caller?: string;
  readonly state?: string;
  readonly projectId?: string;
}

/** A write that the server took. Self-hosted writes are done at once: no operation. */
export interface Accepted {
  readonly operationId?: string;
  /** The id of what was made. */
  readonly endpointId?: string;
}

export interface Operation {
  readonly id: string;
  readonly state: 'pending' | 'in-progress' | 'failed' | 'cancelled' | 'fulfilled' | 'rejected' | 'unknown';
  readonly failureReason?: string;
  /** How long the server wants us to wait before we ask again. */
  readonly checkAfterMs?: number;
}

export interface WriteOptions {
  /** Cloud's idempotency key: the same id is never done twice. */
  readonly requestId: string;
  readonly signal: AbortSignal;
}

/** The endpoints of one account or cluster. Filled by adapters/cloud.ts and adapters/operator.ts. */
export interface EndpointApi {
  readonly backend: Backend;
  /** Whether the server keeps the allowlist (Cloud) or a policy file does. */
  readonly keepsCallers: boolean;
  /** All pages. Only target, task queue and project are asked of the server where it can filter. */
  readonly list: (signal: AbortSignal, filter?: Filter) => Promise<readonly Held[]>;
  /** By name or id; null when there is none. */
  readonly find: (nameOrId: string, signal: AbortSignal) => Promise<Held | null>;
  readonly create: (endpoint: NewEndpoint, options: WriteOptions) => Promise<Accepted>;
  /** @throws NexusctlError CONFLICT when it is no longer the version that `held` is */
  readonly update: (held: Held, wish: Wish, options: WriteOptions) => Promise<Accepted>;
  readonly delete: (held: Held, options: WriteOptions) => Promise<Accepted>;
  /** Null where there are no operations. */
  readonly operation: ((id: string, signal: AbortSignal) => Promise<Operation>) | null;
  readonly close: () => void;
}

export function matches(held: Held, filter: Filter): boolean {
  const { endpoint } = held;
  const { target } = endpoint;
  const worker = target?.kind === 'worker' ? target : undefined;
  return (
    (filter.targetNamespace === undefined || worker?.namespace === filter.targetNamespace) &&
    (filter.projectId === undefined || endpoint.projectId === filter.projectId) &&
    (filter.taskQueue === undefined || worker?.taskQueue === filter.taskQueue) &&
    // What a self-hosted server lists has no state: it is in use.
    (filter.state === undefined || (endpoint.state ?? 'active') === filter.state) &&
    (filter.name === undefined || globOf(filter.name).test(endpoint.name)) &&
    (filter.caller === undefined ||
      endpoint.everyone === true ||
      endpoint.callers.some(({ namespace }) => namespace === filter.caller))
  );
}

/** `*` any run, `?` one character, everything else itself; case counts. */
export function globOf(pattern: string): RegExp {
  const source = pattern.replace(/[\\^$.*+?()[\]{}|]/g, (character) => {
    if (character === '*') return '.*';
    return character === '?' ? '.' : `\\${character}`;
  });
  return new RegExp(`^${source}$`, 'su');
}
