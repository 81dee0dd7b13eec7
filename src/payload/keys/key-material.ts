import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { decodeBase64 } from '../json/form.ts';
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
    if (key === null) throw invalid(name, `it is not ${format}`, hintFor(bytes));
    if (!lengths.includes(key.length)) throw invalid(name, `${format} of ${String(key.length)} bytes`);
    return key;
  }
  if (lengths.includes(bytes.length) && bytes.length === 32) return bytes;
  const text = whole.toString('latin1').trim();
  const candidates = [whole.length === 32 ? whole : null, spelled(text, 'hex', 64), spelled(text, 'base64', 43)];
  const found = candidates.find((candidate) => candidate?.length === 32);
  // 24 bytes that are base64 of 16: nobody means both, and another program reads the other one.
  if (found === undefined && /^[\w+/-]{22}==$/.test(text))
    throw invalid(name, 'it is base64 of 16 bytes, or 24 bytes themselves', 'say which: format = "base64" or "raw"');
  const key = found ?? (lengths.includes(whole.length) ? whole : null);
  if (key === null)
    throw invalid(
      name,
      `${String(whole.length)} bytes that are neither a key, nor 64 hex digits, nor base64 of 32 bytes`,
      hintFor(bytes),
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

/** What else people have in such a file. */
function hintFor(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 64);
  if (/^(?:\xff\xfe|\xfe\xff|\xef\xbb\xbf)/.test(start))
    return "it begins with a byte order mark, as PowerShell's > writes one: use nexusctl payload keygen --out FILE";
  if (start.includes('-----BEGIN')) return 'it is PEM, a key for signatures or TLS; nexusctl payload keygen makes one';
  if (/^\s*\{/.test(start)) return 'it is JSON: put the key alone there, or name a field: secretsmanager:NAME#FIELD';
  if (/^\s*["']/.test(start)) return 'take the quotes away';
  return undefined;
}

function invalid(name: string, what: string, hint?: string): NexusctlError {
  return new NexusctlError('KEY_INVALID', `the key '${name}' has no usable length or format: ${what}`, {
    hint:
      hint ??
      'AES-256 needs 32 bytes: raw, 64 hex digits or 44 characters of base64; `nexusctl payload keygen` makes one',
  });
}
