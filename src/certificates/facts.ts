import { X509Certificate, type KeyObject } from 'node:crypto';
import { children, hasBit, oidOf, readDer, tags, type Der } from './der.ts';

/** What a certificate says of itself. */
export interface CertificateFacts {
  /** Distinguished name, for example `CN=client, O=orders`. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, upper case. */
  readonly serial: string;
  /** SHA-256 of the DER, in hexadecimal with colons. */
  readonly fingerprint: string;
  /** Invalid dates where the certificate has none that can be read. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Subject alternative names: DNS names, addresses, URIs. */
  readonly names: readonly string[];
  readonly key: KeyFacts;
  readonly isCa: boolean;
  /** Names of RFC 5280: digitalSignature, keyCertSign …; empty when the extension is missing. */
  readonly keyUsage: readonly string[];
  /** Names or identifiers of extended usages; empty when the extension is missing. */
  readonly extendedKeyUsage: readonly string[];
  readonly hasKeyUsage: boolean;
  readonly hasExtendedKeyUsage: boolean;
  /** 1 to 3. */
  readonly version: number;
  /** For example `SHA-256`; `unknown` when the algorithm is not in our list. */
  readonly signatureHash: string;
  /** Subject and issuer are one, and its own key made the signature. */
  readonly selfSigned: boolean;
  /** Subject and issuer, DER, for comparing. */
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
}

export interface KeyFacts {
  /** `rsa`, `ec`, `ed25519` …; `unknown` for what this OpenSSL does not know. */
  readonly type: string;
  readonly bits?: number;
  /** OpenSSL's name, for example `prime256v1`. */
  readonly curve?: string;
}

/** @param der one certificate, as `classify` found it. @throws when it is none */
export function factsOf(der: Uint8Array): CertificateFacts {
  const certificate = new X509Certificate(der);
  const parts = partsOf(der);
  const usage = extension(parts.extensions, '2.5.29.15');
  const extended = extension(parts.extensions, '2.5.29.37');
  return {
    subject: nameText(certificate.subject),
    issuer: nameText(certificate.issuer),
    // Whole bytes, as openssl writes them.
    serial: certificate.serialNumber.replace(/[0-9A-F]+/, (digits) =>
      digits.padStart(digits.length + (digits.length % 2), '0'),
    ),
    fingerprint: certificate.fingerprint256,
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    names: children(readDer(extension(parts.extensions, '2.5.29.17')?.content ?? new Uint8Array())).flatMap(nameOf),
    key: publicKeyFacts(certificate),
    isCa: certificate.ca,
    keyUsage: keyUsages.filter((_name, index) =>
      hasBit(readDer(usage?.content ?? new Uint8Array()) ?? undefined, index),
    ),
    extendedKeyUsage: children(readDer(extended?.content ?? new Uint8Array())).map(
      (oid) => purposes[oidOf(oid)] ?? oidOf(oid),
    ),
    hasKeyUsage: usage !== undefined,
    hasExtendedKeyUsage: extended !== undefined,
    version: parts.version,
    signatureHash: hashOf(parts.signature),
    selfSigned: isSelfSigned(certificate, parts),
    subjectDer: parts.subject,
    issuerDer: parts.issuer,
  };
}

/** Facts of a key object of either half. */
export function keyFacts(key: KeyObject): KeyFacts {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return {
    type: key.asymmetricKeyType ?? 'unknown',
    ...(modulusLength === undefined ? {} : { bits: modulusLength }),
    ...(namedCurve === undefined ? {} : { curve: namedCurve }),
  };
}

