import { X509Certificate } from 'node:crypto';
import { children, isSequence, oidOf, readDer, tags, type Der } from './der.ts';

/** What DER bytes are, told by their structure: labels lie. */
export type Kind =
  | 'certificate'
  | 'pkcs8-key'
  | 'pkcs1-key'
  | 'sec1-key'
  | 'encrypted-key'
  | 'public-key'
  | 'request'
  | 'revocation-list'
  | 'pkcs12'
  | 'pkcs7'
  | 'parameters'
  | 'ssh-key'
  | 'unknown';

/** In words, with article. */
export const kindNames = {
  certificate: 'a certificate',
  'pkcs8-key': 'a private key (PKCS#8)',
  'pkcs1-key': 'an RSA private key (PKCS#1)',
  'sec1-key': 'an EC private key (SEC1)',
  'encrypted-key': 'a private key encrypted with a passphrase',
  'public-key': 'a public key',
  request: 'a certificate signing request',
  'revocation-list': 'a certificate revocation list',
  pkcs12: 'a PKCS#12 container (.p12, .pfx)',
  pkcs7: 'a PKCS#7 container (.p7b)',
  parameters: 'key parameters',
  'ssh-key': 'an OpenSSH key',
  unknown: 'something unknown',
} as const satisfies Record<Kind, string>;

/** The PEM labels of RFC 7468, and of OpenSSL where it has none. */
export const labels = {
  certificate: 'CERTIFICATE',
  'pkcs8-key': 'PRIVATE KEY',
  'pkcs1-key': 'RSA PRIVATE KEY',
  'sec1-key': 'EC PRIVATE KEY',
  'encrypted-key': 'ENCRYPTED PRIVATE KEY',
  'public-key': 'PUBLIC KEY',
  request: 'CERTIFICATE REQUEST',
  'revocation-list': 'X509 CRL',
  pkcs12: 'PKCS12',
  pkcs7: 'PKCS7',
  parameters: 'EC PARAMETERS',
  'ssh-key': 'OPENSSH PRIVATE KEY',
  unknown: 'DATA',
} as const satisfies Record<Kind, string>;

export function isPrivateKey(kind: Kind): boolean {
  return kind === 'pkcs8-key' || kind === 'pkcs1-key' || kind === 'sec1-key';
}

export function kindOf(der: Uint8Array): Kind {
  if (startsWith(der, 'openssh-key-v1\0')) return 'ssh-key';
  if (der[0] === tags.oid) return 'parameters';
  if (!isSequence(der)) return 'unknown';
  const [first, second, third] = children(readDer(der));
  if (first === undefined) return 'unknown';
  if (first.tag === tags.integer) return kindByVersion(first, second, third);
  if (first.tag === tags.oid) return oidOf(first) === '1.2.840.113549.1.7.2' ? 'pkcs7' : 'unknown';
  if (first.tag !== tags.sequence) return 'unknown';
  if (second?.tag === tags.octets && oidOf(children(first)[0]) !== '') return 'encrypted-key';
  if (second?.tag === tags.bits && oidOf(children(first)[0]) !== '') return 'public-key';
  if (third?.tag !== tags.bits) return 'unknown';
  return signedKind(der, children(first));
}

/** A certificate, a request or a revocation list: what is signed tells which. */
function signedKind(der: Uint8Array, signed: readonly Der[]): Kind {
  if (isCertificate(der)) return 'certificate';
  const [version, second, third, fourth] = signed;
  const isRequest = version?.tag === tags.integer && version.content.length === 1 && version.content[0] === 0;
  if (isRequest && third?.tag === tags.sequence && (fourth === undefined || fourth.tag === 0xa0)) return 'request';
  const times = [0x17, 0x18];
  const issued = version?.tag === tags.integer ? fourth : third;
  return second !== undefined && issued !== undefined && times.includes(issued.tag) ? 'revocation-list' : 'unknown';
}

function kindByVersion(version: Der, second: Der | undefined, third: Der | undefined): Kind {
  const number = version.content.length === 1 ? version.content[0] : undefined;
  if (number === 3 && second?.tag === tags.sequence) return 'pkcs12';
  if (number === 1 && second?.tag === tags.octets) return 'sec1-key';
  if (second?.tag === tags.sequence && third?.tag === tags.octets) return 'pkcs8-key';
  if (second?.tag === tags.integer) return third?.tag === tags.integer ? 'pkcs1-key' : 'public-key';
  return 'unknown';
}

function isCertificate(der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).raw.length > 0;
  } catch {
    return false;
  }
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.subarray(0, text.length)).toString('latin1') === text;
}
