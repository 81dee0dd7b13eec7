import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { keyNotFound, openWithOne, type Candidate } from './candidates.ts';
import type { Family } from './family.ts';
import { keysFor } from '../keys/keyring.ts';
import type { Keys } from '../keys/keys.ts';
import { limits } from '../model/limits.ts';
import type { Maybe } from '../model/maybe.ts';
import { encodingOf } from '../model/payload.ts';
import { presetCandidates, sampleKeyId } from './presets.ts';
import type { Position } from '../model/position.ts';
import { encrypted } from './aes-gcm.ts';
import { endpointCandidates } from './endpoint.ts';

/**
 * `binary/encrypted` and nothing that says how: AES-GCM by one of the configured keys, or it stays closed. So is what the
 * first samples wrote, samples-go cryptconverter and samples-java encryptedpayloads CryptDataConverter.java of 2021: the
 * data alone, beside `wrapped-encoding`.
 */
export const unmarked: Family = {
  id: 'unmarked',
  recognises: (payload) =>
    encodingOf(payload) === encrypted ||
    (payload.metadata.has('wrapped-encoding') && /^binary\/(?:crypt|plain)$/.test(encodingOf(payload))),
  facts: () => ({ note: 'it has no encryption-key-id' }),
  open: async (payload, keys, position) => {
    const candidates = await unmarkedCandidates(keys, position);
    if (candidates.length === 0)
      throw keyNotFound(
        'it has no encryption-key-id, and the keyring has no key to try',
        'give the key that wrote it: --key ID=REF',
      );
    return openWithOne(payload, candidates);
  },
};

/** A key for something else (Fernet, an extension's master) is no candidate, and no mistake either. */
async function usable(read: () => Maybe<Buffer>): Promise<Buffer | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NexusctlError && error.code === 'KEY_INVALID') return null;
    throw error;
  }
}

/** The keys of the endpoint, of the namespace and of presets. */
export async function unmarkedCandidates(keys: Keys, position: Position): Promise<readonly Candidate[]> {
  const candidates = position.endpoint === undefined ? [] : [...(await endpointCandidates(keys, position.endpoint))];
  const secrets = keysFor(keys.keyring, keys.namespace).filter((key) => key.kind === 'secret');
  for (const key of secrets.slice(0, limits.candidates)) {
    const material = await usable(() => keys.aes(key));
    if (material !== null) candidates.push({ name: key.id, key: material });
  }
  return [...candidates, ...presetCandidates(keys.keyring.presets, sampleKeyId, false)].slice(0, limits.candidates);
}
