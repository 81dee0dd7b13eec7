import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspect, type Inspection, type Purpose } from '../../src/certificates/inspect.ts';
import { repair } from '../../src/certificates/repair.ts';
import { day, makeAuthority } from '../helpers/certificates.ts';
import { neighbour } from '../helpers/neighbour.ts';

/** What is said of a certificate or key is what the openssl of this machine says of it. */
const openssl = neighbour('openssl');
let folder = '';

const run = (...args: string[]): string =>
  execFileSync(openssl ?? 'openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const passes = (...args: string[]): boolean => {
  try {
    run(...args);
    return true;
  } catch {
    return false;
  }
};
const at = (name: string): string => join(folder, name);
const look = (bytes: Uint8Array, purpose?: Purpose): Inspection =>
  inspect(bytes, { source: 'x', now: new Date(), expiresInMs: day, cloud: false, purpose });

interface Variant {
  readonly name: string;
  /** Arguments of genpkey. */
  readonly key: readonly string[];
  readonly subject?: string;
  readonly extensions?: string;
  readonly more?: readonly string[];
}

const p256 = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const curve = (name: string): Variant => ({
  name: `curve ${name}`,
  key: ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${name}`],
});
const rsa = (bits: number): Variant => ({
  name: `RSA ${String(bits)}`,
  key: ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${String(bits)}`],
});
const extended = (name: string, extensions: string): Variant => ({ name, key: p256, extensions });
const named = (subject: string): Variant => ({ name: `subject ${subject}`, key: p256, subject });
const signed = (digest: string): Variant => ({ name: `signed with ${digest}`, key: p256, more: [`-${digest}`] });

