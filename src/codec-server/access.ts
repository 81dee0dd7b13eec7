import type { Operation } from './request.ts';

/** Who is asking, after authentication. */
export interface Identity {
  /** For the audit line and the rate limit: the token's name, or the claim that names the user. */
  readonly subject: string;
  readonly roles: readonly string[];
  readonly claims: ReadonlyMap<string, unknown>;
}

export type Permission = 'decode' | 'encode';

/** One line of the mapping: who → namespaces → keys and what may be done with them. Exact matches only. */
export interface Grant {
  readonly who:
    | { readonly kind: 'subject'; readonly values: readonly string[] }
    | { readonly kind: 'role'; readonly values: readonly string[] }
    | { readonly kind: 'claim'; readonly claim: string; readonly values: readonly string[] };
  readonly namespaces: readonly string[];
  readonly allow: ReadonlySet<Permission>;
  /** Narrows the namespace's keys, or names them when the keyring has no list for the namespace. */
  readonly keys?: readonly string[];
}

/** Key ids of the keyring, as far as the mapping needs them. */
export interface KeyIds {
  readonly all: readonly string[];
  readonly byNamespace: ReadonlyMap<string, readonly string[]>;
}

/**
 * The ids of the keys with which `identity` may do `operation` on payloads of `namespace`; null when nothing is
 * granted. Authentication is not permission: who is in no grant gets null (security.md 15).
 */
export function grantedKeys(
  grants: readonly Grant[],
  identity: Identity,
  operation: Operation,
  namespace: string,
  keyIds: KeyIds,
): readonly string[] | null {
  const matching = grants.filter(
    ({ who, namespaces, allow }) =>
      namespaces.includes(namespace) && allow.has(permissionFor(operation)) && fits(who, identity),
  );
  if (matching.length === 0) return null;
  const own = keyIds.byNamespace.get(namespace);
  const ids = new Set(matching.flatMap(({ keys }) => keys ?? own ?? []));
  return [...ids].filter((id) => own === undefined || own.includes(id));
}

/** What is fetched from storage is decoded: it takes no other right. */
function permissionFor(operation: Operation): Permission {
  return operation === 'encode' ? 'encode' : 'decode';
}

function fits(who: Grant['who'], identity: Identity): boolean {
  switch (who.kind) {
    case 'subject':
      return who.values.includes(identity.subject);
    case 'role':
      return identity.roles.some((role) => who.values.includes(role));
    case 'claim':
      return textsOf(identity.claims.get(who.claim)).some((text) => who.values.includes(text));
  }
}

/** A claim that is a text or a list of texts. */
export function textsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return [claim];
  return Array.isArray(claim) ? claim.filter((item) => typeof item === 'string') : [];
}

/**
 * The keys for a namespace where nobody is authenticated, on loopback: its own list, or what belongs to no namespace.
 * Without a namespace there are keys only while the keyring tells none apart.
 */
export function unmappedKeys(namespace: string, keyIds: KeyIds): readonly string[] | null {
  const own = keyIds.byNamespace.get(namespace);
  if (own !== undefined) return own;
  if (keyIds.byNamespace.size === 0) return keyIds.all;
  if (namespace === '') return null;
  const taken = new Set([...keyIds.byNamespace.values()].flat());
  return keyIds.all.filter((id) => !taken.has(id));
}
