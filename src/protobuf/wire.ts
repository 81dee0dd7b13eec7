import { NexusctlError } from '../errors/nexusctl-error.ts';

/**
 * The protobuf wire format, read and written by field number: https://protobuf.dev/programming-guides/encoding/.
 * A message is the list of its fields; what the caller does not know it writes back from `raw`, so unknown fields
 * survive byte for byte. Values are views of the input: nothing is copied, nothing is allocated by a length that was
 * not checked against the bytes that are there.
 */
export interface Field {
  readonly number: number;
  readonly wireType: 0 | 1 | 2 | 3 | 5;
  /** The contents: of a string, bytes, message or group; the 4 or 8 fixed bytes; the bytes of a varint. */
  readonly value: Buffer;
  /** The whole field with its tag, as it stands in the message. */
  readonly raw: Buffer;
}

export const wireType = { varint: 0, fixed64: 1, bytes: 2, group: 3, fixed32: 5 } as const;

const deepestGroup = 100;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The same bytes as a Buffer. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @throws NexusctlError PROTOBUF_INVALID when the bytes are not a sequence of whole fields */
export function readFields(message: Uint8Array): Field[] {
  const bytes = bufferOf(message);
  const fields: Field[] = [];
  const place = makePlace();
  for (let at = 0; at < bytes.length; at = place.end) {
    nextField(bytes, at, bytes.length, place);
    const { number, wireType, from, to, end } = place;
    fields.push({ number, wireType, value: bytes.subarray(from, to), raw: bytes.subarray(at, end) });
  }
  return fields;
}

/** Where a field stands in the bytes of its message: what `nextField` fills in. */
export interface FieldPlace {
  number: number;
  wireType: Field['wireType'];
  /** Its contents. */
  from: number;
  to: number;
  /** Where the next one starts. */
  end: number;
}

export function makePlace(): FieldPlace {
  return { number: 0, wireType: wireType.varint, from: 0, to: 0, end: 0 };
}

/**
 * Finds the field at `at` of a message that ends at `limit`, without making an object of it: for messages by the
 * thousand, and with a million fields.
 * @throws NexusctlError PROTOBUF_INVALID
 */
export function nextField(bytes: Buffer, at: number, limit: number, place: FieldPlace, depth = 0): void {
  const afterTag = endOfVarint(bytes, at, limit);
  const tag = Number(varint(bytes, at, afterTag));
  const number = Math.floor(tag / 8);
  if (number < 1 || number > 0x1fffffff) throw invalid(at, `field number ${String(number)}`);
  let from = afterTag;
  let to = afterTag;
  let after = 0;
  switch (tag % 8) {
    case wireType.varint:
      to = endOfVarint(bytes, afterTag, limit);
      break;
    case wireType.fixed64:
      to = afterTag + 8;
      break;
    case wireType.fixed32:
      to = afterTag + 4;
      break;
    case wireType.bytes:
      from = endOfVarint(bytes, afterTag, limit);
      to = from + Number(varint(bytes, afterTag, from));
      break;
    case wireType.group:
      to = endOfGroup(bytes, at, afterTag, limit, number, depth);
      after = endOfVarint(bytes, to, limit) - to;
      break;
    default:
      throw invalid(at, `wire type ${String(tag % 8)}`);
  }
  if (to > limit) throw invalid(at, 'a length beyond the end');
  place.number = number;
  place.wireType = (tag % 8) as Field['wireType'];
  place.from = from;
  place.to = to;
  place.end = to + after;
}

/** Where the end tag of a group stands. */
function endOfGroup(bytes: Buffer, start: number, from: number, limit: number, number: number, depth: number): number {
  if (depth >= deepestGroup) throw invalid(start, 'groups nested too deep');
  const inner = makePlace();
  for (let at = from; at < limit; at = inner.end) {
    if (Number(varint(bytes, at, endOfVarint(bytes, at, limit))) === number * 8 + 4) return at;
    nextField(bytes, at, limit, inner, depth + 1);
  }
  throw invalid(start, 'a group without its end');
}

function endOfVarint(bytes: Buffer, start: number, limit: number): number {
  const most = Math.min(limit, start + 10);
  for (let at = start; at < most; at += 1) if ((bytes[at] ?? 0x80) < 0x80) return at + 1;
  throw invalid(start, 'a varint without its end');
}

/** An unsigned varint; a bigint only where a number would not be exact. */
export function varint(bytes: Buffer, start: number, end: number): number | bigint {
  if (end - start <= 7) {
    let value = 0;
    for (let at = end - 1; at >= start; at -= 1) value = value * 128 + ((bytes[at] ?? 0) & 0x7f);
    return value;
  }
  let value = 0n;
  for (let at = end - 1; at >= start; at -= 1) value = (value << 7n) | BigInt((bytes[at] ?? 0) & 0x7f);
  return BigInt.asUintN(64, value);
}

/** The value of a varint field as an unsigned 64-bit number (`BigInt.asIntN(64, …)` makes an int64 of it). */
export function bigintOf(field: Field): bigint {
  if (field.wireType !== wireType.varint) throw invalid(0, `field ${String(field.number)} is not a varint`);
  return BigInt(varint(field.value, 0, field.value.length));
}

/** The value of a varint field that is known to be small: an enum, a boolean, a count, a size. Inexact above 2^53. */
export function numberOf(field: Field): number {
  return Number(bigintOf(field));
}

/** @throws NexusctlError PROTOBUF_INVALID when the field is no text (proto3 strings are UTF-8) */
export function textOf(field: Field): string {
  if (field.wireType !== wireType.bytes) throw invalid(0, `field ${String(field.number)} is not a string`);
  return utf8Text(field.value);
}

/** @throws NexusctlError PROTOBUF_INVALID */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalid(0, 'a string that is not UTF-8');
  }
}

export function varintField(number: number, value: number | bigint): Buffer {
  return Buffer.from([...varintBytes(number * 8 + wireType.varint), ...varintBytes(value)]);
}

/** A string, bytes or an embedded message. */
export function bytesField(number: number, value: Uint8Array | string): Buffer {
  const contents = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([fieldHead(number, contents.length), contents]);
}

/** What stands before the contents of such a field. */
export function fieldHead(number: number, length: number): Buffer {
  return Buffer.from([...varintBytes(number * 8 + wireType.bytes), ...varintBytes(length)]);
}

/** An unsigned varint; a negative number is written as its 64-bit two's complement, as int32 and int64 are. */
function varintBytes(value: number | bigint): number[] {
  const bytes: number[] = [];
  if (typeof value === 'number' && value >= 0 && value < 0x80000000) {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    return [...bytes, rest];
  }
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

function invalid(at: number, what: string): NexusctlError {
  return new NexusctlError('PROTOBUF_INVALID', `not a protobuf message: ${what} at byte ${String(at)}`);
}
