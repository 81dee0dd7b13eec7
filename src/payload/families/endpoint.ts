import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { keyNotFound, openWithOne, type Candidate } from './candidates.ts';
import { shortened } from '../model/key-id.ts';
import type { Family } from './family.ts';
import { sealGcm } from './gcm.ts';
import { endpointKeys } from '../keys/keyring.ts';
import type { Keys } from '../keys/keys.ts';
import { after, each, type Maybe } from '../model/maybe.ts';
import { encodePayload, encodingOf, makePayload, metadataText, type Payload } from '../model/payload.ts';
import { sampleEndpointKeys } from './presets.ts';
import { encrypted } from './aes-gcm.ts';

/**
 * Family D: a key per Nexus endpoint, metadata `endpoint`, the name as additional authenticated data. samples-go pull
 * request 525, nexus-per-endpoint-encryption/encryption/codec.go.
 */
export const endpoint: Family = {
  id: 'endpoint',
  recognises: (payload) =>
    encodingOf(payload) === encrypted && payload.metadata.has('endpoint') && !payload.metadata.has('encryption-key-id'),
  facts: (payload) => ({ endpoint: nameOf(payload) }),
  open: (payload, keys, position) => {
    const name = nameOf(payload);
    if (position.endpoint !== undefined && position.endpoint !== name)
      throw new NexusctlError(
        'CONTEXT_MISMATCH',
        `the payload says endpoint '${shortened(name)}', the history says '${position.endpoint}': it was written for another endpoint or moved here`,
      );
    return after(endpointCandidates(keys, name), (candidates) => {
      if (candidates.length > 0) return openWithOne(payload, candidates);
      const hint = 'add a list for it under [keyring.endpoints]';
      throw keyNotFound(`no key for the endpoint '${shortened(name)}' in the keyring`, hint, { endpoint: name });
    });
  },
};

/** Every key of the endpoint, with its name as additional data: after a rotation the older ones still read. */
export function endpointCandidates(keys: Keys, name: string): Maybe<readonly Candidate[]> {
  const additionalData = Buffer.from(name);
  const secrets = (endpointKeys(keys.keyring, name) ?? []).filter((key) => key.kind === 'secret');
  const own = each(secrets, (key) => after(keys.aes(key), (aes) => ({ name: key.id, key: aes, additionalData })));
  const sample = keys.keyring.presets.has('endpoint') ? sampleEndpointKeys.get(name) : undefined;
  if (sample === undefined) return own;
  return after(own, (candidates) => [...candidates, { name: 'preset endpoint', key: sample, additionalData }]);
}

export function sealForEndpoint(payload: Payload, name: string, key: Uint8Array): Payload {
  return makePayload({ encoding: encrypted, endpoint: name }, sealGcm(key, encodePayload(payload), Buffer.from(name)));
}

function nameOf(payload: Payload): string {
  return metadataText(payload, 'endpoint') ?? '';
}
