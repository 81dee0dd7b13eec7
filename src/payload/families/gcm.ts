import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { NexusctlError } from '../../errors/nexusctl-error.ts';

const nonceBytes = 12;
const tagBytes = 16;
/** What it adds to the plaintext. */
export const gcmBytes = nonceBytes + tagBytes;
const options = { authTagLength: tagBytes };

/** Views of a payload's bytes would cost a tenth of opening it; OpenSSL keeps copies of these. */
const nonce = new Uint8Array(nonceBytes);
const tag = new Uint8Array(tagBytes);

/**
 * Opens `nonce(12) ‖ ciphertext ‖ tag(16)` under an AES key of 16, 24 or 32 bytes (security.md 12). Nothing is returned
 * before the tag was checked.
 * @returns the plaintext, or null when the tag does not fit: wrong key, wrong additional data, or tampering
 * @throws NexusctlError PAYLOAD_MALFORMED when it is too short to hold nonce and tag
 */
export function openGcm(key: Uint8Array, sealed: Buffer, additionalData?: Uint8Array): Buffer | null {
  if (sealed.length < gcmBytes)
    throw new NexusctlError(
      'PAYLOAD_MALFORMED',
      `${String(sealed.length)} bytes are too short for a nonce of 12 and a tag of 16`,
    );
  const end = sealed.length - tagBytes;
  fill(nonce, sealed, 0);
  const decipher = createDecipheriv(algorithmOf(key), key, nonce, options);
  fill(tag, sealed, end);
  decipher.setAuthTag(tag);
  if (additionalData !== undefined) decipher.setAAD(additionalData);
  const plain = decipher.update(sealed.subarray(nonceBytes, end));
  try {
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}

/** The inverse, with a random nonce. */
export function sealGcm(key: Uint8Array, plain: Uint8Array, additionalData?: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(nonceBytes + plain.length + tagBytes);
  fill(nonce, nonces, nextNonce());
  sealed.set(nonce);
  const cipher = createCipheriv(algorithmOf(key), key, nonce, options);
  if (additionalData !== undefined) cipher.setAAD(additionalData);
  cipher.update(plain).copy(sealed, nonceBytes);
  cipher.final();
  cipher.getAuthTag().copy(sealed, nonceBytes + plain.length);
  return sealed;
}

function fill(into: Uint8Array, from: Uint8Array, start: number): void {
  for (let at = 0; at < into.length; at += 1) into[at] = from[start + at] ?? 0;
}

const nonces = Buffer.alloc(nonceBytes * 256);
let unused = 0;

/** Each random byte is used once; asking the system for 12 of them at a time would take a third of the time of sealing. */
function nextNonce(): number {
  if (unused === 0) {
    randomFillSync(nonces);
    unused = nonces.length;
  }
  unused -= nonceBytes;
  return unused;
}

function algorithmOf(key: Uint8Array): 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' {
  switch (key.length) {
    case 16:
      return 'aes-128-gcm';
    case 24:
      return 'aes-192-gcm';
    case 32:
      return 'aes-256-gcm';
    default:
      throw new NexusctlError('KEY_INVALID', `an AES key has 16, 24 or 32 bytes, not ${String(key.length)}`);
  }
}
