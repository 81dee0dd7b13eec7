import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { EndpointApi } from './api.ts';
import type { Action, Endpoint, Held, NewEndpoint, Wish } from './endpoint.ts';
import { asCaller, fulfils, wished } from './wish.ts';
import {
  attemptWrite,
  finish,
  idOf,
  isActive,
  outcome,
  planned,
  unchanged,
  type Outcome,
  type Writing,
} from './write.ts';

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
  if (result.error.code !== 'CONFLICT' && !isGone(result.error)) throw result.error;
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
  if (writing.dryRun) return planned('create', null, newEndpoint(wish));
  const reached = (endpoint: Endpoint | null) => isActive(endpoint) && endpoint !== null && fulfils(endpoint, full);
  const result = await attemptWrite(api, wish.name, requestId, reached, writing, () =>
    api.create(wish, { requestId, signal }),
  );
  if (result.kind === 'accepted')
    return await finish(api, 'create', null, wish.name, result.accepted, reached, writing);
  if (result.error.code === 'ALREADY_EXISTS') throw taken(wish.name, result.error);
  throw result.error;
}

function newEndpoint({ name, target, description, callers }: NewEndpoint): Endpoint {
  return {
    name,
    target,
    ...(description === undefined || description === '' ? {} : { description }),
    callers: callers.map((namespace) => asCaller({ namespace })),
  };
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
  if (isGone(result.error)) return outcome('delete', before, null, { changed: false });
  if (result.error.code !== 'CONFLICT') throw result.error;
  throw conflict(before, result.fresh?.endpoint ?? null, null, result.error);
}

export function endpointNotFound(nameOrId: string): NexusctlError {
  return new NexusctlError('ENDPOINT_NOT_FOUND', `there is no endpoint ${nameOrId}`, {
    hint: 'see the names with `nexusctl endpoint list`',
    details: { endpoint: nameOrId },
  });
}

export function checkVersion(endpoint: Endpoint, { resourceVersion }: Writing): void {
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

function isGone({ code }: NexusctlError): boolean {
  return code === 'NOT_FOUND' || code === 'ENDPOINT_NOT_FOUND';
}

/** What was seen is no longer what is there. */
export function conflict(
  seen: Endpoint,
  found: Endpoint | null,
  wish: Endpoint | null,
  cause?: unknown,
): NexusctlError {
  const versions = `version ${seen.resourceVersion ?? '?'} → ${found?.resourceVersion ?? '?'}`;
  const what =
    found === null
      ? 'was deleted'
      : seen.name === found.name
        ? `was changed (${versions})`
        : `was renamed ${found.name} (${versions})`;
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
