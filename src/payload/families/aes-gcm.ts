import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { addKey, keyNotFound, openWithOne, type Candidate } from './candidates.ts';
import { shortened } from '../model/key-id.ts';
import type { Family } from './family.ts';
import { sealGcm } from './gcm.ts';
import type { Keys } from '../keys/keys.ts';
import { after, type Maybe } from '../model/maybe.ts';
import { keysFor, type SecretKey } from '../keys/keyring.ts';
import { encodePayload, encodingOf, makePayload, metadataText, type Payload } from '../model/payload.ts';
import { presetCandidates } from './presets.ts';

export const encrypted = 'binary/encrypted';
/** samples-java nexusserializationcontext/AesGcmCodec.java: a key per Nexus endpoint, else the same. */
const nexusEncrypted = 'binary/nexus-aes-gcm';
const keyIdName = 'encryption-key-id';

/**
 * Family A, and R, C and H which look the same: `encryption-key-id` names the key, the data is AES-GCM of the proto form
 * of the payload. samples-go encryption/crypt.go, samples-typescript encryption/src/encryption-codec.ts, samples-python
 * encryption/codec.py and others. The id may be empty.
 */
export const aesGcm: Family = {
  id: 'aes-gcm',
  recognises: (payload) => {
    const encoding = encodingOf(payload);
    return (encoding === encrypted || encoding === nexusEncrypted) && payload.metadata.has(keyIdName);
  },
  facts: (payload) => {
    const endpoint = metadataText(payload, 'nexus-endpoint-name');
    return { keyId: metadataText(payload, keyIdName) ?? '', ...(endpoint === undefined ? {} : { endpoint }) };
  },
  open: (payload, keys) => after(sameCandidates(payload, keys), (candidates) => openWithOne(payload, candidates)),
};

/** For payloads of equal metadata the keys to try are the same. */
const found = new WeakMap<Keys, WeakMap<Payload['metadata'], readonly Candidate[]>>();

function sameCandidates(payload: Payload, keys: Keys): Maybe<readonly Candidate[]> {
  let known = found.get(keys);
  if (known === undefined) found.set(keys, (known = new WeakMap()));
  const candidates = known.get(payload.metadata) ?? candidatesFor(payload, keys);
  if (!(candidates instanceof Promise)) known.set(payload.metadata, candidates);
  return candidates;
}

function candidatesFor(payload: Payload, keys: Keys): Maybe<readonly Candidate[]> {
  const { keyring, namespace } = keys;
  const id = metadataText(payload, keyIdName) ?? '';
  const key = keysFor(keyring, namespace).find((candidate) => candidate.id === id);
  if (key?.kind === 'secret') return after(keys.aes(key), (material) => [{ name: id, key: material }]);
  if (key !== undefined)
    throw new NexusctlError(
      'KEY_NOT_FOUND',
      `the payload is sealed with the key '${id}' itself, but the keyring has a key service under that id`,
      { hint: `give the key: --key ${id}=REF` },
    );
  const candidates = presetCandidates(keyring.presets, id, payload.metadata.has('tenant'));
  if (candidates.length > 0) return candidates;
  const listed = keyring.keys.has(id);
  throw keyNotFound(
    listed ? `the key '${id}' may not be used for this namespace` : `no key '${shortened(id)}' in the keyring`,
    listed ? 'list the key under [keyring.namespaces]' : addKey(id),
    { keyId: id },
  );
}

/** @param key 32 bytes; @param keyId what readers look it up by */
export function sealAesGcm(payload: Payload, keyId: string, key: Uint8Array): Payload {
  return makePayload({ encoding: encrypted, [keyIdName]: keyId }, sealGcm(key, encodePayload(payload)));
}

export function sealWithKey(payload: Payload, keys: Keys, key: SecretKey): Maybe<Payload> {
  return after(keys.aes(key), (material) => sealAesGcm(payload, key.id, material));
}
