/** One element of DER (ITU-T X.690): a tag, and its content. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The whole element, tag and length included. */
  readonly bytes: Uint8Array;
}

export const tags = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, sequence: 0x30, set: 0x31 } as const;

/**
 * Reads the element at an offset.
 * @returns null when there is none, or when it is longer than the bytes that are there
 */
export function readDer(bytes: Uint8Array, at = 0): Der | null {
  const size = lengthOf(bytes, at);
  if (size === null || at + size.header + size.content > bytes.length) return null;
  const end = at + size.header + size.content;
  return { tag: bytes[at] ?? 0, content: bytes.subarray(at + size.header, end), bytes: bytes.subarray(at, end) };
}

/** Bytes that the element at the start says it has; null when its header makes no sense. */
export function statedLength(bytes: Uint8Array): number | null {
  const size = lengthOf(bytes, 0);
  return size === null ? null : size.header + size.content;
}

/** The elements inside a constructed one; those before the first that is broken. */
export function children(der: Der | null | undefined): readonly Der[] {
  const found: Der[] = [];
  for (let at = 0; der && at < der.content.length;) {
    const child = readDer(der.content, at);
    if (child === null) break;
    found.push(child);
    at += child.bytes.length;
  }
  return found;
}

/** The element is one whole SEQUENCE with nothing behind it. */
export function isSequence(bytes: Uint8Array): boolean {
  return bytes[0] === tags.sequence && statedLength(bytes) === bytes.length;
}

/** An object identifier in dots; empty when the element is none. */
export function oidOf(der: Der | undefined): string {
  if (der?.tag !== tags.oid || der.content.length === 0) return '';
  const arcs: number[] = [];
  let value = 0;
  for (const byte of der.content) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    arcs.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...rest].join('.');
}

/** Whether a bit of a BIT STRING is set, counted from the left as X.509 does. */
export function hasBit(bits: Der | undefined, index: number): boolean {
  const byte = bits?.content[1 + (index >> 3)] ?? 0;
  return (byte & (0x80 >> (index & 7))) !== 0;
}

function lengthOf(bytes: Uint8Array, at: number): { readonly header: number; readonly content: number } | null {
  const first = bytes[at + 1];
  if (first === undefined) return null;
  if (first < 0x80) return { header: 2, content: first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) return null;
  let content = 0;
  for (let index = 0; index < count; index += 1) {
    const byte = bytes[at + 2 + index];
    if (byte === undefined) return null;
    content = content * 256 + byte;
  }
  return { header: 2 + count, content };
}
