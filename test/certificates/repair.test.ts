import { createPrivateKey, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { classify } from '../../src/certificates/classify.ts';
import { readersOf } from '../../src/certificates/readers.ts';
import { repair } from '../../src/certificates/repair.ts';
import type { Issued } from '../../src/certificates/issue.ts';
import { derOf, makeAuthority, type TestAuthority } from '../helpers/certificates.ts';
import { manglers } from './manglings.ts';

let authority: TestAuthority;
let client: Issued;
let rsa: Issued;
beforeAll(async () => {
  authority = await makeAuthority();
  client = await authority.leaf();
  rsa = await authority.leaf({ commonName: 'rsa client', keyKind: 'rsa-2048' });
});

const bytesOf = (mangled: string | Uint8Array): Uint8Array => Buffer.from(mangled as string);

describe.each(manglers)('$name', ({ expected, mangle, name }) => {
  const material = (): readonly (readonly [what: string, pem: string])[] => [
    ['an ECDSA certificate', client.certificate],
    ['an RSA certificate', rsa.certificate],
    ['a PKCS#8 key', client.key],
    ['an RSA PKCS#8 key', rsa.key],
    ['a PKCS#1 key', String(createPrivateKey(rsa.key).export({ format: 'pem', type: 'pkcs1' }))],
    ['a SEC1 key', String(createPrivateKey(client.key).export({ format: 'pem', type: 'sec1' }))],
  ];

  it('is named, and repaired to the same DER', () => {
    for (const [what, pem] of material()) {
      const bytes = bytesOf(mangle(pem));
      // base64url is standard base64 when the content happens to have neither + nor /
      const happens = expected.includes('foreign-base64') && !/[+/]/.test(pem.replaceAll(/-----.*-----/g, ''));
      expect(classify(bytes), what).toMatchObject({ damage: null, manglings: happens ? [] : expected });
      const repaired = repair(bytes);
      expect(repaired?.pem, what).toBe(pem);
      expect(repaired?.lost, what).toBe(false);
    }
  });

  it('is readable for the TypeScript client exactly when nothing but a byte order mark is wrong', () => {
    const bytes = bytesOf(mangle(client.certificate));
    const sound = expected.length === 0 || expected[0] === 'byte-order-mark';
    expect(readersOf(bytes, 'certificate')['typescript-client'], name).toBe(sound || name === 'blanks');
    expect(readersOf(bytes, 'certificate').core, name).toBe(
      expected.length === 0 || ['blank-lines', 'old-newlines'].includes(expected[0] ?? ''),
    );
  });
});

describe('repair', () => {
  it('undoes any two manglings that were put on each other', () => {
    const outer = manglers.filter(({ name }) =>
      [
        'CRLF',
        'base64 of the PEM',
        'JSON string',
        'double quotes',
        'UTF-8 byte order mark',
        'UTF-16 LE',
        'export NAME=',
      ].includes(name),
    );
    const inner = manglers.filter(
      ({ name }) => !name.startsWith('DER') && !name.startsWith('UTF') && name !== 'an opening quote',
    );
    fc.assert(
      fc.property(fc.constantFrom(...inner), fc.constantFrom(...outer), ({ mangle, name }, wrap) => {
        const text = mangle(client.certificate);
        const bytes = bytesOf(wrap.mangle(String(text)));
        expect(
          repair(bytes)?.items.map(({ der }) => der),
          `${name} in ${wrap.name}`,
        ).toEqual([derOf(client.certificate)]);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws on garbage, nor finds what is not there', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.string({ maxLength: 300 }).map((text) => Buffer.from(text)),
      fc
        .string({ maxLength: 200 })
        .map((text) => Buffer.from(`-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`)),
      fc.tuple(fc.nat(400), fc.nat(255)).map(([at, byte]) => {
        const bytes = Buffer.from(client.certificate);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
      fc.nat(2000).map((length) => Buffer.from(client.certificate).subarray(0, length % client.certificate.length)),
    );
    fc.assert(
      fc.property(garbage, (bytes) => {
        const { items } = classify(bytes);
        for (const { kind, der } of items)
          if (kind === 'certificate') expect(new X509Certificate(der).raw.length).toBe(der.length);
        repair(bytes);
        readersOf(bytes, 'certificate');
        readersOf(bytes, 'private-key');
      }),
      { numRuns: 600 },
    );
  });

  it('puts a reversed bundle in order, by the key or by who issued whom', () => {
    const reversed = Buffer.from(authority.certificate + client.certificate);
    for (const key of [undefined, derOf(client.key)]) {
      const repaired = repair(reversed, key);
      expect(repaired?.pem).toBe(client.certificate + authority.certificate);
      expect(repaired?.mended).toEqual(['order']);
    }
  });

  it('separates glued blocks', () => {
    const glued = Buffer.from(client.certificate.trimEnd() + authority.certificate);
    expect(classify(glued).manglings).toEqual(['glued']);
    expect(repair(glued)?.pem).toBe(client.certificate + authority.certificate);
    expect(readersOf(glued, 'certificate')).toEqual({ 'typescript-client': false, core: true, go: false });
  });

  it('keeps what can be kept of a bundle whose end was cut', () => {
    const cut = Buffer.from(client.certificate + authority.certificate.slice(0, 200));
    const repaired = repair(cut);
    expect(repaired?.pem).toBe(client.certificate);
    expect(repaired?.lost).toBe(true);
  });

  it.each([
    ['nothing', '', 'empty'],
    ['blanks', ' \r\n\t\n', 'empty'],
    ['the first line alone', '-----BEGIN CERTIFICATE-----', 'truncated'],
    ['half of it', '-----BEGIN CERTIFICATE-----\nMIIBeDCCAR6gAwIBAgIRAKq2\n', 'truncated'],
    [
      'content that is nothing',
      '-----BEGIN CERTIFICATE-----\naGVsbG8gd29ybGQ=\n-----END CERTIFICATE-----\n',
      'corrupt',
    ],
    ['a path', '/etc/temporal/client.pem', 'path'],
    ['a relative path', './client.key', 'path'],
    ['a home path', '~/certs/client.pem', 'path'],
    ['a variable', '${TEMPORAL_TLS_CERT}', 'template'],
    ['a word', 'hello', 'unknown'],
    ['a Java keystore', Buffer.from('feedfeed0000000200000001', 'hex'), 'java-keystore'],
  ])('says what %s is', (_name, content, damage) => {
    expect(classify(Buffer.from(content as string))).toMatchObject({ items: [], damage });
  });
});
