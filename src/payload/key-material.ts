import { NexusctlError } from '../errors/nexusctl-error.ts';
import { decodeBase64 } from './json-form.ts';
import type { KeyFormat } from './keyring.ts';

const lengths: readonly number[] = [16, 24, 32];

/**
 * Key bytes from the bytes of a secret. One newline at the end of a file is not part of the key.
 * @param format undefined: 32 bytes (then 24, 16) are the key itself, 64 hex digits or 44 characters of base64 spell it
 * @throws NexusctlError KEY_INVALID with what was found, never with the value
 */
export function parseKey(secret: Uint8Array, format: KeyFormat | undefined, name: string): Buffer {
  const bytes = Buffer.from(secret);
  const whole = withoutNewline(bytes);
  if (format !== undefined) {
    const key = format === 'raw' ? rawKey(bytes, whole) : spelled(whole.toString('latin1').trim(), format);
    if (key === null) throw invalid(name, `it is not ${format}`);
    if (!lengths.includes(key.length)) throw invalid(name, `${format} of ${String(key.length)} bytes`);
    return key;
  }
  if (lengths.includes(bytes.length) && bytes.length === 32) return bytes;
  const text = whole.toString('latin1').trim();
  const candidates = [whole.length === 32 ? whole : null, spelled(text, 'hex', 64), spelled(text, 'base64', 43)];
  const key =
    candidates.find((candidate) => candidate?.length === 32) ?? (lengths.includes(whole.length) ? whole : null);
  if (key === null)
    throw invalid(
      name,
      `${String(whole.length)} bytes that are neither a key, nor 64 hex digits, nor base64 of 32 bytes`,
    );
  return key;
}

/**
 * A secret of any length from which keys are derived: its text as it stands, but for one newline at the end of a file, or
 * what `format` spells.
 * @throws NexusctlError KEY_INVALID
 */
export function parseSecret(secret: Uint8Array, format: KeyFormat | undefined, name: string): Buffer {
  const bytes = Buffer.from(secret);
  if (format === 'raw') return bytes;
  const whole = withoutNewline(bytes);
  const value = format === undefined ? whole : spelled(whole.toString('latin1').trim(), format);
  if (value === null || value.length === 0) throw invalid(name, `it is empty or not ${format ?? 'there'}`);
  return value;
}

function rawKey(bytes: Buffer, whole: Buffer): Buffer {
  return lengths.includes(bytes.length) ? bytes : whole;
}

function spelled(text: string, format: 'hex' | 'base64', shortest = 0): Buffer | null {
  if (text.length < shortest) return null;
  if (format === 'base64') return decodeBase64(text);
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : null;
}

function withoutNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}

function invalid(name: string, what: string): NexusctlError {
  return new NexusctlError('KEY_INVALID', `the key '${name}' has no usable length or format: ${what}`, {
    hint: 'AES-256 needs 32 bytes: raw, 64 hex digits or 44 characters of base64; `nexusctl payload keygen` makes one',
  });
}
