import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { limits } from '../model/limits.ts';

/**
 * A reader of JSON that never makes values: it says where they stand in the bytes, so that a document can be changed
 * in places and every other byte (numbers, spacing, key order, duplicate keys) comes out as it went in.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
export const openBrace = 0x7b;
export const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;

/** Where the next token starts. Spaces, tabs and line ends, as JSON has them. */
export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

/**
 * The same where a token must follow. So nobody reads behind the bytes, which would make V8 give up its compiled code
 * at the end of each chunk.
 */
function tokenAt(bytes: Uint8Array, from: number, wanted: string): number {
  const at = skipSpace(bytes, from);
  if (at >= bytes.length) throw invalidJson(bytes, at, wanted);
  return at;
}

/** Where the value that starts at `from` ends. @throws NexusctlError INPUT_INVALID | LIMIT_EXCEEDED */
export function skipValue(bytes: Buffer, from: number, depth = 0): number {
  const end = skipNoting(bytes, from, depth);
  return end < 0 ? ~end : end;
}

/**
 * The same, noting on the way whether an object in it has a `metadata`, as every payload has.
 * @returns where the value ends; the complement (`~`) of that when there may be a payload in it
 */
export function skipNoting(bytes: Buffer, from: number, depth: number): number {
  const byte = bytes[from];
  if (byte === quote) return skipString(bytes, from);
  if (byte !== openBrace && byte !== openBracket) return skipScalar(bytes, from);
  const isObject = byte === openBrace;
  let noted = false;
  let at = isObject ? firstMember(bytes, from, depth) : firstElement(bytes, from, depth);
  while (at >= 0) {
    let value = at;
    if (isObject) {
      const end = keyEnd(bytes, at);
      noted ||= isMetadata(bytes, at, end);
      value = valueStart(bytes, end);
    }
    let end = skipNoting(bytes, value, depth + 1);
    if (end < 0) {
      noted = true;
      end = ~end;
    }
    at = isObject ? nextMember(bytes, end) : nextElement(bytes, end);
  }
  return noted ? at : ~at;
}

/** Whether the key is `"metadata"`, with escapes or without. */
function isMetadata(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start + 1];
  if (first !== 0x6d && first !== backslash) return false;
  return end - start >= 10 && stringAt(bytes, { start, end }) === 'metadata';
}

/**
 * Where the first key of the object at `from` stands. The complement (`~`) of its end when it has no member: so a loop
 * over members runs `while (at >= 0)`, and `~at` is where the object ends.
 */
export function firstMember(bytes: Buffer, from: number, depth: number): number {
  if (depth >= limits.depth) throw tooDeep(from);
  const at = tokenAt(bytes, from + 1, 'a key');
  return bytes[at] === closeBrace ? ~(at + 1) : at;
}

/** Where the next key stands behind a value, or the complement of the object's end. */
export function nextMember(bytes: Buffer, valueEnd: number): number {
  const at = tokenAt(bytes, valueEnd, "',' or '}'");
  if (bytes[at] === comma) return tokenAt(bytes, at + 1, 'a key');
  if (bytes[at] === closeBrace) return ~(at + 1);
  throw invalidJson(bytes, at, "',' or '}'");
}

/** Where the key at `at` ends, quotes included. */
export function keyEnd(bytes: Buffer, at: number): number {
  if (bytes[at] !== quote) throw invalidJson(bytes, at, 'a key');
  return skipString(bytes, at);
}

/** Where the value behind a key starts. */
export function valueStart(bytes: Buffer, behindKey: number): number {
  const at = tokenAt(bytes, behindKey, "':'");
  if (bytes[at] !== colon) throw invalidJson(bytes, at, "':'");
  return tokenAt(bytes, at + 1, 'a value');
}

/** As `firstMember`, for the elements of an array. */
export function firstElement(bytes: Buffer, from: number, depth: number): number {
  if (depth >= limits.depth) throw tooDeep(from);
  const at = tokenAt(bytes, from + 1, 'a value');
  return bytes[at] === closeBracket ? ~(at + 1) : at;
}

export function nextElement(bytes: Buffer, valueEnd: number): number {
  const at = tokenAt(bytes, valueEnd, "',' or ']'");
  if (bytes[at] === comma) return tokenAt(bytes, at + 1, 'a value');
  if (bytes[at] === closeBracket) return ~(at + 1);
  throw invalidJson(bytes, at, "',' or ']'");
}

