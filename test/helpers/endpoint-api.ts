import type { EndpointApi } from '../../src/endpoints/api.ts';
import { asCaller, wished } from '../../src/endpoints/wish.ts';
import type { Endpoint, Held } from '../../src/endpoints/endpoint.ts';
import { NexusctlError } from '../../src/errors/nexusctl-error.ts';
import type { Writing } from '../../src/endpoints/write.ts';

/** Endpoints in memory, by id, behind the port of the core: what somebody else does before each write is `meanwhile`. */
export function memoryEndpoints(first: readonly Endpoint[], meanwhile: (endpoints: Map<string, Endpoint>) => void) {
  const endpoints = new Map(first.map((endpoint) => [String(endpoint.id), endpoint]));
  const heldOf = (endpoint: Endpoint): Held => ({ endpoint, spec: new Uint8Array(), unknownPolicies: 0 });
  const next = (endpoint: Endpoint): Endpoint => ({
    ...endpoint,
    resourceVersion: String(Number(endpoint.resourceVersion) + 1),
  });
  const current = ({ endpoint }: Held): Endpoint => {
    meanwhile(endpoints);
    const found = endpoints.get(String(endpoint.id));
    if (found === undefined) throw new NexusctlError('NOT_FOUND', 'no such id');
    if (found.resourceVersion !== endpoint.resourceVersion) throw new NexusctlError('CONFLICT', 'another version');
    return found;
  };
  const api: EndpointApi = {
    backend: 'cloud',
    keepsCallers: true,
    list: () => Promise.resolve([...endpoints.values()].map(heldOf)),
    find: (nameOrId) => {
      const found = [...endpoints.values()].find(({ id, name }) => name === nameOrId || id === nameOrId);
      return Promise.resolve(found === undefined ? null : heldOf(found));
    },
    create: () => Promise.reject(new Error('not asked for here')),
    update: async (held, wish) => {
      await Promise.resolve();
      const found = current(held);
      endpoints.set(String(found.id), next(wished(found, wish)));
      return {};
    },
    delete: async (held) => {
      await Promise.resolve();
      endpoints.delete(String(current(held).id));
      return {};
    },
    operation: null,
    close: () => undefined,
  };
  return { api, endpoints, next };
}

export function endpointOf(name: string, id: string, ...callers: readonly string[]): Endpoint {
  return {
    id,
    name,
    state: 'active',
    resourceVersion: '1',
    callers: callers.map((namespace) => asCaller({ namespace })),
  };
}

export const writing: Writing = {
  dryRun: false,
  requestId: 'r',
  waitMs: 1_000,
  now: () => new Date(),
  signal: new AbortController().signal,
  sleep: () => Promise.resolve(),
  progress: () => undefined,
};
