import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manglers } from '../../certificates/manglings.ts';
import { day, derOf, makeAuthority, type TestAuthority } from '../../helpers/certificates.ts';
import type { Issued } from '../../../src/certificates/issue.ts';
import { found, runLocal } from './run.ts';
import { file, unreadable, variable, type Given } from './subject.ts';

let authority: TestAuthority;
let other: TestAuthority;
let client: Issued;
const folder = mkdtempSync(join(tmpdir(), 'nexusctl-certs-'));
beforeAll(async () => {
  authority = await makeAuthority();
  other = await makeAuthority('Other CA');
  client = await authority.leaf();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Certificates that no careful library issues: by the command line of OpenSSL. */
function openssl(name: string, ...args: readonly string[]): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  execFileSync('openssl', ['req', '-x509', '-nodes', '-keyout', key, '-out', cert, '-days', '90', ...args], {
    stdio: 'pipe',
  });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

function signed(
  name: string,
  request: readonly string[],
  extensions: string | null,
  ...args: readonly string[]
): { readonly cert: string; readonly key: string } {
  const path = (suffix: string): string => join(folder, `${name}.${suffix}`);
  execFileSync(
    'openssl',
    [
      'req',
      '-new',
      '-nodes',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-keyout',
      path('key'),
      '-out',
      path('csr'),
      ...request,
    ],
    { stdio: 'pipe' },
  );
  writeFileSync(join(folder, 'ca.pem'), authority.certificate);
  writeFileSync(join(folder, 'ca.key'), authority.key);
  const extra = extensions === null ? [] : ['-extfile', path('ext')];
  if (extensions !== null) writeFileSync(path('ext'), extensions);
  execFileSync(
    'openssl',
    [
      'x509',
      '-req',
      '-in',
      path('csr'),
      '-CA',
      join(folder, 'ca.pem'),
      '-CAkey',
      join(folder, 'ca.key'),
      '-CAcreateserial',
      '-out',
      path('pem'),
      '-days',
      '90',
      ...extra,
      ...args,
    ],
    { stdio: 'pipe' },
  );
  return { cert: readFileSync(path('pem'), 'utf8'), key: readFileSync(path('key'), 'utf8') };
}

const cloud = { address: 'orders.a1b2c.tmprl.cloud:7233', namespace: 'orders.a1b2c' };
const pairOf = ({ certificate, key }: Issued): Given => ({ cert: certificate, key });

describe('healthy', () => {
  it.each<[string, () => Promise<Given> | Given]>([
    ['a client certificate', () => pairOf(client)],
    ['a client certificate for Cloud', () => ({ ...pairOf(client), ...cloud })],
    ['with its CA behind it', () => ({ cert: client.certificate + authority.certificate, key: client.key })],
    [
      'CRLF and no newline at the end',
      () => ({ cert: client.certificate.replaceAll('\n', '\r\n').trimEnd(), key: client.key.trimEnd() }),
    ],
    ['RSA', async () => pairOf(await authority.leaf({ keyKind: 'rsa-2048' }))],
    ['P-384', async () => pairOf(await authority.leaf({ keyKind: 'ecdsa-p384' }))],
    [
      'a PKCS#1 key',
      async () => {
        const rsa = await authority.leaf({ keyKind: 'rsa-2048' });
        return {
          cert: rsa.certificate,
          key: String(createPrivateKey(rsa.key).export({ format: 'pem', type: 'pkcs1' })),
        };
      },
    ],
    [
      'a SEC1 key with parameters before it',
      () => ({
        cert: client.certificate,
        key: `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${String(createPrivateKey(client.key).export({ format: 'pem', type: 'sec1' }))}`,
      }),
    ],
    ['for clients and servers', async () => pairOf(await authority.leaf({ usages: ['clientAuth', 'serverAuth'] }))],
    [
      'key and certificate in one file',
      () => ({ cert: client.key + client.certificate, key: client.key + client.certificate }),
    ],
    ['a server CA', () => ({ ca: authority.certificate })],
    ['a bundle of CAs', () => ({ ca: authority.certificate + other.certificate })],
    [
      'a self-signed server certificate as CA',
      () => ({
        ca: openssl(
          'server',
          '-newkey',
          'rsa:2048',
          '-subj',
          '/CN=server',
          '-addext',
          'basicConstraints=critical,CA:FALSE',
        ).cert,
      }),
    ],
  ])('%s', async (_name, given) => {
    expect(await found(await given())).toEqual([]);
  });
});

describe('each fault has its code', () => {
  const table: readonly [name: string, given: () => Promise<Given> | Given, expected: readonly string[]][] = [
    ['a missing file', () => ({ cert: unreadable('missing', '/x.pem'), key: client.key }), ['CFG015 error']],
    ['a forbidden file', () => ({ ca: unreadable('forbidden', '/x.pem') }), ['CFG015 error']],
    ['a folder', () => ({ cert: unreadable('folder', '/etc'), key: client.key }), ['CFG015 error']],
    ['what --offline does not resolve', () => ({ ca: unreadable('withheld', 's3://bucket/ca.pem') }), ['CFG015 info']],
    [
      'data where a path is expected',
      () => ({ cert: unreadable('missing', client.certificate), key: client.key }),
      ['CFG016 error'],
    ],
    [
      'a path where data is expected',
      () => ({ cert: variable('/etc/client.pem', 'TEMPORAL_TLS_CLIENT_CERT_DATA'), key: client.key }),
      ['CFG016 error'],
    ],
    ['an empty certificate', () => ({ cert: '', key: client.key }), ['CRT002 error']],
    ['garbage', () => ({ cert: 'garbage', key: client.key }), ['CRT002 error']],
    ['DER', () => ({ cert: derOf(client.certificate), key: client.key }), ['CRT002 error']],
    ['a request', () => ({ cert: readFileSync(join(folder, 'v1.csr'), 'utf8'), key: client.key }), ['CRT002 error']],
    [
      'a variable cut at its first newline',
      () => ({ cert: variable('-----BEGIN CERTIFICATE-----', 'X'), key: client.key }),
      ['CRT003 error'],
    ],
    ['half a certificate', () => ({ cert: client.certificate.slice(0, 300), key: client.key }), ['CRT003 error']],
    [
      'no END line',
      () => ({ cert: client.certificate.replace(/-----END.*\n/, ''), key: client.key }),
      ['CRT003 error'],
    ],
    [
      'a corrupt certificate',
      () => ({ cert: client.certificate.replace(/\nMII./, '\nMAAA'), key: client.key }),
      ['CRT003 error'],
    ],
    [
      'expired',
      async () =>
        pairOf(
          await authority.leaf({ notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - 2 * day) }),
        ),
      ['CRT004 error'],
    ],
    [
      'not yet valid',
      async () => pairOf(await authority.leaf({ notBefore: new Date(Date.now() + 2 * day) })),
      ['CRT005 error'],
    ],
    [
      'near its end',
      async () => pairOf(await authority.leaf({ notAfter: new Date(Date.now() + 29 * day) })),
      ['CRT006 warning'],
    ],
    ['a CA', () => pairOf(authority), ['CRT007 warning']],
    ['a CA for Cloud', () => ({ ...pairOf(authority), ...cloud }), ['CRT007 error']],
    ['a server certificate', async () => pairOf(await authority.leaf({ usages: ['serverAuth'] })), ['CRT008 error']],
    [
      'no digitalSignature',
      () => signed('ku', ['-subj', '/CN=ku'], 'keyUsage=keyEncipherment\nextendedKeyUsage=clientAuth\n'),
      ['CRT009 warning'],
    ],
    ['SHA-1', () => signed('sha1', ['-subj', '/CN=sha1'], 'keyUsage=digitalSignature\n', '-sha1'), ['CRT010 error']],
    [
      'a reversed bundle',
      () => ({ cert: authority.certificate + client.certificate, key: client.key }),
      ['CRT011 error', 'CRT007 warning'],
    ],
    [
      'another CA in place of the issuer',
      () => ({ cert: client.certificate + other.certificate, key: client.key }),
      ['CRT012 warning'],
    ],
    [
      'issued by an intermediate that is missing',
      async () => pairOf(await (await makeAuthority('Issuing CA 1')).leaf()),
      ['CRT012 info'],
    ],
    [
      'self-signed',
      () =>
        openssl('self', '-newkey', 'rsa:2048', '-subj', '/CN=self', '-addext', 'basicConstraints=critical,CA:FALSE'),
      ['CRT013 info'],
    ],
    [
      'self-signed for Cloud',
      () => ({
        ...openssl(
          'self2',
          '-newkey',
          'rsa:2048',
          '-subj',
          '/CN=self',
          '-addext',
          'basicConstraints=critical,CA:FALSE',
        ),
        ...cloud,
      }),
      ['CRT013 error'],
    ],
    ['a byte order mark', () => ({ cert: `\ufeff${client.certificate}`, key: client.key }), ['CRT014 warning']],
    [
      'a byte order mark on the key',
      () => ({ cert: client.certificate, key: `\ufeff${client.key}` }),
      ['CRT014 warning'],
    ],
    [
      'glued blocks',
      () => ({ cert: client.certificate.trimEnd() + authority.certificate, key: client.key }),
      ['CRT014 warning'],
    ],
    [
      'RSA with 1024 bits',
      () =>
        openssl(
          'rsa1024',
          '-newkey',
          'rsa:1024',
          '-subj',
          '/CN=small',
          '-addext',
          'basicConstraints=critical,CA:FALSE',
        ),
      ['CRT013 info', 'CRT015 warning'],
    ],
    [
      'a curve that workers do not know',
      () =>
        openssl(
          'p521',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:secp521r1',
          '-subj',
          '/CN=p521',
          '-addext',
          'basicConstraints=critical,CA:FALSE',
        ),
      ['CRT013 info', 'CRT015 warning'],
    ],
    ['version 1 for Cloud', () => ({ ...signed('v1', ['-subj', '/CN=v1'], null), ...cloud }), ['CRT016 error']],
    [
      'the name of its CA, for Cloud',
      () => ({ ...signed('same', ['-subj', '/CN=Test CA'], 'keyUsage=digitalSignature\n'), ...cloud }),
      ['CRT016 error'],
    ],
    ['a key that is no key', () => ({ cert: client.certificate, key: 'garbage' }), ['KEY001 error']],
    ['a cut key', () => ({ cert: client.certificate, key: client.key.slice(0, 80) }), ['KEY001 error']],
    [
      'a key with escaped newlines',
      () => ({ cert: client.certificate, key: client.key.replaceAll('\n', '\\n') }),
      ['KEY001 error'],
    ],
    [
      'an OpenSSH key',
      () => ({
        cert: client.certificate,
        key: `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from('openssh-key-v1\0none').toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`,
      }),
      ['KEY001 error'],
    ],
    [
      'an encrypted key',
      () => ({
        cert: client.certificate,
        key: String(
          createPrivateKey(client.key).export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }),
        ),
      }),
      ['KEY002 error'],
    ],
    [
      'an encrypted key of the old form',
      () => ({
        cert: client.certificate,
        key: String(
          createPrivateKey(client.key).export({ format: 'pem', type: 'sec1', cipher: 'aes-128-cbc', passphrase: 'x' }),
        ),
      }),
      ['KEY002 error'],
    ],
    [
      'the key of another certificate',
      async () => ({ cert: client.certificate, key: (await authority.leaf()).key }),
      ['KEY003 error'],
    ],
    ['swapped', () => ({ cert: client.key, key: client.certificate }), ['KEY004 error']],
    [
      'a public key',
      () => ({
        cert: client.certificate,
        key: String(createPublicKey(client.key).export({ format: 'pem', type: 'spki' })),
      }),
      ['KEY005 error'],
    ],
    ['a key for everybody', () => ({ cert: client.certificate, key: file(client.key, '/k', 0o644) }), ['KEY006 info']],
    ['an empty CA file', () => ({ ca: '' }), ['CA001 error']],
    ['a CA file with escaped newlines', () => ({ ca: authority.certificate.replaceAll('\n', '\\n') }), ['CA001 error']],
    ['a CA file that is DER', () => ({ ca: derOf(authority.certificate) }), ['CA001 error']],
    ['a key as CA', () => ({ ca: client.key }), ['CA001 error']],
    ['a leaf as CA', () => ({ ca: client.certificate }), ['CA002 error']],
    ['the own certificate as CA', () => ({ ...pairOf(client), ca: client.certificate }), ['CA002 error']],
    [
      'a CA for Cloud servers',
      () => ({ ...cloud, ca: other.certificate, apiKey: 'opaque' }),
      ['CA003 warning', 'TOK006 info'],
    ],
    [
      'the CA of the clients for Cloud servers',
      () => ({ ...cloud, ...pairOf(client), ca: authority.certificate }),
      ['CA003 error'],
    ],
    ['an expired CA', () => ({ ca: authority.certificate, now: new Date(Date.now() + 4000 * day) }), ['CA004 error']],
  ];
  it.each(table)('%s', async (_name, given, expected) => {
    if (_name === 'a request') signed('v1', ['-subj', '/CN=v1'], null);
    expect(await found(await given())).toEqual(expected);
  });
});

