import { createPublicKey, generateKeyPairSync, webcrypto, type KeyObject } from 'node:crypto';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { readKey } from './repair.ts';

export const keyKinds = ['ecdsa-p256', 'ecdsa-p384', 'rsa-2048', 'rsa-3072', 'rsa-4096'] as const;
export type KeyKind = (typeof keyKinds)[number];

/** What is asked for. Temporal Cloud wants distinct names along the chain, so the two are never made alike. */
export interface Order {
  readonly commonName: string;
  readonly organization?: string;
  readonly keyKind: KeyKind;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface LeafOrder extends Order {
  readonly usages: readonly ('clientAuth' | 'serverAuth')[];
  /** DNS names and IP addresses. */
  readonly names: readonly string[];
}

export interface Issued {
  /** PEM. */
  readonly certificate: string;
  /** PKCS#8 PEM, which every SDK reads, Java too. */
  readonly key: string;
}

/** A certificate and its private key, as they were read. */
export interface Issuer {
  readonly certificate: Uint8Array;
  readonly key: KeyObject;
}

/** A self-signed CA as Temporal Cloud accepts it: X.509 v3, CA:TRUE, SHA-256 or better. */
export async function issueCa(order: Order): Promise<Issued> {
  const x509 = await library();
  const key = generateKey(order.keyKind);
  const keys = await bothHalves(key);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: nameOf(order),
      serialNumber: serialNumber(),
      notBefore: order.notBefore,
      notAfter: order.notAfter,
      keys,
      signingAlgorithm: algorithmOf(key),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return issued(certificate.toString('pem'), key);
}

/**
 * An end-entity certificate of a CA: X.509 v3, CA:FALSE, digitalSignature, SHA-256 or better.
 * @throws NexusctlError INVALID_ARGUMENT when its name would be that of the CA, or it would outlive the CA
 */
export async function issueLeaf(order: LeafOrder, issuer: Issuer): Promise<Issued> {
  const x509 = await library();
  const authority = new x509.X509Certificate(issuer.certificate);
  refuseClash(order, authority.subject, authority.notAfter);
  const key = generateKey(order.keyKind);
  const keys = await bothHalves(key);
  const signing = await bothHalves(issuer.key);
  const names = order.names.map(alternativeName);
  const extensions = [
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(order.usages.map((usage) => x509.ExtendedKeyUsage[usage])),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
    await x509.AuthorityKeyIdentifierExtension.create(signing.publicKey, false, webcrypto),
  ];
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: nameOf(order),
      issuer: authority.subjectName,
      serialNumber: serialNumber(),
      notBefore: order.notBefore,
      notAfter: order.notAfter,
      publicKey: keys.publicKey,
      signingKey: signing.privateKey,
      signingAlgorithm: algorithmOf(issuer.key),
      extensions,
    },
    webcrypto,
  );
  return issued(certificate.toString('pem'), key);
}

async function library() {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

function refuseClash(order: Order, issuer: string, ends: Date): void {
  const own = nameOf(order)
    .toLowerCase()
    .replace(/\s*,\s*/g, ',');
  if (own === issuer.toLowerCase().replace(/\s*,\s*/g, ','))
    throw new NexusctlError('INVALID_ARGUMENT', `the certificate would have the name of its CA (${issuer})`, {
      hint: 'Temporal Cloud wants distinct names along the chain: choose another --common-name',
    });
  if (order.notAfter.getTime() > ends.getTime())
    throw new NexusctlError(
      'INVALID_ARGUMENT',
      `the certificate would outlive its CA, which ends ${ends.toISOString()}`,
      {
        hint: 'choose a shorter --validity, or renew the CA first',
      },
    );
}

function generateKey(kind: KeyKind): KeyObject {
  switch (kind) {
    case 'ecdsa-p256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    case 'ecdsa-p384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4)) }).privateKey;
  }
}

/** @throws NexusctlError KEY_INVALID for a key with which no certificate that Temporal Cloud accepts can be signed */
function algorithmOf(key: KeyObject): webcrypto.EcKeyImportParams & { readonly hash: string } {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && (modulusLength ?? 0) >= 2048)
    return { name: 'RSASSA-PKCS1-v1_5', namedCurve: '', hash: 'SHA-256' };
  const curve = curves[namedCurve ?? ''];
  if (curve !== undefined) return { name: 'ECDSA', ...curve };
  throw new NexusctlError(
    'KEY_INVALID',
    `a key of the kind ${namedCurve ?? key.asymmetricKeyType ?? 'unknown'} cannot sign certificates for Temporal Cloud`,
    {
      hint: 'use RSA with 2048 bits or more, or ECDSA with P-256, P-384 or P-521',
    },
  );
}

const curves: Readonly<Record<string, { readonly namedCurve: string; readonly hash: string }>> = {
  prime256v1: { namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { namedCurve: 'P-521', hash: 'SHA-512' },
};

async function bothHalves(key: KeyObject): Promise<webcrypto.CryptoKeyPair> {
  const algorithm = algorithmOf(key);
  const { subtle } = webcrypto;
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
}

function issued(certificate: string, key: KeyObject): Issued {
  const pem = key.export({ format: 'pem', type: 'pkcs8' });
  return { certificate: `${certificate.trimEnd()}\n`, key: String(pem) };
}

/** 127 random bits, positive and never zero (RFC 5280 4.1.2.2 allows 20 bytes). */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

function nameOf({ commonName, organization }: Order): string {
  const parts = [`CN=${escapeName(commonName)}`];
  if (organization !== undefined) parts.push(`O=${escapeName(organization)}`);
  return parts.join(', ');
}

/** RFC 4514 2.4 */
function escapeName(text: string): string {
  return text.replace(/[\\,+"<>;=#]/g, (character) => `\\${character}`).replace(/^ | $/g, '\\ ');
}

function alternativeName(name: string) {
  const isAddress = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) || name.includes(':');
  return { type: isAddress ? ('ip' as const) : ('dns' as const), value: name };
}

/** For reading an issuer's key. @throws NexusctlError KEY_INVALID */
export function issuerKey({ der }: { readonly der: Uint8Array }): KeyObject {
  try {
    return readKey(der);
  } catch (cause) {
    throw new NexusctlError('KEY_INVALID', 'the key of the CA cannot be read', { cause });
  }
}
