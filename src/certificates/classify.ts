import { children, isSequence, readDer, statedLength } from './der.ts';
import { kindOf, labels, type Kind } from './kind.ts';
import type { Mangling } from './mangling.ts';
import { armoured, type Armoured } from './armour.ts';
import { unwrap } from './unwrap.ts';

/** One certificate, key or other thing that was found. */
export interface Item {
  readonly kind: Kind;
  /** DER; of a key with legacy PEM encryption the ciphertext. */
  readonly der: Uint8Array;
}

/** What a file, variable or secret holds, told from its bytes alone. */
export interface Classified {
  readonly items: readonly Item[];
  /** What was done to it on the way; empty when every SDK reads it as it is. */
  readonly manglings: readonly Mangling[];
  /** Null when everything in it was read. */
  readonly damage: Damage | null;
}

export type Damage =
  /** Nothing, or only blanks. */
  | 'empty'
  /** A block that ends too early. */
  | 'truncated'
  /** A block whose content is not what its label says, nor anything else. */
  | 'corrupt'
  /** A file name in place of content. */
  | 'path'
  | 'java-keystore'
  | 'template'
  | 'unknown';

/** Never throws, whatever the bytes are. */
export function classify(bytes: Uint8Array): Classified {
  if (isBlank(bytes)) return nothing('empty');
  if (isKeystore(bytes)) return nothing('java-keystore');
  const unwrapped = unwrap(bytes);
  if ('der' in unwrapped) return fromDer(unwrapped.der, unwrapped.manglings);
  const { text, manglings } = unwrapped;
  const blocks = armoured(text);
  if (blocks.length === 0) return nothing(guess(text), manglings);
  const damaged = blocks.find(({ damage }) => damage !== null);
  const items = blocks.filter(({ damage }) => damage === null).flatMap(itemsOf);
  const all = [...manglings, ...blocks.flatMap((block) => [...block.manglings, ...packing(block)])];
  return { items, manglings: [...new Set(all)], damage: damaged?.damage ?? null };
}

/** PEM as RFC 7468 writes it, with the label that fits the content. */
export function toPem(item: Item): string {
  const body =
    Buffer.from(item.der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  const label = labels[item.kind];
  return [`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`, ''].join('\n');
}

function nothing(damage: Damage, manglings: readonly Mangling[] = []): Classified {
  return { items: [], manglings, damage };
}

function fromDer(der: Uint8Array, manglings: readonly Mangling[]): Classified {
  const kind = kindOf(der);
  if (kind === 'unknown') return nothing('unknown', manglings);
  if (kind !== 'pkcs7') return { items: [{ kind, der }], manglings, damage: null };
  return { items: packedCertificates(der), manglings: [...manglings, 'pkcs7'], damage: null };
}

function itemsOf({ kind, der }: Armoured): readonly Item[] {
  if (kind === 'pkcs7') return packedCertificates(der);
  return [{ kind, der }];
}

function packing({ kind }: Armoured): readonly Mangling[] {
  return kind === 'pkcs7' ? ['pkcs7'] : [];
}

/** The certificates of SignedData (RFC 5652): ContentInfo, [0], SignedData, [0] certificates. */
function packedCertificates(der: Uint8Array): readonly Item[] {
  const signed = children(children(readDer(der))[1])[0];
  const set = children(signed).find(({ tag }) => tag === 0xa0);
  return children(set)
    .filter(({ bytes }) => kindOf(bytes) === 'certificate')
    .map(({ bytes }) => ({ kind: 'certificate', der: bytes }));
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) || isOnlyMark(bytes);
}

function isOnlyMark(bytes: Uint8Array): boolean {
  return bytes.length <= 5 && Buffer.from(bytes).toString('utf8').replace('\ufeff', '').trim() === '';
}

/** Java's own keystores: JKS and JCEKS. (Newer ones are PKCS#12.) */
function isKeystore(bytes: Uint8Array): boolean {
  return ['feedfeed', 'cececece'].includes(Buffer.from(bytes.subarray(0, 4)).toString('hex'));
}

function guess(text: string): Damage {
  const trimmed = text.trim();
  const oneLine = trimmed.length <= 1024 && !/[\r\n]/.test(trimmed);
  if (/^\$\{?[A-Za-z_]\w*\}?$|^\{\{.*\}\}$|^<[^>]+>$/s.test(trimmed)) return 'template';
  if (oneLine && /^(?:~|\.{0,2}|[A-Za-z]:)[\\/]|\.(?:pem|crt|cer|cert|key|der|p12|pfx|csr)$/i.test(trimmed))
    return 'path';
  if (/^MI[A-Za-z0-9+/=\s]+$/.test(trimmed)) return cutBase64(trimmed);
  return 'unknown';
}

function cutBase64(text: string): Damage {
  const bytes = Buffer.from(text.replace(/\s+/g, ''), 'base64');
  return !isSequence(bytes) && (statedLength(bytes) ?? 0) > bytes.length ? 'truncated' : 'unknown';
}
