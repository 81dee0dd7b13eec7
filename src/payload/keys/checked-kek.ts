import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { Kek } from './keyring.ts';

/**
 * A key service whose answers are looked at before a payload depends on them: a data key that was wrapped to nothing is
 * lost with all that it sealed, one that comes back as it went stands in the payload for everybody to read.
 * @param id of the key, for messages
 */
export function checkedKek(kek: Kek, id: string): Kek {
  return {
    wrap: async (dataKey) => {
      const wrapped = await kek.wrap(dataKey);
      if (wrapped.length === 0)
        throw new NexusctlError('KMS_UNAVAILABLE', `${id}: the key service wrapped a data key to nothing`, { hint });
      if (isReadable(wrapped, dataKey))
        throw new NexusctlError('KMS_KEY_INVALID', `${id}: the key service gave the data key back in clear`, {
          hint: 'nothing was encrypted; wrap has to answer with what only unwrap can open',
        });
      return wrapped;
    },
    unwrap: async (wrapped) => {
      const dataKey = await kek.unwrap(wrapped);
      if (![16, 24, 32].includes(dataKey.length))
        throw new NexusctlError(
          'KMS_CIPHERTEXT_INVALID',
          `${id}: the key service unwrapped ${String(dataKey.length)} bytes, and a data key has 32`,
          { hint },
        );
      return dataKey;
    },
  };
}

const hint = 'nexusctl kms check wraps and unwraps a data key with each key of the keyring';

function isReadable(wrapped: Buffer, dataKey: Uint8Array): boolean {
  const key = Buffer.from(dataKey);
  return [key, key.toString('base64').replace(/=+$/, ''), key.toString('base64url'), key.toString('hex')].some((form) =>
    wrapped.includes(form),
  );
}
