import { createPrivateKey, X509Certificate } from 'node:crypto';
import { classify, toPem, type Item } from './classify.ts';
import { isPrivateKey } from './kind.ts';
import type { Mangling } from './mangling.ts';

export interface Repaired {
  readonly pem: string;
  readonly mended: readonly (Mangling | 'order')[];
  readonly items: readonly Item[];
  /** Blocks that could not be saved and were left out. */
  readonly lost: boolean;
}

/**
 * Writes what is in a mangled file as PEM that every SDK reads; the DER stays as it is, byte by byte.
 * Certificates are put in order when there is a key or a chain to tell it.
 * @returns null when nothing in it can be saved
 */
export function repair(bytes: Uint8Array, key?: Uint8Array): Repaired | null {
  const { items, manglings, damage } = classify(bytes);
  // Behind the password of a container nothing can be seen.
  if (items.every(({ kind }) => kind === 'pkcs12')) return null;
  const ordered = inOrder(items, key);
  const moved = ordered.some((item, index) => item !== items[index]);
  return {
    pem: ordered.map(toPem).join(''),
    mended: [...manglings, ...(moved ? (['order'] as const) : [])],
    items: ordered,
    lost: damage !== null,
  };
}

/** The leaf first, then each certificate that issued the one before, then the rest; other things keep their places. */
export function inOrder(items: readonly Item[], key?: Uint8Array): readonly Item[] {
  const certificates = items.filter(({ kind }) => kind === 'certificate');
  if (certificates.length < 2) return items;
  const parsed = certificates.map((item) => ({ item, x509: new X509Certificate(item.der) }));
  const leaf = leafOf(parsed, key ?? items.find(({ kind }) => isPrivateKey(kind))?.der);
  if (leaf === undefined) return items;
  const sorted = [leaf];
  for (let last = leaf; ;) {
    const issuer = parsed.find((other) => !sorted.includes(other) && last.x509.checkIssued(other.x509));
    if (issuer === undefined) break;
    sorted.push(issuer);
    last = issuer;
  }
  const next = [...sorted, ...parsed.filter((other) => !sorted.includes(other))]
    .map(({ item }) => item)
    [Symbol.iterator]();
  return items.map((item) => (item.kind === 'certificate' ? (next.next().value ?? item) : item));
}

interface Parsed {
  readonly item: Item;
  readonly x509: X509Certificate;
}

/** The certificate of the key; without a key the only one that issued none of the others. */
function leafOf(parsed: readonly Parsed[], key: Uint8Array | undefined): Parsed | undefined {
  if (key !== undefined)
    return parsed[
      certificateOfKey(
        parsed.map(({ item }) => item.der),
        key,
      ) ?? -1
    ];
  const issuers = parsed.filter((one) => parsed.some((other) => other !== one && other.x509.checkIssued(one.x509)));
  const leaves = parsed.filter((one) => !issuers.includes(one));
  return issuers.length > 0 && leaves.length === 1 ? leaves[0] : undefined;
}

/** Which certificate has the public half of a private key; null when none does or the key cannot be read. */
export function certificateOfKey(certificates: readonly Uint8Array[], key: Uint8Array): number | null {
  const index = certificates.findIndex((der) => belongsTogether(der, key));
  return index === -1 ? null : index;
}

function belongsTogether(certificate: Uint8Array, key: Uint8Array): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(readKey(key));
  } catch {
    return false;
  }
}

/** @throws what OpenSSL says of a key that it cannot read */
export function readKey(der: Uint8Array) {
  const type = keyType(der);
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type });
}

function keyType(der: Uint8Array): 'pkcs8' | 'pkcs1' | 'sec1' {
  const [item] = classify(der).items;
  return item?.kind === 'pkcs1-key' ? 'pkcs1' : item?.kind === 'sec1-key' ? 'sec1' : 'pkcs8';
}