describe('every mangling', () => {
  // What some SDK reads is a warning of its own (CRT014).
  const divided = ['byte-order-mark', 'old-newlines', 'blank-lines'];
  const broken = manglers.filter(({ expected: [first] }) => first !== undefined && !divided.includes(first));
  it.each(broken.map((mangler) => [mangler.name, mangler] as const))(
    '%s stops certificate, key and CA',
    async (_name, { mangle }) => {
      const codes = async (given: Given): Promise<readonly string[]> =>
        (await found(given)).map((line) => line.split(' ')[0] ?? '');
      expect(['CRT002', 'CRT003']).toContain(
        (await codes({ cert: Buffer.from(mangle(client.certificate) as string), key: client.key }))[0],
      );
      expect(await codes({ cert: client.certificate, key: Buffer.from(mangle(client.key) as string) })).toContain(
        'KEY001',
      );
      expect(await codes({ ca: Buffer.from(mangle(authority.certificate) as string) })).toEqual(['CA001']);
    },
  );
});

describe('what one SDK reads and another does not', () => {
  it.each([
    ['a byte order mark', (pem: string) => `\ufeff${pem}`, ['core', 'go']],
    ['carriage returns alone', (pem: string) => pem.replaceAll('\n', '\r'), ['typescript-client', 'go']],
    ['glued blocks', (pem: string) => pem.trimEnd() + authority.certificate, ['typescript-client', 'go']],
  ])('%s', async (_name, mangle, affects) => {
    const results = await runLocal({ cert: mangle(client.certificate), key: client.key });
    expect(results.flatMap(({ findings }) => findings)).toMatchObject([{ code: 'CRT014', affects }]);
  });
});

