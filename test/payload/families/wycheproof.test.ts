import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NexusctlError } from '../../../src/errors/nexusctl-error.ts';
import { openGcm } from '../../../src/payload/families/gcm.ts';
import { runMain } from '../../helpers/context.ts';

type Row = readonly [
  id: number,
  key: string,
  iv: string,
  aad: string,
  message: string,
  ciphertext: string,
  tag: string,
  result: 'valid' | 'invalid' | 'acceptable',
];
const { tests } = JSON.parse(readFileSync('test/fixtures/wycheproof-aes-gcm.json', 'utf8')) as {
  readonly tests: readonly Row[];
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const sealedOf = ([, , iv, , , ciphertext, tag]: Row): Buffer => hex(iv + ciphertext + tag);
const withNonce = tests.filter(([, , iv]) => iv.length === 24);

/** What opening gives; the error's code when it cannot even be tried. */
function open(row: Row): Buffer | null | string {
  const [, key, , aad] = row;
  try {
    return openGcm(hex(key), sealedOf(row), aad === '' ? undefined : hex(aad));
  } catch (error) {
    return (error as NexusctlError).code;
  }
}

describe('the AES-GCM cases of Wycheproof', () => {
  it('are there, of every key size and result', () => {
    expect(withNonce.length).toBeGreaterThan(100);
    expect(new Set(withNonce.map(([, key, , , , , , result]) => `${String(key.length * 4)} ${result}`)).size).toBe(6);
  });

  it.each(withNonce)('%i with a nonce of 12 bytes', (...row) => {
    const [, , , , message, , , result] = row;
    if (result === 'valid') expect(open(row)).toEqual(hex(message));
    else expect(open(row)).toBeNull();
  });

  it('with any other nonce none opens to its message', () => {
    for (const row of tests.filter(([, , iv]) => iv.length !== 24)) {
      const opened = open(row);
      // The bytes are read as a nonce of 12 and the rest.
      expect(opened === null || opened === 'PAYLOAD_MALFORMED', `case ${String(row[0])}`).toBe(true);
    }
  });

  it('through a payload: what does not verify is never told apart by its plaintext', async () => {
    const rows = withNonce.filter(([, , , aad]) => aad === '');
    const payloads = rows.map((row) => {
      const base64 = (bytes: Buffer | string): string => Buffer.from(bytes as string).toString('base64');
      const metadata = { encoding: base64('binary/encrypted'), 'encryption-key-id': base64(`case-${String(row[0])}`) };
      return JSON.stringify({ metadata, data: base64(sealedOf(row)) });
    });
    const env = Object.fromEntries(rows.map(([id, key]) => [`KEY_${String(id)}`, key]));
    const argv = rows.flatMap(([id]) => ['--key', `case-${String(id)}=env:KEY_${String(id)}`]);
    const { stdout } = await runMain(['payload', 'decode', '-o', 'jsonl', '--key-format', 'hex', ...argv], {
      stdin: payloads.join('\n'),
      env,
    });
    const entries = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string; error?: { code: string } });
    expect(entries).toHaveLength(rows.length);
    rows.forEach(([id, , , , message, , , result], index) => {
      const { status, error } = entries[index] ?? { status: '' };
      // The messages are no payloads: those that verify say so, but for the empty one, which is an empty payload.
      const wanted = result === 'valid' ? (message === '' ? undefined : 'PAYLOAD_MALFORMED') : 'DECRYPT_FAILED';
      expect(error?.code, `case ${String(id)}`).toBe(wanted);
      expect(status).toBe(wanted === undefined ? 'decoded' : 'failed');
    });
  });
});
