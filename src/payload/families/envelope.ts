import { randomBytes } from 'node:crypto';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { decryptFailed, fingerprint, keyNotFound, openWithOne } from './candidates.ts';
import { shortened } from '../model/key-id.ts';
import type { Family } from './family.ts';
import { sealGcm } from './gcm.ts';
import { decodeBase64 } from '../json/form.ts';
import { parseSecret } from '../keys/key-material.ts';
import { keysFor, type ExecKey, type Key, type KmsKey, type SecretKey } from '../keys/keyring.ts';
import type { Keys } from '../keys/keys.ts';
import { after } from '../model/maybe.ts';
import { encodePayload, encodingOf, makePayload, metadataText, type Payload } from '../model/payload.ts';
import { encrypted } from './aes-gcm.ts';
import { unwrapExtension, wrapExtension } from './extension.ts';

const keyIdName = 'encryption-key-id';
const dataKeyName = 'encryption-dek';
const inlineScheme = 'base64key://';

/**
 * Family E: temporal-proxy pkg/codec/encryptor.go. A data key of 32 bytes seals the payload; `encryption-dek` is the
 * base64 text of that data key wrapped by the key that `encryption-key-id` names.
 */
export const envelope: Family = {
  id: 'envelope',
  recognises: (payload) => encodingOf(payload) === encrypted && payload.metadata.has(dataKeyName),
  facts: (payload) => {
    const id = keyIdOf(payload);
    return id.startsWith(inlineScheme)
      ? { keyFingerprint: fingerprint(id), note: 'the key id is the key: whoever reads the history reads the payload' }
      : { keyId: id };
  },
  open: (payload, keys) => {
    const id = keyIdOf(payload);
    const wrapped = decodeBase64(metadataText(payload, dataKeyName) ?? '');
    if (wrapped === null || wrapped.length === 0)
      throw new NexusctlError('PAYLOAD_MALFORMED', 'encryption-dek is not base64 text');
    const { name, unwrap } = unwrapper(id, wrapped, keys);
    const dataKey = keys.dataKeys.toRead(`${keys.namespace ?? ''}\n${name}`, wrapped, unwrap);
    return after(dataKey, (key) => openWithOne(payload, [{ name, key }]));
  },
};

function unwrapper(id: string, wrapped: Buffer, keys: Keys): { name: string; unwrap: () => Promise<Buffer> } {
  const key = keysFor(keys.keyring, keys.namespace).find((candidate) => isNamed(candidate, id));
  if (key === undefined && id.startsWith(inlineScheme)) {
    const name = `key ${fingerprint(id)}`;
    if (keys.keyring.presets.has('proxy')) return { name, unwrap: () => unwrapInline(id, wrapped, name) };
    throw keyNotFound('its key id is the key itself, which is used only when asked for', 'add --preset proxy');
  }
  switch (key?.kind) {
    case 'secret':
      return { name: key.id, unwrap: async () => unwrapExtension(await masterOf(key, keys), wrapped, key.id) };
    case 'kms':
    case 'exec':
      return { name: key.id, unwrap: async () => (await keys.kek(key)).unwrap(wrapped) };
    case 'vault':
    case undefined:
      throw keyNotFound(
        `no key service for '${shortened(id)}' in the keyring`,
        'add it to the keyring: [keyring.keys.NAME] with kms = "ARN"; an id in a payload is never asked by itself',
        { keyId: id },
      );
  }
}

/**
 * Whether a key of the keyring is the one that a payload names. Parameters in the payload's id are ignored; a multi-region
 * key is the same key in each region (the keyring's own region is asked).
 */
export function isNamed(key: Key, id: string): boolean {
  if (key.id === id) return true;
  if (key.kind !== 'kms') return false;
  const named = kmsName(id);
  const own = kmsName(key.uri);
  return named === own || (multiRegion(named) !== null && multiRegion(named) === multiRegion(own));
}

function kmsName(uri: string): string {
  return uri.replace(/^awskms:\/\/\/?/, '').replace(/\?.*$/s, '');
}

function multiRegion(arn: string): string | null {
  const parts = /^arn:([\w-]+):kms:[\w-]+:(\d+):key\/(mrk-[0-9a-f]+)$/.exec(arn);
  return parts === null ? null : parts.slice(1).join(':');
}

/** The KEK of the proxy's `testing://` scheme: NaCl secretbox, nonce 24 ‖ box. */
async function unwrapInline(id: string, wrapped: Buffer, name: string): Promise<Buffer> {
  const key = inlineKey(id);
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  if (wrapped.length < 24 + 16) throw new NexusctlError('PAYLOAD_MALFORMED', 'the wrapped data key is too short');
  try {
    return Buffer.from(xsalsa20poly1305(key, wrapped.subarray(0, 24)).decrypt(wrapped.subarray(24)));
  } catch {
    throw decryptFailed([name]);
  }
}

function inlineKey(id: string): Buffer {
  const key = decodeBase64(id.slice(inlineScheme.length).replace(/\?.*$/s, ''));
  if (key?.length !== 32) throw new NexusctlError('PAYLOAD_MALFORMED', 'its base64key:// id holds no key of 32 bytes');
  return key;
}

/** Seals under a cached data key: n payloads under k data keys cost k calls of the key service. */
export async function sealEnvelope(payload: Payload, keys: Keys, key: KmsKey | ExecKey | SecretKey): Promise<Payload> {
  const plain = encodePayload(payload);
  const { key: dataKey, wrapped } = await keys.dataKeys.toWrite(
    `${keys.namespace ?? ''}\n${key.id}`,
    plain.length,
    async () => {
      const fresh = randomBytes(32);
      return { key: fresh, wrapped: await wrap(fresh, keys, key) };
    },
  );
  return makePayload(
    {
      encoding: encrypted,
      [keyIdName]: key.kind === 'kms' ? key.uri : key.id,
      [dataKeyName]: wrapped.toString('base64'),
    },
    sealGcm(dataKey, plain),
  );
}

async function wrap(dataKey: Buffer, keys: Keys, key: KmsKey | ExecKey | SecretKey): Promise<Buffer> {
  if (key.kind !== 'secret') return (await keys.kek(key)).wrap(dataKey);
  if (!key.id.startsWith(inlineScheme)) return wrapExtension(await masterOf(key, keys), dataKey, keys.namespace ?? '');
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  const nonce = randomBytes(24);
  return Buffer.concat([nonce, xsalsa20poly1305(inlineKey(key.id), nonce).encrypt(dataKey)]);
}

async function masterOf(key: SecretKey, keys: Keys): Promise<Buffer> {
  return parseSecret(await keys.raw(key), key.format, key.id);
}

/** Whether a secret key of the keyring is a key-encryption key of the proxy, by its id's scheme. */
export function isEnvelopeKey(key: SecretKey): boolean {
  return key.id.startsWith('extension://') || key.id.startsWith(inlineScheme);
}

function keyIdOf(payload: Payload): string {
  return metadataText(payload, keyIdName) ?? '';
}
