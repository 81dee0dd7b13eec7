import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { decodeBase64, decodeCanonicalBase64 } from '../json/form.ts';
import { keyNotFound } from './candidates.ts';
import { shortened } from '../model/key-id.ts';
import type { Family } from './family.ts';
import { keysFor } from '../keys/keyring.ts';
import { encodingOf, innerPayload, metadataText, type Payload } from '../model/payload.ts';

/**
 * Family J: HashiCorp Vault's Transit engine seals the payload itself; the data is its text `vault:vN:BASE64`. Which key is
 * asked is the keyring's word: the one whose id the payload names, else the only one.
 */
export const vault: Family = {
  id: 'vault',
  recognises: (payload) => encodingOf(payload) === 'binary/encrypted',
  begins: Buffer.from('vault:v'),
  facts: (payload) => {
    const keyId = namedKey(payload);
    return { ...(keyId === undefined ? {} : { keyId }), note: 'sealed by Vault Transit' };
  },
  open: async (payload, keys) => {
    const named = namedKey(payload);
    const own = keysFor(keys.keyring, keys.namespace).filter((key) => key.kind === 'vault');
    const key = own.find(({ id }) => id === named) ?? (own.length === 1 ? own[0] : undefined);
    if (key === undefined)
      throw keyNotFound(
        named === undefined ? 'no Vault key in the keyring' : `no Vault key '${shortened(named)}' in the keyring`,
        'add [keyring.keys.NAME] with vault = "https://HOST:8200/transit/keys/KEY" and token = REF',
        named === undefined ? {} : { keyId: named },
      );
    const ciphertext = payload.data.toString('latin1');
    if (decodeCanonicalBase64(ciphertext.replace(/^vault:v\d+:/, '')) === null)
      throw new NexusctlError('PAYLOAD_MALFORMED', 'the text of Vault Transit is damaged: vault:vN:BASE64 is wanted');
    const plain = await keys.vault(key, ciphertext);
    return innerPayload(decodeBase64(plain.toString('latin1')) ?? plain, 'what Vault opened');
  },
};

function namedKey(payload: Payload): string | undefined {
  return metadataText(payload, 'encryption-key-id') ?? metadataText(payload, 'encryption-key-name');
}
