import type { NexusctlError } from '../errors/nexusctl-error.ts';
import { fingerprint } from '../payload/candidates.ts';
import type { Keys } from '../payload/keys.ts';
import { openPayload, type Budget, type Layer, type Opened } from '../payload/layers.ts';
import type { Keyring } from '../payload/keyring.ts';
import type { Maybe } from '../payload/maybe.ts';
import type { Payload } from '../payload/payload.ts';
import { sealPayload } from '../payload/seal.ts';
import type { KeyIds } from './access.ts';
import type { Operation } from './request.ts';

/** One state of the keyring, as the server uses it. */
export interface Codec {
  readonly keyIds: KeyIds;
  /**
   * Payloads in the order and number in which they came. What is not for these keys passes through unchanged: mixed
   * histories are normal.
   * @throws NexusctlError of the first payload that should have opened and did not
   */
  readonly run: (work: Work) => Promise<Coded>;
}

interface Work {
  readonly operation: Operation;
  readonly payloads: readonly Payload[];
  readonly namespace: string;
  readonly keyIds: readonly string[];
  readonly unpackedBytes: number;
}

export interface Coded {
  readonly payloads: readonly Payload[];
  /** What the payloads named, for the audit line; an id that is itself a key is a fingerprint. */
  readonly keyIds: readonly string[];
  readonly unchanged: number;
}

/** Payloads opened at once: enough to hide a key service's latency, few enough to bound what is unpacked at once. */
const width = 8;

/** @param open makes the keys of one namespace, with caches of their own */
export function makeCodec(keyring: Keyring, open: (keyring: Keyring, namespace: string) => Keys): Codec {
  const opened = new Map<string, Keys>();
  // Data keys are remembered per namespace and set of keys (security.md 15): nobody profits from another's permission.
  const keysFor = (namespace: string, keyIds: readonly string[]): Keys => {
    const scope = JSON.stringify([namespace, keyIds]);
    let keys = opened.get(scope);
    if (keys === undefined) {
      keys = open(restrictKeyring(keyring, keyIds), namespace);
      // An unauthenticated client may name any namespace: only those that the keyring tells apart are worth keeping.
      if (opened.size >= mostScopes) opened.clear();
      opened.set(scope, keys);
    }
    return keys;
  };
  return {
    keyIds: { all: [...keyring.keys.keys()], byNamespace: keyring.namespaces },
    async run({ operation, payloads, namespace, keyIds, unpackedBytes }) {
      const keys = keysFor(namespace, keyIds);
      switch (operation) {
        case 'decode':
          return decode(payloads, keys, { left: unpackedBytes });
        case 'encode':
          return encode(payloads, keys);
      }
    },
  };
}

const mostScopes = 1000;

/** The keyring with these keys only: lists of namespaces and endpoints name nothing else. */
export function restrictKeyring(keyring: Keyring, keyIds: readonly string[]): Keyring {
  const granted = new Set(keyIds);
  const only = (lists: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> =>
    new Map([...lists].map(([name, ids]) => [name, ids.filter((id) => granted.has(id))]));
  const { active, ...rest } = keyring;
  return {
    ...rest,
    ...(active !== undefined && granted.has(active) ? { active } : {}),
    keys: new Map([...keyring.keys].filter(([id]) => granted.has(id))),
    namespaces: only(keyring.namespaces),
    endpoints: only(keyring.endpoints),
  };
}

async function decode(payloads: readonly Payload[], keys: Keys, budget: Budget): Promise<Coded> {
  const named = new Set<string>();
  let unchanged = 0;
  const take = (payload: Payload, { status, layers, payload: result, error }: Opened): Payload => {
    if (error !== undefined && !isNotOurs(error)) throw error;
    if (status !== 'decoded') unchanged += 1;
    for (const layer of layers) if (named.size < mostNames) named.add(nameOf(layer, keys.keyring));
    return status === 'decoded' && result !== null ? result : payload;
  };
  const results = await inTurn(payloads, (payload) => {
    // A request names no endpoint that can be trusted: nothing is said about the position.
    const opened = openPayload(payload, keys, {}, false, budget);
    return opened instanceof Promise ? opened.then((known) => take(payload, known)) : take(payload, opened);
  });
  named.delete('');
  return { payloads: results, keyIds: [...named], unchanged };
}

async function encode(payloads: readonly Payload[], keys: Keys): Promise<Coded> {
  const named = new Set<string>();
  let unchanged = 0;
  const results = await inTurn(payloads, async (payload) => {
    const { status, layers, payload: sealed } = await sealPayload(payload, keys);
    if (status !== 'encrypted') unchanged += 1;
    if (layers[0] !== undefined && named.size < mostNames) named.add(nameOf(layers[0], keys.keyring));
    return sealed ?? payload;
  });
  named.delete('');
  return { payloads: results, keyIds: [...named], unchanged };
}

function isNotOurs(error: NexusctlError): boolean {
  return error.code === 'KEY_NOT_FOUND' || error.code === 'FAMILY_UNSUPPORTED';
}

/** How a key is named in the audit log. An id that the keyring does not know is foreign text, and may even be a key. */
function nameOf({ keyId, keyFingerprint, endpoint }: Layer, keyring: Keyring): string {
  if (keyFingerprint !== undefined) return `sha256:${keyFingerprint}`;
  if (keyId === undefined) return endpoint === undefined ? '' : `endpoint:${endpoint.slice(0, 200)}`;
  if (keyring.keys.has(keyId) || /^(awskms:\/\/\/?)?arn:[\w:/-]{1,200}$/.test(keyId)) return keyId;
  return `sha256:${fingerprint(keyId)}`;
}

const mostNames = 32;

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Maybe<R>): Promise<readonly R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      // Waiting for what is there already would cost as much as opening it.
      const result = work(items[at] as T);
      results[at] = result instanceof Promise ? await result : result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