/** Visits the members of an object: gets the key with its quotes and where its value starts, returns its end. */
export function eachMember(
  bytes: Buffer,
  from: number,
  depth: number,
  visit: (bytes: Buffer, key: Span, from: number, depth: number) => number,
): number {
  let at = firstMember(bytes, from, depth);
  while (at >= 0) {
    const key = { start: at, end: keyEnd(bytes, at) };
    at = nextMember(bytes, visit(bytes, key, valueStart(bytes, key.end), depth + 1));
  }
  return ~at;
}

/** Visits the elements of an array: gets the index and where the element starts, returns its end. */
export function eachElement(
  bytes: Buffer,
  from: number,
  depth: number,
  visit: (bytes: Buffer, index: number, from: number, depth: number) => number,
): number {
  let at = firstElement(bytes, from, depth);
  for (let index = 0; at >= 0; index += 1) at = nextElement(bytes, visit(bytes, index, at, depth + 1));
  return ~at;
}

/** Short strings are walked; the search for the end of a long one is left to the machine's own search for a byte. */
function skipString(bytes: Buffer, from: number): number {
  let at = from + 1;
  for (const near = Math.min(bytes.length, at + 48); at < near; at += 1) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash) at += 1;
  }
  for (;;) {
    const end = bytes.indexOf(quote, at);
    if (end === -1) throw invalidJson(bytes, bytes.length, 'the end of a string');
    let escapes = 0;
    while (bytes[end - 1 - escapes] === backslash && end - 1 - escapes >= at) escapes += 1;
    if (escapes % 2 === 0) return end + 1;
    at = end + 1;
  }
}

function skipScalar(bytes: Buffer, from: number): number {
  let at = from;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte <= 0x20 || byte === comma || byte === closeBrace || byte === closeBracket || byte === colon) break;
  }
  if (isDigits(bytes, from, at)) return at;
  const text = at - from > 64 ? '' : bytes.toString('latin1', from, at);
  if (/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(text) || isLongNumber(bytes, from, at))
    return at;
  throw invalidJson(bytes, at === bytes.length ? at : from, 'a value');
}

function isDigits(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (bytes.readUInt8(at) < 0x30 || bytes.readUInt8(at) > 0x39) return false;
  return to > from && (bytes[from] !== 0x30 || to - from === 1);
}

function isLongNumber(bytes: Buffer, from: number, to: number): boolean {
  return (
    to - from > 64 && to - from < 4096 && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(bytes.toString('latin1', from, to))
  );
}

/** The text of a string at `span` (quotes included), escapes undone. */
export function stringAt(bytes: Buffer, span: Span): string {
  const inside = bytes.toString('utf8', span.start + 1, span.end - 1);
  if (!inside.includes('\\') && !/[\u0000-\u001f]/.test(inside)) return inside;
  try {
    return JSON.parse(bytes.toString('utf8', span.start, span.end)) as string;
  } catch {
    throw invalidJson(bytes, span.start, 'a string');
  }
}

export function isString(bytes: Buffer, at: number): boolean {
  return bytes[at] === quote;
}

/** Whether the value at `at` is `null`: nothing else begins with that letter. */
export function isNull(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0x6e;
}

export function invalidJson(bytes: Uint8Array, at: number, wanted: string): NexusctlError {
  const found = at >= bytes.length ? 'the end' : `byte 0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
  return new NexusctlError('INPUT_INVALID', `not JSON: ${wanted} is wanted at byte ${String(at)}, found ${found}`, {
    hint: 'check that the whole document was saved; `jq . FILE` shows the same place',
    details: { truncated: at >= bytes.length },
  });
}

/** Whether a value is not whole only because the bytes end. */
export function isTruncated(error: unknown): boolean {
  return error instanceof NexusctlError && error.details?.['truncated'] === true;
}

/** Runs a scan as far as the bytes go. */
export function untilTruncated(scan: () => unknown): void {
  try {
    scan();
  } catch (error) {
    if (!isTruncated(error)) throw error;
  }
}

function tooDeep(at: number): NexusctlError {
  return new NexusctlError(
    'LIMIT_EXCEEDED',
    `JSON nested deeper than ${String(limits.depth)} levels at byte ${String(at)}`,
  );
}
