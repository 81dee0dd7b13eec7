import { bigintOf, bytesField, readFields, textOf, varintField, wireType } from '../protobuf/wire.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';

/**
 * temporal.api.common.v1.Payload. Metadata keeps its order and unknown fields their bytes, so that a payload that is
 * only passed through comes out with the same contents.
 */
export interface Payload {
  readonly metadata: ReadonlyMap<string, Buffer>;
  readonly data: Buffer;
  /** Sizes in bytes of what lies in external storage. */
  readonly externalPayloads: readonly bigint[];
  /** Fields that this version does not know, as they stood in the message. */
  readonly unknown: readonly Buffer[];
}

export function makePayload(
  metadata: Readonly<Record<string, string | Uint8Array>>,
  data: Uint8Array | string = Buffer.alloc(0),
): Payload {
  return {
    metadata: new Map(Object.entries(metadata).map(([key, value]) => [key, Buffer.from(value)])),
    data: Buffer.from(data),
    externalPayloads: [],
    unknown: [],
  };
}

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

const encodings = new WeakMap<ReadonlyMap<string, Buffer>, string>();

/** @throws NexusctlError PROTOBUF_INVALID when the bytes are no message of this type */
export function decodePayload(bytes: Uint8Array): Payload {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = metadataEnd(message);
  const metadata = sameMetadata(message.subarray(0, end));
  let own: Map<string, Buffer> | null = null;
  let data: Buffer = empty;
  const externalPayloads: bigint[] = [];
  const unknown: Buffer[] = [];
  for (const field of readFields(message.subarray(end))) {
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

const empty = Buffer.alloc(0);

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

const metadataMemo = new Map<string, ReadonlyMap<string, Buffer>>();
const metadataMemoSize = 256;

/** The payloads of a history carry few different metadata: each is read once. */
function sameMetadata(entries: Buffer): ReadonlyMap<string, Buffer> {
  const text = entries.toString('latin1');
  const known = metadataMemo.get(text);
  if (known !== undefined) return known;
  const metadata = new Map<string, Buffer>();
  // A copy of its own: what is remembered must not hold the document it came from.
  for (const field of readFields(Buffer.from(entries))) readEntry(field.value, metadata);
  if (metadataMemo.size >= metadataMemoSize) metadataMemo.clear();
  if (text.length <= 4096) metadataMemo.set(text, metadata);
  return metadata;
}

/** The proto form of a payload. */
export function encodePayload(payload: Payload): Buffer {
  const parts: Buffer[] = [];
  for (const [key, value] of payload.metadata)
    parts.push(bytesField(1, Buffer.concat([bytesField(1, key), bytesField(2, value)])));
  if (payload.data.length > 0) parts.push(bytesField(2, payload.data));
  for (const size of payload.externalPayloads) parts.push(bytesField(3, size === 0n ? '' : varintField(1, size)));
  return Buffer.concat([...parts, ...payload.unknown]);
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
