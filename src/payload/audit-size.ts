import { endpointKeys, writingKey } from './keyring.ts';
import type { Keys } from './keys.ts';

/** Nonce and tag of AES-GCM. */
const gcmBytes = 12 + 16;
/** Base64 of what AWS KMS wraps a data key of 32 bytes to, as measured. */
const dataKeyBytes = 248;

/** Bytes on the wire of a payload of `plain` bytes, once the key that the keyring names for its place has sealed it. */
export function sealedSize(plain: number, { keyring, namespace }: Keys, endpoint: string | undefined): number {
  const key = writingKey(keyring, namespace, endpoint);
  const isService = key?.kind === 'kms' || key?.kind === 'exec';
  const isForEndpoint = endpoint !== undefined && !isService && endpointKeys(keyring, endpoint) !== undefined;
  const id = key?.kind === 'kms' ? key.uri : (key?.id ?? '');
  return (
    entry('encoding', 'binary/encrypted'.length) +
    (isForEndpoint
      ? entry('endpoint', Buffer.byteLength(endpoint))
      : entry('encryption-key-id', Buffer.byteLength(id))) +
    (isService ? entry('encryption-dek', dataKeyBytes) : 0) +
    field(plain + gcmBytes)
  );
}

/** Of the metadata, a map. */
function entry(name: string, valueBytes: number): number {
  return field(field(name.length) + field(valueBytes));
}

function field(bytes: number): number {
  let length = 1;
  for (let rest = bytes; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return 1 + length + bytes;
}
