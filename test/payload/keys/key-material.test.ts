import { describe, expect, it } from 'vitest';
import type { NexusctlError } from '../../../src/errors/nexusctl-error.ts';
import { parseKey } from '../../../src/payload/keys/key-material.ts';
import type { KeyFormat } from '../../../src/payload/keys/keyring.ts';

const key = Buffer.from(Array.from({ length: 32 }, (_, index) => 0xe0 + index));
const [base64, hex] = [key.toString('base64'), key.toString('hex')];

describe('a key of 32 bytes', () => {
  it.each<[string, string | Buffer, KeyFormat?]>([
    ['as it is', key],
    ['as it is, with a newline', Buffer.concat([key, Buffer.from('\n')])],
    ['hex', hex],
    ['hex in capitals', hex.toUpperCase(), 'hex'],
    ['base64', base64],
    ['base64 with CRLF', `${base64}\r\n`],
    ['base64 between spaces and newlines', ` ${base64}\n\n`],
    ['base64url without padding', key.toString('base64url')],
    ['base64, said so', base64, 'base64'],
  ])('may be there %s', (_how, text, format) => {
    expect(parseKey(Buffer.from(text), format, 'a')).toEqual(key);
  });
});

describe('what is no key', () => {
  it.each<[string, string | Buffer, KeyFormat | undefined, RegExp]>([
    ['UTF-16', Buffer.from(`\ufeff${base64}\r\n`, 'utf16le'), undefined, /PowerShell/],
    ['with a byte order mark', `\ufeff${base64}`, 'base64', /PowerShell/],
    ['PEM', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n', undefined, /PEM/],
    ['JSON', JSON.stringify({ key: base64 }), undefined, /JSON/],
    ['quoted', `"${base64}"`, undefined, /quotes/],
    ['31 bytes', key.subarray(1), undefined, /keygen/],
    ['base64 of 31 bytes', key.subarray(1).toString('base64'), 'base64', /keygen/],
    ['base64 of 16 bytes, or 24 bytes', key.subarray(16).toString('base64'), undefined, /format = "base64" or "raw"/],
  ])('%s', (_what, text, format, hint) => {
    const error = caught(() => parseKey(Buffer.from(text), format, 'a'));
    expect(error.code).toBe('KEY_INVALID');
    expect(error.hint).toMatch(hint);
    expect(JSON.stringify([error.message, error.hint])).not.toContain(base64.slice(8, 20));
  });

  it('is told which of the two it is', () => {
    const text = Buffer.from(key.subarray(16).toString('base64'));
    expect(parseKey(text, 'raw', 'a')).toEqual(text);
    expect(parseKey(text, 'base64', 'a')).toEqual(key.subarray(16));
  });
});

function caught(work: () => unknown): NexusctlError {
  try {
    work();
  } catch (error) {
    return error as NexusctlError;
  }
  return expect.fail('it was taken');
}
