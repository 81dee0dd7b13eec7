import { isEnvelopeKey } from './families/envelope.ts';
import type { Key } from './keys/keyring.ts';
import type { Keys } from './keys/keys.ts';

/**
 * Reads the keys that are here, and asks whether the commands of others may run: a key that cannot be used should come to
 * light when a program starts, not with a payload.
 * @throws NexusctlError KEY_INVALID, EXEC_NOT_ALLOWED and what the reference's reader throws
 */
export async function readThrough(keys: Keys, which: Iterable<Key>): Promise<void> {
  const read = async (key: Key): Promise<void> => {
    if (key.kind === 'secret') await (isEnvelopeKey(key) ? keys.raw(key) : keys.aes(key));
    if (key.kind === 'exec') await keys.kek(key);
  };
  await Promise.all([...which].map(read));
}
