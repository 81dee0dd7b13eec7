import { addKey, fingerprint, keyNotFound, openWithOne } from './candidates.ts';
import { shortened } from '../model/key-id.ts';
import type { Family } from './family.ts';
import { sealGcm } from './gcm.ts';
import { keysFor } from '../keys/keyring.ts';
import { encodePayload, encodingOf, makePayload, metadataText, type Payload } from '../model/payload.ts';
import { sampleKey } from './presets.ts';
import { encrypted } from './aes-gcm.ts';

const cipherName = 'AES/GCM/NoPadding';

/**
 * Family B: samples-java CryptCodec.java. The key id of the sample IS the key, so one as long as a key is shown as a
 * fingerprint and used only when the preset is asked for (security.md 6). In code made after the sample the id is an id
 * (kuflow-sdk-java EncryptionPayloadCodec.java): a keyring entry of that id opens it.
 */
export const java: Family = {
  id: 'java',
  recognises: (payload) => encodingOf(payload) === encrypted && payload.metadata.has('encryption-cipher'),
  facts: (payload) => {
    const id = keyIdOf(payload);
    if (!mayBeKey(id)) return { keyId: id };
    return {
      keyFingerprint: fingerprint(id),
      note: 'the key id is the key: whoever reads the history reads the payload',
    };
  },
  open: async (payload, keys) => {
    const id = keyIdOf(payload);
    const own = keysFor(keys.keyring, keys.namespace).find((key) => key.id === id);
    if (own?.kind === 'secret')
      return openWithOne(payload, [{ name: mayBeKey(id) ? `key ${fingerprint(id)}` : id, key: await keys.aes(own) }]);
    if (!mayBeKey(id))
      throw keyNotFound(`no key '${shortened(id)}' in the keyring`, addKey(id), {
        keyId: id,
      });
    if (!keys.keyring.presets.has('java'))
      throw keyNotFound(
        'its key id is the key itself, which is used only when asked for',
        'add --preset java; if it is only an id, as long as a key, name the key of that id: --key ID=REF',
        { keyFingerprint: fingerprint(id) },
      );
    return openWithOne(payload, [{ name: 'preset java', key: Buffer.from(id) }]);
  },
};

export function sealJava(payload: Payload): Payload {
  return makePayload(
    { encoding: encrypted, 'encryption-cipher': cipherName, 'encryption-key-id': sampleKey },
    sealGcm(sampleKey, encodePayload(payload)),
  );
}

/** As long as an AES key. */
function mayBeKey(id: string): boolean {
  return [16, 24, 32].includes(Buffer.byteLength(id));
}

function keyIdOf(payload: Payload): string {
  return metadataText(payload, 'encryption-key-id') ?? '';
}
