import { NexusctlError } from '../errors/nexusctl-error.ts';
import { fingerprint } from '../payload/families/candidates.ts';
import type { Keys } from '../payload/keys/keys.ts';
import { forOthers, openPayload, type Budget, type Layer, type Opened } from '../payload/layers.ts';
import type { Keyring } from '../payload/keys/keyring.ts';
import { after, type Maybe } from '../payload/model/maybe.ts';
import type { Payload } from '../payload/model/payload.ts';
import { sealPayload } from '../payload/seal.ts';
import { isStorageReference, notServed } from '../payload/model/storage.ts';
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
  readonly run: (work: Work) => Maybe<Coded>;
}

interface Work {
  readonly operation: Operation;
  readonly payloads: readonly Payload[];
  readonly namespace: string;
  readonly keyIds: readonly string[];
  /** References to external storage are not followed. */
  readonly keepReferences: boolean;
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
    run({ operation, payloads, namespace, keyIds, keepReferences, unpackedBytes }) {
      const keys = keysFor(namespace, keyIds);
      switch (operation) {
        case 'decode':
          return decode(payloads, keepReferences ? withoutStorage(keys) : keys, { left: unpackedBytes });
        case 'download':
          return download(payloads, keys, { left: unpackedBytes });
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

function decode(payloads: readonly Payload[], keys: Keys, budget: Budget): Maybe<Coded> {
  const named = namesIn(keys.keyring);
  let unchanged = 0;
  const take = (payload: Payload, { status, layers, payload: result, error }: Opened): Payload => {
    if (error !== undefined && !isNotOurs(error)) throw error;
    if (status !== 'decoded') unchanged += 1;
    for (const layer of layers) named.add(layer);
    return status === 'decoded' && result !== null ? result : payload;
  };
  // A request names no endpoint that can be trusted: nothing is said about the position.
  const results = inTurn(payloads, (payload) =>
    after(openPayload(payload, keys, {}, false, budget), (opened) => take(payload, forOthers(opened))),
  );
  return after(results, (done) => ({ payloads: done, keyIds: named.all(), unchanged }));
}

const bare = new WeakMap<Keys, Keys>();

/** The same object each time: what was found out about payloads is kept by it. */
function withoutStorage(keys: Keys): Keys {
  if (keys.storage === undefined) return keys;
  let known = bare.get(keys);
  if (known === undefined) bare.set(keys, (known = { ...keys, storage: undefined }));
  return known;
}

/**
 * What lies in external storage, fetched and opened to the value. Nothing but references may be asked for.
 * @throws NexusctlError of the first payload that is none, or cannot be fetched or opened
 */
function download(payloads: readonly Payload[], keys: Keys, budget: Budget): Maybe<Coded> {
  const named = namesIn(keys.keyring);
  const references = inTurn(payloads, (payload) =>
    after(openPayload(payload, withoutStorage(keys), {}, false, budget), ({ layers, payload: reference, error }) => {
      if (error !== undefined) throw error;
      if (reference === null || !isStorageReference(reference))
        throw new NexusctlError('INPUT_INVALID', 'a payload is no reference to external storage');
      for (const layer of layers) named.add(layer);
      return reference;
    }),
  );
  return after(references, (found) =>
    after(
      inTurn(found, (reference) =>
        after(openPayload(reference, keys, {}, false, budget), ({ layers, payload, error }) => {
          if (error !== undefined) throw error;
          for (const layer of layers) named.add(layer);
          return payload ?? reference;
        }),
      ),
      (done) => ({ payloads: done, keyIds: named.all(), unchanged: 0 }),
    ),
  );
}

function encode(payloads: readonly Payload[], keys: Keys): Maybe<Coded> {
  const named = namesIn(keys.keyring);
  let unchanged = 0;
  const results = inTurn(payloads, (payload) =>
    after(sealPayload(payload, keys), ({ status, layers, payload: sealed }) => {
      if (status !== 'encrypted') unchanged += 1;
      if (layers[0] !== undefined) named.add(layers[0]);
      return sealed ?? payload;
    }),
  );
  return after(results, (done) => ({ payloads: done, keyIds: named.all(), unchanged }));
}

function isNotOurs(error: NexusctlError): boolean {
  if (error.code === 'EXTERNAL_STORAGE') return error.details?.['reason'] === notServed;
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

/** The keys that the layers of one request name, each once. */
function namesIn(keyring: Keyring): { readonly add: (layer: Layer) => void; readonly all: () => readonly string[] } {
  const names = new Set<string>();
  // Payloads of equal metadata share their layers.
  const seen = new Set<Layer>();
  return {
    add(layer) {
      if (seen.has(layer) || names.size >= mostNames) return;
      seen.add(layer);
      const name = nameOf(layer, keyring);
      if (name !== '') names.add(name);
    },
    all: () => [...names],
  };
}

/** In order, a few at once; what is there already is not waited for: that would cost as much as opening it. */
function inTurn<T, R>(items: readonly T[], work: (item: T) => Maybe<R>): Maybe<readonly R[]> {
  const results: R[] = [];
  for (const item of items) {
    const result = work(item);
    if (result instanceof Promise) return severalAtOnce(items, work, results, result);
    results.push(result);
  }
  return results;
}

async function severalAtOnce<T, R>(
  items: readonly T[],
  work: (item: T) => Maybe<R>,
  results: R[],
  first: Promise<R>,
): Promise<readonly R[]> {
  let next = results.length + 1;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const result = work(items[at] as T);
      results[at] = result instanceof Promise ? await result : result;
    }
  };
  const begun = results.length;
  const waiting = first.then((result) => {
    results[begun] = result;
    return worker();
  });
  await Promise.all([waiting, ...Array.from({ length: Math.min(width, items.length) - 1 }, worker)]);
  return results;
}