describe('what a finding says', () => {
  it('gives the command that mends a variable', async () => {
    const cert = variable(client.certificate.replaceAll('\n', '\\n'), 'TEMPORAL_TLS_CLIENT_CERT_DATA');
    const [finding] = (await runLocal({ cert, key: client.key })).flatMap(({ findings }) => findings);
    expect(finding?.fix[0]?.command).toBe('nexusctl cert repair env:TEMPORAL_TLS_CLIENT_CERT_DATA --out client.pem');
    expect(finding?.evidence).toMatchObject({ kind: 'certificate', repair: 'escaped-newlines' });
  });

  it('names the line of the file where the setting stands', async () => {
    const [finding] = (await runLocal({ cert: '', key: client.key })).flatMap(({ findings }) => findings);
    expect(finding?.location).toEqual({ file: '/etc/temporal.toml', line: 7 });
  });

  it('says how long a certificate has: 29 days are 29 days', async () => {
    const leaf = await authority.leaf({ notAfter: new Date(Date.now() + 29 * day + 60_000) });
    const [finding] = (await runLocal(pairOf(leaf))).flatMap(({ findings }) => findings);
    expect(finding?.evidence['days']).toBe(29);
    expect(finding?.message).toContain('in 29 days');
  });

  it('shows nothing of a private key', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = String(privateKey.export({ format: 'pem', type: 'pkcs8' }));
    const middle = key.split('\n')[1] ?? '';
    for (const mangle of manglers) {
      const text = JSON.stringify(
        await runLocal({ cert: client.certificate, key: Buffer.from(mangle.mangle(key) as string) }),
      );
      expect(text).not.toContain(middle.slice(0, 24));
    }
  });

  it('leaves the certificate alone when --auth api-key says that it is not used', async () => {
    expect(await found({ cert: 'garbage', key: 'garbage', auth: 'api-key', apiKey: 'opaque' })).toEqual([
      'TOK006 info',
    ]);
  });
});
