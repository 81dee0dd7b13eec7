import type { NexusctlError } from '../../errors/nexusctl-error.ts';
import { fingerprint, openersOf } from '../families/candidates.ts';
import { endpointCandidates } from '../families/endpoint.ts';
import { isNamed } from '../families/envelope.ts';
import { fernetOpeners } from '../families/fernet.ts';
import { jwtKmsOpeners } from '../families/jwt-kms.ts';
import { unmarkedCandidates } from '../families/unmarked.ts';
import type { FamilyId } from '../families/family.ts';
import { endpointKeys, type Key, type Keyring } from '../keys/keyring.ts';
import type { Keys } from '../keys/keys.ts';
import { isOfPayload, type Layer } from '../layers.ts';
import type { Payload } from '../model/payload.ts';
import type { Position } from '../model/position.ts';
import { presetCandidates, sampleEndpointKeys } from '../families/presets.ts';

/** The keys that may have written a layer, as far as the layer and the keyring say. */
export interface Writers {
  readonly keys: readonly Key[];
  /** False when the layer leaves it open which of several keys it was, or whether it was one of these at all. */
  readonly certain: boolean;
  /** The key of a sample opens it. */
  readonly preset: boolean;
}

const nobody: Writers = { keys: [], certain: true, preset: false };

/** What `decode` would ask for a layer; null for one that it never opens. */
export function writersOf(keyring: Keyring, layer: Layer, { endpoint }: Position): Writers | null {
  const { presets } = keyring;
  const all = [...keyring.keys.values()];
  const secrets = all.filter(({ kind }) => kind === 'secret');
  const services = all.filter((key) => key.kind === 'kms');
  const { family, keyId = '', keyFingerprint } = layer;
  if (keyFingerprint !== undefined)
    return { ...nobody, keys: all.filter(({ id }) => fingerprint(id) === keyFingerprint), preset: true };
  if (family === undefined) return null;
  switch (family) {
    case 'aes-gcm':
      return {
        ...nobody,
        keys: secrets.filter(({ id }) => id === keyId),
        preset: presetCandidates(presets, keyId, false).length > 0,
      };
    case 'java':
      return { ...nobody, keys: secrets.filter(({ id }) => id === keyId) };
    case 'envelope':
      return { ...nobody, keys: all.filter((key) => isNamed(key, keyId)) };
    case 'endpoint': {
      const name = layer.endpoint ?? '';
      const own = (endpointKeys(keyring, name) ?? []).filter(({ kind }) => kind === 'secret');
      return { keys: own, certain: own.length === 1, preset: presets.has('endpoint') && sampleEndpointKeys.has(name) };
    }
    case 'vault': {
      const vaults = all.filter(({ kind }) => kind === 'vault');
      const named = vaults.filter(({ id }) => id === layer.keyId);
      return { ...nobody, keys: named.length > 0 ? named : vaults, certain: named.length === 1 || vaults.length === 1 };
    }
    case 'aws-encryption-sdk': {
      const named = services.filter((key) => keyId.split(', ').some((arn) => isNamed(key, arn)));
      const aliases = services.filter(({ key }) => !key.startsWith('arn:'));
      return { ...nobody, keys: [...named, ...aliases], certain: named.length > 0 };
    }
    case 'jwt-kms':
      return { ...nobody, keys: services, certain: false };
    case 'fernet':
      return { ...nobody, keys: secrets, certain: false };
    case 'unmarked': {
      const own = endpoint === undefined ? [] : (endpointKeys(keyring, endpoint) ?? []);
      return { ...nobody, keys: [...secrets, ...own], certain: false };
    }
    case 'orders':
    case 'context':
    case 'unsupported':
    case 'zlib':
    case 'gzip':
    case 'snappy':
    case 'compressed':
      return null;
  }
}

export type Need = 'yes' | 'maybe' | 'no';

/** Whether a payload cannot be read once a key is gone. What does not say so may need it: a key is gone for good. */
export function needOf(keyring: Keyring, id: string, layer: Layer, position: Position): Need {
  if (names(layer, id)) return 'yes';
  const writers = writersOf(keyring, layer, position);
  if (writers === null) return 'maybe';
  const key = keyring.keys.get(id);
  if (key !== undefined && writers.keys.includes(key)) return writers.certain ? 'yes' : 'maybe';
  const isUnknown = key === undefined && !writers.certain;
  const isUnlisted = layer.family === 'endpoint' && writers.keys.length === 0;
  return isUnlisted || (isUnknown && layer.family !== 'endpoint') ? 'maybe' : 'no';
}

function names({ keyId, keyFingerprint }: Layer, id: string): boolean {
  if (keyFingerprint !== undefined) return isFingerprint(id, keyFingerprint);
  // Whoever retires a KMS key may know it by its ARN.
  const typed: Key = { kind: 'kms', id, key: id, uri: id, context: {}, decryptOnly: true };
  return keyId !== undefined && [keyId, ...keyId.split(', ')].some((named) => isNamed(typed, named));
}

/** Whether the id is the key of this fingerprint, or the fingerprint as it is shown. */
export function isFingerprint(id: string, shown: string): boolean {
  return id === `#${shown}` || fingerprint(id) === shown;
}

/** What came of trying the keys on a layer that does not say which one wrote it. */
export interface Tried {
  /** The names of those that open it. */
  readonly openers: readonly string[];
  /** Why that is not known. */
  readonly error?: NexusctlError;
}

/** Null for a layer that names its key, or that is never tried. @throws what reading a key throws */
export async function tryKeys(payload: Payload, layer: Layer, keys: Keys, position: Position): Promise<Tried | null> {
  const open = trials[layer.family ?? 'unsupported'];
  if (open === undefined) return null;
  try {
    return { openers: await open(payload, layer, keys, position) };
  } catch (error) {
    if (!isOfPayload(error)) throw error;
    return { openers: [], error };
  }
}

type Trial = (payload: Payload, layer: Layer, keys: Keys, position: Position) => Promise<readonly string[]>;

const trials: Readonly<Partial<Record<FamilyId, Trial>>> = {
  endpoint: async ({ data }, { endpoint }, keys) => openersOf(data, await endpointCandidates(keys, endpoint ?? '')),
  unmarked: async ({ data }, _layer, keys, position) => openersOf(data, await unmarkedCandidates(keys, position)),
  fernet: (payload, _layer, keys) => fernetOpeners(payload, keys),
  'jwt-kms': (payload, _layer, keys) => jwtKmsOpeners(payload, keys),
};
