import { fieldSize } from '../../protobuf/wire-size.ts';
import { encrypted } from '../families/aes-gcm.ts';
import { isEnvelopeKey } from '../families/envelope.ts';
import { wrapExtension } from '../families/extension.ts';
import { gcmBytes } from '../families/gcm.ts';
import { endpointKeys, writingKey } from '../keys/keyring.ts';
import type { Keys } from '../keys/keys.ts';
import { sampleEndpointKeys, sampleKey, sampleKeyId } from '../families/presets.ts';

/** Bytes on the wire of a payload that is in clear, once it is encrypted. */
export interface SealedSize {
  readonly bytes: number;
  /** False when nothing says which key will seal it, or how long what its key service wraps is. */
  readonly exact: boolean;
}

const dataKeyBytes = 32;
/**
 * What AWS KMS wraps a data key to, whatever the id and the context of its key: so are the ciphertexts of 2018 to 2024, of
 * keys of one region and of several, that public sops files hold.
 */
const kmsBytes = 184;
/** NaCl secretbox: nonce and tag. */
const inlineBytes = 24 + 16 + dataKeyBytes;

/** Of a payload of `plain` bytes at its place, as seal.ts seals it. */
export function sealedSize(plain: number, keys: Keys, endpoint: string | undefined): SealedSize {
  const { bytes, exact } = sameOutside(keys, endpoint);
  return { bytes: bytes + fieldSize(plain + gcmBytes), exact };
}

const known = new WeakMap<Keys, Map<string | undefined, SealedSize>>();

/** Of all that one key seals, what stands outside is the same. */
function sameOutside(keys: Keys, endpoint: string | undefined): SealedSize {
  let byEndpoint = known.get(keys);
  if (byEndpoint === undefined) known.set(keys, (byEndpoint = new Map<string | undefined, SealedSize>()));
  const found = byEndpoint.get(endpoint);
  if (found !== undefined) return found;
  const { metadata, exact } = outsideOf(keys, endpoint);
  const entries = Object.entries({ encoding: encrypted.length, ...metadata });
  const bytes = entries.reduce((sum, [name, value]) => sum + fieldSize(fieldSize(name.length) + fieldSize(value)), 0);
  byEndpoint.set(endpoint, { bytes, exact });
  return { bytes, exact };
}

/** The metadata beside the encoding: bytes by name. */
interface Outside {
  readonly metadata: Readonly<Record<string, number>>;
  readonly exact: boolean;
}

function outsideOf(keys: Keys, endpoint: string | undefined): Outside {
  const { keyring, namespace } = keys;
  const key = writingKey(keyring, namespace, endpoint);
  switch (key?.kind) {
    case 'secret':
      if (endpoint !== undefined && endpointKeys(keyring, endpoint) !== undefined) return forEndpoint(endpoint);
      return isEnvelopeKey(key) ? enveloped(key.id, wrappedBytes(key.id, namespace ?? '')) : named(key.id);
    case 'kms':
      return enveloped(key.uri, kmsBytes);
    case 'exec':
      return { ...enveloped(key.id, kmsBytes), exact: false };
    case 'vault':
      return unknown;
    case undefined:
      return withPreset(keys, endpoint);
  }
}

function withPreset({ keyring: { presets } }: Keys, endpoint: string | undefined): Outside {
  if (endpoint !== undefined && presets.has('endpoint') && sampleEndpointKeys.has(endpoint))
    return forEndpoint(endpoint);
  if (presets.has('java'))
    return {
      metadata: { 'encryption-cipher': 'AES/GCM/NoPadding'.length, 'encryption-key-id': sampleKey.length },
      exact: true,
    };
  if (presets.has('orders')) return named('orders');
  if (presets.has('go')) return named('test');
  return (['typescript', 'python', 'dotnet', 'ruby'] as const).some((name) => presets.has(name))
    ? named(sampleKeyId)
    : unknown;
}

/** The least that any key adds. */
const unknown: Outside = { metadata: { 'encryption-key-id': 0 }, exact: false };

function named(id: string): Outside {
  return { metadata: { 'encryption-key-id': Buffer.byteLength(id) }, exact: true };
}

function forEndpoint(name: string): Outside {
  return { metadata: { endpoint: Buffer.byteLength(name) }, exact: true };
}

function enveloped(id: string, wrapped: number): Outside {
  const base64 = Math.ceil(wrapped / 3) * 4;
  return { metadata: { 'encryption-key-id': Buffer.byteLength(id), 'encryption-dek': base64 }, exact: true };
}

function wrappedBytes(id: string, namespace: string): number {
  if (!id.startsWith('extension://')) return inlineBytes;
  const anything = Buffer.alloc(dataKeyBytes);
  return wrapExtension(anything, anything, namespace).length;
}
