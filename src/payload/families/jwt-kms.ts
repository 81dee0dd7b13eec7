import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { decryptFailed, keyNotFound, openersOf, openWithOne } from './candidates.ts';
import type { Family } from './family.ts';
import { decodeBase64 } from '../json/form.ts';
import { keysFor, type KmsKey } from '../keys/keyring.ts';
import type { Keys } from '../keys/keys.ts';
import { limits } from '../model/limits.ts';
import type { Maybe } from '../model/maybe.ts';
import { encodingOf, metadataText, type Payload } from '../model/payload.ts';

const dataKeyName = 'data_key_encrypted';

/**
 * Family F: samples-python encryption_jwt. A KMS data key per payload, wrapped, as base64 text in `data_key_encrypted`. The
 * payload does not name the KMS key, so those of the namespace are asked, each with its own KeyId.
 */
export const jwtKms: Family = {
  id: 'jwt-kms',
  recognises: (payload) => encodingOf(payload) === 'binary/encrypted' && payload.metadata.has(dataKeyName),
  facts: () => ({ note: 'it names no key; KMS finds it in the wrapped data key' }),
  open: async (payload, keys) => {
    const wrapped = wrappedOf(payload);
    const candidates = kmsKeys(keys);
    const { key, name } = await unwrapWithOne(candidates, wrapped, keys);
    return openWithOne(payload, [{ name, key }]);
  },
};

/**
 * The names of the keys that open it: each is asked.
 * @throws NexusctlError KMS_… when none does and one could not be asked, PAYLOAD_MALFORMED, KEY_NOT_FOUND
 */
export async function jwtKmsOpeners(payload: Payload, keys: Keys): Promise<readonly string[]> {
  const wrapped = wrappedOf(payload);
  const names: string[] = [];
  let unasked: NexusctlError | undefined;
  for (const candidate of kmsKeys(keys))
    try {
      const key = await unwrapWith(candidate, wrapped, keys);
      names.push(...openersOf(payload.data, [{ name: candidate.id, key }]));
    } catch (error) {
      if (!(error instanceof NexusctlError)) throw error;
      if (error.code !== 'KMS_CIPHERTEXT_INVALID') unasked = error;
    }
  if (names.length === 0 && unasked !== undefined) throw unasked;
  return names;
}

function wrappedOf(payload: Payload): Buffer {
  const wrapped = decodeBase64(metadataText(payload, dataKeyName) ?? '');
  if (wrapped === null || wrapped.length === 0)
    throw new NexusctlError('PAYLOAD_MALFORMED', `${dataKeyName} is not base64 text`);
  return wrapped;
}

function unwrapWith(candidate: KmsKey, wrapped: Buffer, keys: Keys): Maybe<Buffer> {
  const scope = `${keys.namespace ?? ''}\n${candidate.id}`;
  return keys.dataKeys.toRead(scope, wrapped, async () => (await keys.kek(candidate)).unwrap(wrapped));
}

function kmsKeys(keys: Keys): readonly KmsKey[] {
  const own = keysFor(keys.keyring, keys.namespace).filter((key) => key.kind === 'kms');
  if (own.length > 0) return own.slice(0, limits.candidates);
  if (!keys.keyring.presets.has('jwt-kms') || keys.namespace === undefined)
    throw keyNotFound(
      'it needs a KMS key, and the keyring has none',
      'add [keyring.keys.NAME] with kms = "ARN", or --preset jwt-kms with --namespace for the alias of the sample',
    );
  const alias = `alias/${keys.namespace.replaceAll('.', '_')}`;
  return [{ kind: 'kms', id: alias, key: alias, uri: `awskms://${alias}`, context: {}, decryptOnly: true }];
}

async function unwrapWithOne(
  candidates: readonly KmsKey[],
  wrapped: Buffer,
  keys: Keys,
): Promise<{ readonly key: Buffer; readonly name: string }> {
  let last: NexusctlError | undefined;
  let refused = 0;
  for (const candidate of candidates) {
    try {
      return { key: await unwrapWith(candidate, wrapped, keys), name: candidate.id };
    } catch (error) {
      if (!(error instanceof NexusctlError)) throw error;
      if (error.code === 'KMS_CIPHERTEXT_INVALID') refused += 1;
      // What is wrong with the service or the rights says more than that a key is not the one.
      if (last === undefined || error.code !== 'KMS_CIPHERTEXT_INVALID') last = error;
    }
  }
  // Several keys, and none of them wrapped it: any of their errors alone would mislead.
  if (refused > 1 && refused === candidates.length)
    throw decryptFailed(
      candidates.map(({ id }) => id),
      last,
    );
  throw last ?? decryptFailed([]);
}
