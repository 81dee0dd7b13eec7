import {
  bigintOf,
  bufferOf,
  bytesField,
  fieldHead,
  readFields,
  textOf,
  varintField,
  wireType,
} from '../../protobuf/wire.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { makeByteCache } from './byte-cache.ts';
import { metadataOf, type Metadata } from './metadata.ts';

/**
 * temporal.api.common.v1.Payload. Metadata keeps its order and unknown fields their bytes, so that a payload that is
 * only passed through comes out with the same contents.
 */
export interface Payload {
  readonly metadata: Metadata;
  readonly data: Buffer;
  /** Sizes in bytes of what lies in external storage. */
  readonly externalPayloads: readonly bigint[];
  /** Fields that this version does not know, as they stood in the message. */
  readonly unknown: readonly Buffer[];
}

/** @param data shared, not copied */
export function makePayload(
  metadata: Readonly<Record<string, string | Uint8Array>>,
  data: Uint8Array | string = empty,
): Payload {
  const values = Object.values(metadata).map((value) => (typeof value === 'string' ? Buffer.from(value) : value));
  return {
    metadata: metadataOf(Object.keys(metadata), values),
    data: typeof data === 'string' ? Buffer.from(data) : bufferOf(data),
    externalPayloads: none,
    unknown: none,
  };
}

const empty = Buffer.alloc(0);
const none: readonly never[] = [];

/** A metadata value as text; undefined when it is not there. */
export function metadataText(payload: Payload, key: string): string | undefined {
  return payload.metadata.get(key)?.toString('utf8');
}

/** The encoding; empty when the payload names none. */
export function encodingOf(payload: Payload): string {
  const known = encodings.get(payload.metadata);
  if (known !== undefined) return known;
  const encoding = metadataText(payload, 'encoding') ?? '';
  encodings.set(payload.metadata, encoding);
  return encoding;
}

const encodings = new WeakMap<Metadata, string>();

/** @throws NexusctlError PROTOBUF_INVALID when the bytes are no message of this type */
export function decodePayload(bytes: Uint8Array): Payload {
  const message = bufferOf(bytes);
  const end = metadataEnd(message);
  const metadata = sameMetadata(message, end);
  const data = onlyData(message, end);
  return data === null
    ? decodeRest(message.subarray(end), metadata)
    : { metadata, data, externalPayloads: none, unknown: none };
}

/** The data when nothing else follows the metadata, as nearly every writer has it; else null. */
function onlyData(message: Buffer, from: number): Buffer | null {
  if (from === message.length) return empty;
  if (message[from] !== 0x12) return null;
  let length = 0;
  let at = from + 1;
  for (let shift = 1; at < from + 5; shift *= 128) {
    const byte = message[at] ?? 0x80;
    length += (byte & 0x7f) * shift;
    at += 1;
    if (byte < 0x80) return at + length === message.length ? message.subarray(at) : null;
  }
  return null;
}

function decodeRest(message: Buffer, metadata: Metadata): Payload {
  let own: Map<string, Buffer> | null = null;
  let data: Buffer = empty;
  const externalPayloads: bigint[] = [];
  const unknown: Buffer[] = [];
  for (const field of readFields(message)) {
    if (field.wireType !== wireType.bytes || field.number > 3) {
      unknown.push(field.raw);
      continue;
    }
    if (field.number === 2) data = field.value;
    else if (field.number === 1) readEntry(field.value, (own ??= new Map(metadata)));
    else externalPayloads.push(readSize(field.value));
  }
  return { metadata: own ?? metadata, data, externalPayloads, unknown };
}

/** Where the metadata entries at the start of a message end: nearly every writer puts them there, each short. */
function metadataEnd(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === 0x0a) {
    const length = bytes[at + 1] ?? 0x80;
    if (length >= 0x80 || at + 2 + length > bytes.length) break;
    at += 2 + length;
  }
  return at;
}

const metadataCache = makeByteCache<Metadata>(256, 4096);

/** The payloads of a history carry few different metadata: each is read once. */
function sameMetadata(message: Buffer, end: number): Metadata {
  const known = metadataCache.get(message, 0, end);
  if (known !== undefined) return known;
  const metadata = new Map<string, Buffer>();
  // A copy of its own: what is remembered must not hold the document it came from.
  for (const field of readFields(Buffer.from(message.subarray(0, end)))) readEntry(field.value, metadata);
  metadataCache.set(message, 0, end, metadata);
  return metadata;
}

/** The proto form of a payload. */
export function encodePayload({ metadata, data, externalPayloads, unknown }: Payload): Buffer {
  const parts = [encodeMetadata(metadata)];
  if (data.length > 0) parts.push(fieldHead(2, data.length), data);
  for (const size of externalPayloads) parts.push(bytesField(3, size === 0n ? '' : varintField(1, size)));
  return Buffer.concat([...parts, ...unknown]);
}

const encoded = new WeakMap<Metadata, Buffer>();

/** Payloads of a document share their metadata. */
function encodeMetadata(metadata: Metadata): Buffer {
  const known = encoded.get(metadata);
  if (known !== undefined) return known;
  const entries = [...metadata].map(([key, value]) =>
    bytesField(1, Buffer.concat([bytesField(1, key), bytesField(2, value)])),
  );
  const bytes = Buffer.concat(entries);
  encoded.set(metadata, bytes);
  return bytes;
}

/** The inner payload of a codec layer; what is not one is corrupt or was opened with a wrong key. */
export function innerPayload(bytes: Uint8Array, what: string): Payload {
  try {
    return decodePayload(bytes);
  } catch (error) {
    throw new NexusctlError('PAYLOAD_MALFORMED', `${what} does not hold a payload`, { cause: error });
  }
}

function readEntry(bytes: Buffer, metadata: Map<string, Buffer>): void {
  let key = '';
  let value: Buffer = empty;
  for (const field of readFields(bytes)) {
    if (field.wireType !== wireType.bytes) continue;
    if (field.number === 1) key = textOf(field);
    if (field.number === 2) value = field.value;
  }
  metadata.set(key, value);
}

function readSize(bytes: Buffer): bigint {
  const field = readFields(bytes).find(({ number, wireType: type }) => number === 1 && type === wireType.varint);
  return field === undefined ? 0n : BigInt.asIntN(64, bigintOf(field));
}
