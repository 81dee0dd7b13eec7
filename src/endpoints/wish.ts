import { gainsAndLoses } from './allowlist.ts';
import { sameTarget, type Endpoint, type Wish } from './endpoint.ts';

export function wished(before: Endpoint, wish: Wish): Endpoint {
  const { description: old, ...rest } = before;
  const known = new Map(before.callers.map((caller) => [caller.namespace, caller]));
  const description = wish.description === undefined ? old : wish.description;
  return {
    ...rest,
    ...(wish.name === undefined ? {} : { name: wish.name }),
    ...(wish.target === undefined ? {} : { target: wish.target }),
    ...(description === undefined || description === null || description === '' ? {} : { description }),
    ...(wish.callers === undefined
      ? {}
      : {
          callers: wish.callers.map((namespace) => known.get(namespace) ?? asCaller({ namespace })),
        }),
  };
}

export function fulfils(endpoint: Endpoint, wish: Wish): boolean {
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

export function asCaller<T extends { readonly namespace: string }>(entry: T): T & { readonly status: 'active' } {
  return { ...entry, status: 'active' };
}
