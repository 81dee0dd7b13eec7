import { hkdfSync } from 'node:crypto';
import { checkedKek } from './checked-kek.ts';
import { makeDataKeys, type DataKeys } from './data-keys.ts';
import { makeGate } from './gate.ts';
import { parseKey } from './key-material.ts';
import type { ExecKey, Kek, KeyPorts, Keyring, KmsKey, SecretKey, VaultKey } from './keyring.ts';
import { limits } from '../model/limits.ts';
import type { Maybe } from '../model/maybe.ts';
import { rulesFor, type FetchStored, type StorageRule } from '../model/storage.ts';

/** A keyring in use: key bytes are read once, when the first payload needs them. */
export interface Keys {
  readonly keyring: Keyring;
  readonly namespace?: string;
  readonly layerBytes: number;
  readonly dataKeys: DataKeys;
  /** AES key bytes of 16, 24 or 32. @throws NexusctlError KEY_INVALID and what the reference's reader throws */
  readonly aes: (key: SecretKey) => Maybe<Buffer>;
  /** The bytes of the secret as they are. */
  readonly raw: (key: SecretKey) => Maybe<Buffer>;
  readonly kek: (key: KmsKey | ExecKey) => Maybe<Kek>;
  readonly encryptionSdk: (key: KmsKey, message: Uint8Array) => Promise<Buffer>;
  readonly vault: (key: VaultKey, ciphertext: string) => Promise<Buffer>;
  /** Where payloads in external storage may be fetched from; without it a reference is a value. */
  readonly storage?: { readonly rules: readonly StorageRule[]; readonly fetch: FetchStored } | undefined;
}

interface KeysOptions {
  readonly namespace?: string | undefined;
  readonly layerBytes?: number | undefined;
  readonly now?: () => number;
  /** Buckets and folders from which payloads in external storage are fetched. */
  readonly storage?: readonly StorageRule[] | undefined;
}

export function openKeys(keyring: Keyring, ports: KeyPorts, options: KeysOptions = {}): Keys {
  const gate = makeGate(callsAtATime);
  const raw = remember((key: SecretKey) => ports.secret(key.source).then((bytes) => Buffer.from(bytes)));
  return {
    keyring,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    ...(options.storage === undefined
      ? {}
      : {
          storage: {
            rules: rulesFor(options.storage, options.namespace ?? ''),
            fetch: (bucket, key, limit) => gate(() => ports.stored(bucket, key, limit)),
          },
        }),
    layerBytes: options.layerBytes ?? limits.layerBytes,
    dataKeys: makeDataKeys(options.now ?? Date.now),
    raw,
    aes: remember(async (key: SecretKey) => parseKey(await raw(key), key.format, key.id)),
    kek: remember(async (key: KmsKey | ExecKey): Promise<Kek> => {
      const kek = await (key.kind === 'kms' ? ports.kms(key) : ports.exec(key));
      const gated: Kek = {
        wrap: (dataKey) => gate(() => kek.wrap(dataKey)),
        unwrap: (wrapped) => gate(() => kek.unwrap(wrapped)),
      };
      return checkedKek(gated, key.id);
    }),
    encryptionSdk: (key, message) => gate(() => ports.encryptionSdk(key, message)),
    vault: (key, ciphertext) => gate(() => ports.vault(key, ciphertext)),
  };
}

/** Calls of key services at a time: each may be a process or a socket, and a history may need thousands. */
const callsAtATime = 16;

function remember<K extends object, V>(make: (key: K) => Promise<V>): (key: K) => Maybe<V> {
  const made = new Map<K, Maybe<V>>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const promise = make(key);
    made.set(key, promise);
    // What failed once may work later: a server holds the keyring for days.
    promise.then(
      (value) => made.set(key, value),
      () => made.delete(key),
    );
    return promise;
  };
}

export function hkdf(secret: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, 32));
}
