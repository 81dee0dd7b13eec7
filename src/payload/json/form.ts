import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { makeByteCache } from '../model/byte-cache.ts';
import { jsonKey } from './key.ts';
import {
  eachElement,
  eachMember,
  firstMember,
  isNull,
  isString,
  keyEnd,
  nextMember,
  openBrace,
  openBracket,
  skipValue,
  stringAt,
  valueStart,
} from './scan.ts';
import { makeJsonText, put, putBytes, written, type JsonText } from './text.ts';
import type { Payload } from '../model/payload.ts';

/** Where the parts of a payload stand, each a JSON value; -1 for a part that is not there. */
export interface PayloadParts {
  readonly metadataStart: number;
  readonly metadataEnd: number;
  readonly dataStart: number;
  readonly dataEnd: number;
}

/**
 * The proto3 JSON form of a Payload: `{"metadata":{"encoding":BASE64},"data":BASE64,"externalPayloads":[{"sizeBytes":"1"}]}`.
 * Reads the standard and the URL-safe alphabet, padded or not, and both spellings of external payloads (Go's remote codec
 * client writes `external_payloads` and `size_bytes`); writes the standard alphabet and the schema's names.
 * @throws NexusctlError PAYLOAD_MALFORMED naming the field
 */
export function readPayloadJson(bytes: Buffer, from: number, depth = 0): Payload {
  return payloadAt(bytes, from, depth).payload;
}

/** The same, with where the payload ends. */
export function payloadAt(
  bytes: Buffer,
  from: number,
  depth: number,
): { readonly payload: Payload; readonly end: number } {
  let metadata: ReadonlyMap<string, Buffer> = noMetadata;
  let data = noData;
  const externalPayloads: bigint[] = [];
  let at = firstMember(bytes, from, depth);
  while (at >= 0) {
    const behindKey = keyEnd(bytes, at);
    const { name } = jsonKey(bytes, at, behindKey);
    const value = valueStart(bytes, behindKey);
    const end = skipValue(bytes, value, depth + 1);
    if (!isNull(bytes, value)) {
      if (name === 'metadata') metadata = sameMetadata(bytes, value, end, depth + 1);
      else if (name === 'data') data = base64At(bytes, value, end, 'data');
      else if (name === 'externalPayloads' || name === 'external_payloads')
        readSizes(bytes, value, depth + 1, externalPayloads);
      else throw malformed(`it has a field '${name}' that a payload does not have`);
    }
    at = nextMember(bytes, end);
  }
  return { payload: { metadata, data, externalPayloads, unknown: [] }, end: ~at };
}

/** A payload of which it is known where its parts stand: nothing is read twice. @throws NexusctlError PAYLOAD_MALFORMED */
export function payloadOfParts(bytes: Buffer, parts: PayloadParts): Payload {
  const { metadataStart, metadataEnd, dataStart, dataEnd } = parts;
  const hasMetadata = metadataStart !== -1 && !isNull(bytes, metadataStart);
  const hasData = dataStart !== -1 && !isNull(bytes, dataStart);
  return {
    metadata: hasMetadata ? sameMetadata(bytes, metadataStart, metadataEnd, 1) : noMetadata,
    data: hasData ? base64At(bytes, dataStart, dataEnd, 'data') : noData,
    externalPayloads: [],
    unknown: [],
  };
}

const noMetadata: ReadonlyMap<string, Buffer> = new Map();
const noData: Buffer = Buffer.alloc(0);
const metadataCache = makeByteCache<ReadonlyMap<string, Buffer>>(256, 4096);

/** The payloads of a history carry few different metadata: each is read once. */
function sameMetadata(bytes: Buffer, from: number, to: number, depth: number): ReadonlyMap<string, Buffer> {
  const known = metadataCache.get(bytes, from, to);
  if (known !== undefined) return known;
  const metadata = new Map<string, Buffer>();
  readMetadata(bytes, from, depth, metadata);
  metadataCache.set(bytes, from, to, metadata);
  return metadata;
}

function readMetadata(bytes: Buffer, from: number, depth: number, metadata: Map<string, Buffer>): void {
  if (bytes[from] !== openBrace) throw malformed('metadata is not an object');
  eachMember(bytes, from, depth, (_bytes, key, at, inner) => {
    const name = stringAt(bytes, key);
    const end = skipValue(bytes, at, inner);
    const value = base64At(bytes, at, end, `metadata.${name}`);
    if (name === 'encoding' && !isPrintable(value)) throw notBase64(bytes, at, end, 'metadata.encoding');
    metadata.set(name, value);
    return end;
  });
}

