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
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws NexusctlError PROTOBUF_INVALID when the bytes are not a sequence of whole fields */
export function readFields(message: Uint8Array): Field[] {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; at = at + (fields.at(-1)?.raw.length ?? 0)) fields.push(readField(bytes, at, 0));
  return fields;
}

/**
 * Goes over the fields of `bytes[from, to)` without making an object of each: for messages with a million of them.
 * @param visit gets the place of a field's contents, and of the whole field from `start` to `end`
 * @throws NexusctlError PROTOBUF_INVALID
 */
export function scanFields(
  bytes: Buffer,
  from: number,
  to: number,
  visit: (number: number, wireType: Field['wireType'], from: number, to: number, start: number, end: number) => void,
): void {
  for (let at = from; at < to;) {
    const tag = bytes[at] ?? 0;
    const length = bytes[at + 1] ?? 0x80;
    // One byte of tag, one of length: nearly every field of text there is.
    const short = tag < 0x80 && (tag & 7) === wireType.bytes && length < 0x80 && tag > 7 && at + 2 + length <= to;
    if (short) {
      visit(tag >> 3, wireType.bytes, at + 2, at + 2 + length, at, at + 2 + length);
      at += 2 + length;
      continue;
    }
    const field = readField(bytes, at, 0);
    const end = at + field.raw.length;
    if (end > to) throw invalid(at, 'a length beyond the end');
    const contents = field.value.byteOffset - bytes.byteOffset;
    visit(field.number, field.wireType, contents, contents + field.value.length, at, end);
    at = end;
  }
}

function readField(bytes: Buffer, start: number, depth: number): Field {
  const afterTag = endOfVarint(bytes, start);
  const tag = Number(varint(bytes, start, afterTag));
  const number = Math.floor(tag / 8);
  const type = tag % 8;
  if (number < 1 || number > 0x1fffffff) throw invalid(start, `field number ${String(number)}`);
  const field = (wireType: Field['wireType'], from: number, to: number, end = to): Field => {
    if (to > bytes.length) throw invalid(start, 'a length beyond the end');
    return { number, wireType, value: bytes.subarray(from, to), raw: bytes.subarray(start, end) };
  };
  switch (type) {
    case wireType.varint:
      return field(type, afterTag, endOfVarint(bytes, afterTag));
    case wireType.fixed64:
      return field(type, afterTag, afterTag + 8);
    case wireType.fixed32:
      return field(type, afterTag, afterTag + 4);
    case wireType.bytes: {
      const from = endOfVarint(bytes, afterTag);
      return field(type, from, from + Number(varint(bytes, afterTag, from)));
    }
    case wireType.group: {
      if (depth >= deepestGroup) throw invalid(start, 'groups nested too deep');
      for (let at = afterTag; at < bytes.length;) {
        const next = endOfVarint(bytes, at);
        if (Number(varint(bytes, at, next)) === number * 8 + 4) return field(type, afterTag, at, next);
        at += readField(bytes, at, depth + 1).raw.length;
      }
      throw invalid(start, 'a group without its end');
    }
    default:
      throw invalid(start, `wire type ${String(type)}`);
  }
}

function endOfVarint(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length && at < start + 10; at += 1) if (bytes.readUInt8(at) < 0x80) return at + 1;
  throw invalid(start, 'a varint without its end');
}

function varint(bytes: Buffer, start: number, end: number): number | bigint {
  if (end - start <= 4) {
    let value = 0;
    for (let at = end - 1; at >= start; at -= 1) value = value * 128 + (bytes.readUInt8(at) & 0x7f);
    return value;
  }
  let value = 0n;
  for (let at = end - 1; at >= start; at -= 1) value = (value << 7n) | BigInt(bytes.readUInt8(at) & 0x7f);
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
  try {
    return utf8.decode(field.value);
  } catch {
    throw invalid(0, `field ${String(field.number)} is not UTF-8`);
  }
}

export function varintField(number: number, value: number | bigint): Buffer {
  return Buffer.from([...varintBytes(number * 8 + wireType.varint), ...varintBytes(value)]);
}

/** A string, bytes or an embedded message. */
export function bytesField(number: number, value: Uint8Array | string): Buffer {
  const contents = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([
    Buffer.from([...varintBytes(number * 8 + wireType.bytes), ...varintBytes(contents.length)]),
    contents,
  ]);
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