/** A time of a certificate for people and for JSON. */
export function timeText(time: Date): string {
  return Number.isNaN(time.getTime()) ? 'unreadable' : time.toISOString();
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

interface Parts {
  readonly version: number;
  readonly signature: Der | undefined;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly extensions: readonly Der[];
}

/** RFC 5280 4.1: tbsCertificate, signatureAlgorithm, signature. */
function partsOf(der: Uint8Array): Parts {
  const [signed, signature] = children(readDer(der));
  const all = children(signed);
  const hasVersion = all[0]?.tag === 0xa0;
  const [, , issuer, , subject] = hasVersion ? all.slice(1) : all;
  const none = new Uint8Array();
  return {
    version: hasVersion ? 1 + (children(all[0])[0]?.content[0] ?? 0) : 1,
    signature,
    issuer: issuer?.bytes ?? none,
    subject: subject?.bytes ?? none,
    extensions: children(children(all.find(({ tag }) => tag === 0xa3))[0]),
  };
}

/** The OCTET STRING of an extension. */
function extension(extensions: readonly Der[], oid: string): Der | undefined {
  const found = extensions.find((candidate) => oidOf(children(candidate)[0]) === oid);
  return children(found).find(({ tag }) => tag === tags.octets);
}

/** Node gives undefined for an empty name, which is legal beside alternative names (SPIFFE, cert-manager). */
function nameText(lines: string | undefined): string {
  const parts = (lines ?? '').split('\n').filter((line) => line !== '');
  return parts.length === 0 ? '(no name)' : parts.join(', ');
}

function nameOf({ tag, content }: Der): string[] {
  const bytes = Buffer.from(content);
  if (tag === 0x87) return [addressText(bytes)];
  return [0x81, 0x82, 0x86].includes(tag) ? [bytes.toString('latin1')] : [];
}

function addressText(bytes: Buffer): string {
  if (bytes.length !== 16) return [...bytes].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(':');
  // The URL parser writes an IPv6 address in its shortest form.
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}

function publicKeyFacts(certificate: X509Certificate): KeyFacts {
  try {
    return keyFacts(certificate.publicKey);
  } catch {
    return { type: 'unknown' };
  }
}

function isSelfSigned(certificate: X509Certificate, { subject, issuer }: Parts): boolean {
  if (!sameBytes(subject, issuer)) return false;
  try {
    return certificate.verify(certificate.publicKey);
  } catch {
    // A hash that this OpenSSL does not verify any more: the names decide.
    return true;
  }
}

/** RFC 5280 4.2.1.3, in the order of the bits. */
const keyUsages = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

const purposes: Readonly<Record<string, string>> = {
  '2.5.29.37.0': 'anyExtendedKeyUsage',
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
};

const hashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'MD2',
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.3.14.3.2.29': 'SHA-1',
  '1.2.840.113549.1.1.14': 'SHA-224',
  '1.2.840.113549.1.1.11': 'SHA-256',
  '1.2.840.113549.1.1.12': 'SHA-384',
  '1.2.840.113549.1.1.13': 'SHA-512',
  '1.2.840.10045.4.1': 'SHA-1',
  '1.2.840.10045.4.3.1': 'SHA-224',
  '1.2.840.10045.4.3.2': 'SHA-256',
  '1.2.840.10045.4.3.3': 'SHA-384',
  '1.2.840.10045.4.3.4': 'SHA-512',
  '1.2.840.10040.4.3': 'SHA-1',
  '2.16.840.1.101.3.4.3.2': 'SHA-256',
  '1.3.101.112': 'SHA-512',
  '1.3.101.113': 'SHAKE-256',
};

const digests: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'SHA-1',
  '2.16.840.1.101.3.4.2.4': 'SHA-224',
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};

function hashOf(algorithm: Der | undefined): string {
  const [oid, parameters] = children(algorithm);
  const name = oidOf(oid);
  if (name !== '1.2.840.113549.1.1.10') return hashes[name] ?? 'unknown';
  // RSASSA-PSS: [0] hashAlgorithm, SHA-1 when it is left out (RFC 4055).
  const named = children(parameters).find(({ tag }) => tag === 0xa0);
  return named === undefined ? 'SHA-1' : (digests[oidOf(children(children(named)[0])[0])] ?? 'unknown');
}