const variants: readonly Variant[] = [
  ...['P-256', 'P-384', 'P-521', 'secp256k1', 'brainpoolP256r1'].map(curve),
  ...[1024, 2048, 3072].map(rsa),
  { name: 'RSA-PSS key', key: ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'] },
  { name: 'Ed25519', key: ['-algorithm', 'ED25519'] },
  { name: 'Ed448', key: ['-algorithm', 'ED448'] },
  ...['sha1', 'md5', 'sha224', 'sha256', 'sha384', 'sha512'].map(signed),
  named('/CN=a, b + c = d'),
  named('/C=DE/O=Größe & Söhne "AG"/CN=Ω'),
  named('/DC=org/DC=example/OU=one/OU=two/CN=x/emailAddress=a@b.example'),
  named('/CN=one+serialNumber=7/O=multi'),
  named('/CN= blanks '),
  named('/CN=back\\\\slash;semicolon<tag>#'),
  extended(
    'every alternative name',
    'subjectAltName=DNS:a.example,DNS:*.b.example,IP:10.0.0.1,IP:2001:db8::1,URI:spiffe://a/b,email:a@b.example',
  ),
  extended('an alternative name of another kind', 'subjectAltName=otherName:1.2.3.4;UTF8:x,DNS:a.example,RID:1.2.3'),
  extended('no usage', 'basicConstraints=CA:FALSE'),
  extended('a CA', 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign'),
  extended('a CA with a length', 'basicConstraints=CA:TRUE,pathlen:0'),
  extended(
    'every key usage',
    `keyUsage=${'digitalSignature nonRepudiation keyEncipherment dataEncipherment keyAgreement keyCertSign cRLSign encipherOnly decipherOnly'.split(' ').join(',')}`,
  ),
  extended('a key usage of two bytes', 'keyUsage=decipherOnly,keyAgreement'),
  extended('for encryption alone', 'keyUsage=keyEncipherment\nextendedKeyUsage=clientAuth'),
  extended('for agreement alone', 'keyUsage=keyAgreement\nextendedKeyUsage=clientAuth'),
  extended('for clients', 'keyUsage=digitalSignature\nextendedKeyUsage=clientAuth'),
  extended('for servers', 'extendedKeyUsage=serverAuth'),
  extended('for both', 'extendedKeyUsage=serverAuth,clientAuth'),
  extended('for anything', 'extendedKeyUsage=anyExtendedKeyUsage'),
  extended('for code and mail', 'extendedKeyUsage=codeSigning,emailProtection,timeStamping,OCSPSigning'),
  extended('for a purpose of its own', 'extendedKeyUsage=1.2.3.4.5'),
  { name: 'a serial of zero', key: p256, more: ['-set_serial', '0'] },
  { name: 'a long serial', key: p256, more: ['-set_serial', `0x7f${'ab'.repeat(19)}`] },
  { name: 'a negative serial', key: p256, more: ['-set_serial', '-5'] },
  { name: 'an end after 2049', key: p256, more: ['-days', '20000'] },
];

const fileOf = (index: number): string => `v${String(index)}.pem`;

beforeAll(async () => {
  if (openssl === null) return;
  folder = await mkdtemp(join(tmpdir(), 'nexusctl-openssl-'));
  writeFileSync(at('empty.cnf'), '[req]\ndistinguished_name=dn\n[dn]\n');
  const ca = await makeAuthority('Table CA', 'rsa-2048');
  writeFileSync(at('ca.pem'), ca.certificate);
  writeFileSync(at('ca.key'), ca.key);
  const now = Date.now();
  const expired = await ca.leaf({ notBefore: new Date(now - 9 * day), notAfter: new Date(now - day) });
  const early = await ca.leaf({ notBefore: new Date(now + day), notAfter: new Date(now + 9 * day) });
  const good = await ca.leaf();
  writeFileSync(at('expired.pem'), expired.certificate);
  writeFileSync(at('early.pem'), early.certificate);
  writeFileSync(at('good.pem'), good.certificate);
  writeFileSync(at('good.key'), good.key);
  for (const [index, { key, subject = '/CN=x', extensions = '', more = [] }] of variants.entries()) {
    run('genpkey', ...key, '-out', 'one.key');
    run(
      'req',
      '-new',
      '-utf8',
      '-key',
      'one.key',
      '-subj',
      subject,
      '-config',
      'empty.cnf',
      '-multivalue-rdn',
      '-out',
      'one.csr',
    );
    writeFileSync(at('one.ext'), `${extensions}\n`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', ...(more.includes('-set_serial') ? [] : ['-CAcreateserial'])];
    const days = more.includes('-days') ? [] : ['-days', '30'];
    run('x509', '-req', '-in', 'one.csr', ...by, ...days, '-extfile', 'one.ext', '-out', fileOf(index), ...more);
  }
}, 120_000);
afterAll(async () => {
  if (folder !== '') await rm(folder, { recursive: true });
});

const usages: Readonly<Record<string, string>> = {
  'Digital Signature': 'digitalSignature',
  'Non Repudiation': 'contentCommitment',
  'Key Encipherment': 'keyEncipherment',
  'Data Encipherment': 'dataEncipherment',
  'Key Agreement': 'keyAgreement',
  'Certificate Sign': 'keyCertSign',
  'CRL Sign': 'cRLSign',
  'Encipher Only': 'encipherOnly',
  'Decipher Only': 'decipherOnly',
  'TLS Web Server Authentication': 'serverAuth',
  'TLS Web Client Authentication': 'clientAuth',
  'Any Extended Key Usage': 'anyExtendedKeyUsage',
  'Code Signing': 'codeSigning',
  'E-mail Protection': 'emailProtection',
  'Time Stamping': 'timeStamping',
  'OCSP Signing': 'OCSPSigning',
};

/** The same facts from the words of `openssl x509`. */
function saidByOpenssl(file: string): object {
  const option = ['-nameopt', 'esc_2253,esc_ctrl,utf8,sep_comma_plus_space,sname'];
  const text = run('x509', '-in', file, '-noout', '-text', '-serial', '-dates', '-fingerprint', '-sha256');
  const subject = run('x509', '-in', file, '-noout', '-subject', ...option);
  const line = (pattern: RegExp, from = text): string => pattern.exec(from)?.[1] ?? '';
  const list = (heading: string): string[] => {
    const found = new RegExp(`${heading}:[^\\n]*\\n +([^\\n]+)`).exec(text)?.[1];
    return found === undefined ? [] : found.split(', ');
  };
  const names = list('X509v3 Subject Alternative Name').flatMap((entry) => {
    const [, kind = '', value = ''] = /^(DNS|IP Address|URI|email):(.*)$/.exec(entry.trim()) ?? [];
    if (kind === '') return [];
    return [kind === 'IP Address' && value.includes(':') ? new URL(`http://[${value}]`).hostname.slice(1, -1) : value];
  });
  const bits = line(/Public-Key: \((\d+) bit\)/);
  const oid = line(/ASN1 OID: (\S+)/);
  return {
    subject: line(/^subject=(.*)$/m, subject),
    serial: line(/^serial=(.*)$/m),
    fingerprint: line(/^sha256 Fingerprint=(.*)$/m),
    notBefore: new Date(line(/^notBefore=(.*)$/m)).toISOString(),
    notAfter: new Date(line(/^notAfter=(.*)$/m)).toISOString(),
    names,
    key:
      oid !== '' ? { curve: oid } : /RSA|rsa/.test(line(/Public Key Algorithm: (\S+)/)) ? { bits: Number(bits) } : {},
    isCa: text.includes('CA:TRUE'),
    usages: [...list('X509v3 Key Usage'), ...list('X509v3 Extended Key Usage')].map((name) => usages[name] ?? name),
  };
}

describe.skipIf(openssl === null)('what is said of a certificate is what openssl says', () => {
  it.each(variants.map(({ name }, index) => [name, index] as const))('%s', (_name, index) => {
    const { items, damage } = look(readFileSync(at(fileOf(index))));
    expect(damage).toBeNull();
    expect(items).toMatchObject([saidByOpenssl(fileOf(index))]);
  });

  const judged = [
    ...variants.map(({ name }, index) => [name, fileOf(index)] as const),
    ...['expired', 'early', 'good'].map((name) => [name, `${name}.pem`] as const),
  ];
  it.each(judged)('fit for a client: %s', (_name, file) => {
    const taken = passes('verify', '-auth_level', '1', '-purpose', 'sslclient', '-CAfile', 'ca.pem', file);
    const findings = look(readFileSync(at(file)), 'client').items.flatMap((item) => item.findings);
    const severities = findings.map(({ severity }) => severity);
    const shown = findings.map(({ code, severity }) => `${code} ${severity}`).join(', ');
    // What openssl refuses is at least a warning; an error is refused by openssl, or by the SDKs that are not built on it.
    if (!taken)
      expect(
        severities.some((severity) => severity !== 'info'),
        shown,
      ).toBe(true);
    else
      expect(
        findings.filter(({ code, severity }) => severity === 'error' && code !== 'CRT015'),
        shown,
      ).toEqual([]);
  });

  it.each(judged)('fit for a server: %s', (_name, file) => {
    const taken = passes('verify', '-auth_level', '1', '-purpose', 'sslserver', '-CAfile', 'ca.pem', file);
    const findings = look(readFileSync(at(file)), 'server').items.flatMap((item) => item.findings);
    if (!taken) expect(findings.some(({ severity }) => severity !== 'info')).toBe(true);
  });
});

/** A key as openssl writes it. */
interface KeyForm {
  readonly name: string;
  readonly make: () => void;
  readonly file: string;
}
const form = (name: string, file: string, ...args: string[]): KeyForm => ({
  name,
  file,
  make: () => void run(...args, '-out', file),
});
const encrypted = ['-aes256', '-passout', 'pass:x'];
const keyForms: readonly KeyForm[] = [
  form('EC, PKCS#8', 'ec8.key', 'genpkey', ...p256),
  form('EC, SEC1', 'ec1.key', 'ec', '-in', 'ec8.key'),
  form('EC with its parameters', 'ecp.key', 'ecparam', '-name', 'prime256v1', '-genkey'),
  form(
    'EC with explicit parameters',
    'ecx.key',
    'ecparam',
    '-name',
    'prime256v1',
    '-genkey',
    '-noout',
    '-param_enc',
    'explicit',
  ),
  form('RSA, PKCS#8', 'rsa8.key', 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'),
  form('RSA, PKCS#1', 'rsa1.key', 'rsa', '-in', 'rsa8.key', '-traditional'),
  form('Ed25519', 'ed.key', 'genpkey', '-algorithm', 'ED25519'),
  form('DER, PKCS#8', 'ec8.der', 'pkcs8', '-topk8', '-nocrypt', '-in', 'ec8.key', '-outform', 'DER'),
  form('DER, SEC1', 'ec1.der', 'ec', '-in', 'ec8.key', '-outform', 'DER'),
  form('DER, PKCS#1', 'rsa1.der', 'rsa', '-in', 'rsa8.key', '-traditional', '-outform', 'DER'),
  form(
    'encrypted, PKCS#8',
    'enc8.key',
    'pkcs8',
    '-topk8',
    '-in',
    'ec8.key',
    '-v2',
    'aes-256-cbc',
    '-passout',
    'pass:x',
  ),
  form(
    'encrypted, PKCS#8 of 1993',
    'enc8old.key',
    'pkcs8',
    '-topk8',
    '-in',
    'ec8.key',
    '-v1',
    'PBE-SHA1-3DES',
    '-passout',
    'pass:x',
  ),
  form('encrypted, SEC1', 'enc1.key', 'ec', '-in', 'ec8.key', ...encrypted),
  form('encrypted, PKCS#1', 'encr.key', 'rsa', '-in', 'rsa8.key', '-traditional', ...encrypted),
  form('public', 'public.key', 'pkey', '-in', 'ec8.key', '-pubout'),
];

describe.skipIf(openssl === null)('a key', () => {
  it.each(keyForms)('$name: openssl and inspect agree whether it can be used as it is', ({ make, file }) => {
    make();
    const bytes = readFileSync(at(file));
    const usable = passes('pkey', '-in', file, '-passin', 'pass:', '-noout');
    const { keys, findings, items, others } = look(bytes);
    expect({ usable: keys.length === 1, items }).toEqual({ usable, items: [] });
    if (!usable) {
      // A public key is nothing wrong by itself; what it is gets said.
      expect(others.length).toBe(1);
      if (file !== 'public.key') expect(findings.some(({ severity }) => severity === 'error')).toBe(true);
      return;
    }
    const repaired = repair(bytes);
    writeFileSync(at('repaired.key'), repaired?.pem ?? '');
    expect(run('pkey', '-in', 'repaired.key', '-pubout')).toBe(run('pkey', '-in', file, '-pubout'));
  });

  it('belongs to a certificate exactly when openssl says so', () => {
    const certificate = readFileSync(at('good.pem'));
    for (const [file, belongs] of [
      ['good.key', true],
      ['ca.key', false],
    ] as const) {
      expect(run('pkey', '-in', file, '-pubout') === run('x509', '-in', 'good.pem', '-noout', '-pubkey')).toBe(belongs);
      const { findings } = inspect(certificate, {
        source: 'x',
        now: new Date(),
        expiresInMs: day,
        cloud: false,
        key: readFileSync(at(file)),
      });
      expect(findings.some(({ code }) => code === 'KEY003')).toBe(!belongs);
    }
  });
});

describe.skipIf(openssl === null)('a container', () => {
  it.each([
    [
      'PKCS#12',
      ['pkcs12', '-export', '-in', 'good.pem', '-inkey', 'good.key', '-passout', 'pass:x', '-out', 'c.p12'],
      'c.p12',
    ],
    [
      'PKCS#12 of 1996',
      [
        'pkcs12',
        '-export',
        '-legacy',
        '-in',
        'good.pem',
        '-inkey',
        'good.key',
        '-passout',
        'pass:x',
        '-out',
        'old.p12',
      ],
      'old.p12',
    ],
    [
      'a request',
      ['req', '-new', '-key', 'good.key', '-subj', '/CN=x', '-config', 'empty.cnf', '-out', 'r.csr'],
      'r.csr',
    ],
    ['PKCS#7', ['crl2pkcs7', '-nocrl', '-certfile', 'good.pem', '-out', 'c.p7b'], 'c.p7b'],
    ['PKCS#7, DER', ['crl2pkcs7', '-nocrl', '-certfile', 'good.pem', '-outform', 'DER', '-out', 'c.p7'], 'c.p7'],
    ['a trusted certificate', ['x509', '-in', 'good.pem', '-trustout', '-out', 'trusted.pem'], 'trusted.pem'],
  ] as const)('%s is named, and no certificate that SDKs read', (_name, args, file) => {
    run(...args);
    const { items, keys, others, findings } = look(readFileSync(at(file)));
    expect(keys).toEqual([]);
    expect(items.length + others.length).toBe(1);
    if (items.length > 0) expect(findings.some(({ severity }) => severity !== 'info')).toBe(true);
  });

  it.each([[], ['-addtrust', 'clientAuth', '-setalias', 'mine']])(
    'a trusted certificate is repaired: %j',
    (...trust: string[]) => {
      run('x509', '-in', 'good.pem', '-trustout', ...trust, '-out', 'trusted.pem');
      expect(repair(readFileSync(at('trusted.pem')))?.pem.trim()).toBe(run('x509', '-in', 'good.pem').trim());
    },
  );

  it('a certificate whose days are no days is read all the same', () => {
    const der = readFileSync(at('good.pem'), 'utf8').replace(/-----[^-]+-----/g, '');
    const bytes = Buffer.from(der, 'base64');
    const time = /\d{12}Z/.exec(bytes.toString('latin1'));
    bytes.write('XXXXXXXXXXXXZ', time?.index ?? 0, 'latin1');
    const { items } = look(bytes, 'client');
    expect(items).toMatchObject([{ notBefore: 'unreadable', findings: [{ code: 'CRT003', severity: 'error' }] }]);
  });

  it('bags with attributes and both halves are read as openssl writes them', () => {
    run('pkcs12', '-in', 'c.p12', '-passin', 'pass:x', '-nodes', '-out', 'bags.pem');
    const { items, keys, findings } = look(readFileSync(at('bags.pem')));
    expect({ items: items.length, keys: keys.length }).toEqual({ items: 1, keys: 1 });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