/** `application/json`-like names are valid base64 by accident: what decodes to noise was never encoded. */
function isPrintable(value: Buffer): boolean {
  return value.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

function readSizes(bytes: Buffer, from: number, depth: number, sizes: bigint[]): void {
  if (bytes[from] !== openBracket) throw malformed('externalPayloads is not a list');
  eachElement(bytes, from, depth, (_bytes, _index, at, inner) => {
    const end = skipValue(bytes, at, inner);
    const entry = JSON.parse(bytes.toString('utf8', at, end)) as Record<string, unknown> | null;
    const size = entry?.['sizeBytes'] ?? entry?.['size_bytes'] ?? 0;
    const value = isWhole(size) ? BigInt(size) : null;
    if (value === null || BigInt.asIntN(64, value) !== value)
      throw malformed('externalPayloads has a size that is no whole number of 64 bits');
    sizes.push(value);
    return end;
  });
}

/** A number that JSON.parse has rounded is none. */
function isWhole(size: unknown): size is string | number {
  return typeof size === 'string' ? /^-?\d{1,19}$/.test(size) : Number.isSafeInteger(size);
}

/** @returns the bytes of a base64 string; strict: a character that is no base64 is an error, not skipped */
function base64At(bytes: Buffer, start: number, end: number, what: string): Buffer {
  if (isNull(bytes, start)) return Buffer.alloc(0);
  if (!isString(bytes, start))
    throw what === 'data' ? readable('data is the value itself') : malformed(`${what} is not a string`);
  const value = decodeBase64(bytes.toString('latin1', start + 1, end - 1));
  if (value !== null) return value;
  const unescaped = decodeBase64(stringAt(bytes, { start, end }).replace(/[\r\n]/g, ''));
  if (unescaped === null) throw notBase64(bytes, start, end, what);
  return unescaped;
}

/** Standard or URL-safe, padded or not; null when it is not base64. */
export function decodeBase64(text: string): Buffer | null {
  let length = text.length;
  while (length > 0 && text.length - length < 2 && text.charCodeAt(length - 1) === 0x3d) length -= 1;
  if (length % 4 === 1) return null;
  // Node skips what is not base64; then the result is too short.
  const value = Buffer.from(text, 'base64');
  return value.length === Math.floor((length * 3) / 4) ? value : null;
}

/** The same, but only what an encoder writes: no two texts for the same bytes, so that every changed character shows. */
export function decodeCanonicalBase64(text: string): Buffer | null {
  const value = decodeBase64(text);
  const spelled = (encoding: 'base64' | 'base64url'): string => (value?.toString(encoding) ?? '').replace(/=+$/, '');
  const bare = text.replace(/={1,2}$/, '');
  return bare === spelled('base64') || bare === spelled('base64url') ? value : null;
}

function notBase64(bytes: Buffer, start: number, end: number, what: string): NexusctlError {
  const text = bytes.toString('utf8', start + 1, Math.min(end - 1, start + 65));
  const plain = what.endsWith('encoding') && /^[a-z]+\/[\w.+-]+$/i.test(text);
  if (what === 'data') return readable('data is no base64: it may be the value itself');
  return malformed(plain ? `${what} is the plain text '${text}'; it must be base64` : `${what} is not base64`);
}

function readable(what: string): NexusctlError {
  return new NexusctlError('PAYLOAD_MALFORMED', `${what}, as in a readable download of the Web UI`, {
    hint: 'download the history as encoded (or decoded, for replay): its payloads are base64',
  });
}

function malformed(what: string): NexusctlError {
  return new NexusctlError('PAYLOAD_MALFORMED', what, {
    hint: 'payload fields are base64 in JSON, e.g. "encoding": "anNvbi9wbGFpbg==" for json/plain',
  });
}

/** `{"metadata":{…}`, and the same with what opens the data. */
interface Opening {
  readonly bare: Buffer;
  readonly withData: Buffer;
}

const openings = new WeakMap<ReadonlyMap<string, Buffer>, Opening>();

/** Payloads of a document share their metadata. */
function openingOf(metadata: ReadonlyMap<string, Buffer>): Opening {
  const known = openings.get(metadata);
  if (known !== undefined) return known;
  const entries = [...metadata].map(([key, value]) => `${asciiJson(key)}:"${value.toString('base64')}"`);
  const bare = `{"metadata":{${entries.join(',')}}`;
  const opening = { bare: Buffer.from(bare, 'latin1'), withData: Buffer.from(`${bare},"data":"`, 'latin1') };
  openings.set(metadata, opening);
  return opening;
}

/** The proto3 JSON text of a payload, on one line and in ASCII. */
export function putPayload(to: JsonText, { metadata, data, externalPayloads }: Payload): void {
  const { bare, withData } = openingOf(metadata);
  if (data.length === 0) putBytes(to, bare);
  else {
    putBytes(to, withData);
    put(to, data.toString('base64'));
  }
  const end = data.length === 0 ? '}' : '"}';
  if (externalPayloads.length === 0) put(to, end);
  else {
    const sizes = externalPayloads.map((size) => `{"sizeBytes":"${String(size)}"}`);
    put(to, `${end.slice(0, -1)},"externalPayloads":[${sizes.join(',')}]}`);
  }
}

export function payloadJson(payload: Payload): string {
  const text = makeJsonText(payload.data.length * 2 + 256);
  putPayload(text, payload);
  return written(text).toString('latin1');
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
