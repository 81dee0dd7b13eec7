import { NexusctlError } from '../errors/nexusctl-error.ts';
import {
  bytesField,
  makePlace,
  nextField,
  readFields,
  utf8Text,
  varint,
  wireType,
  type Field,
} from '../protobuf/wire.ts';
import { historyEnum, historyMessage, type HistoryField, type HistoryMessage } from './history-schema.ts';
import { payloadJson } from './json-form.ts';
import { limits } from './limits.ts';
import { decodePayload } from './payload.ts';
import { durationJson, timestampJson } from './proto-time.ts';
import { payloadType } from './schema.ts';

/** JSON text that grows. Bytes rather than a string: most of it is base64, and all of it goes into a file. */
export interface JsonText {
  bytes: Buffer;
  length: number;
  /** Called for each field that the schema of this version does not have; it is left out. */
  readonly unknown: () => void;
}

export function makeJsonText(expectedBytes: number, unknown: () => void): JsonText {
  return { bytes: Buffer.allocUnsafe(expectedBytes), length: 0, unknown };
}

/** What was written so far. */
export function written({ bytes, length }: JsonText): Buffer {
  return bytes.subarray(0, length);
}

/** @param text ASCII */
export function put(to: JsonText, text: string): void {
  const { length } = to;
  if (length + text.length > to.bytes.length) grow(to, text.length);
  to.bytes.write(text, length, 'latin1');
  to.length = length + text.length;
}

function grow(to: JsonText, count: number): void {
  const grown = Buffer.allocUnsafe(Math.max(to.bytes.length * 2, to.length + count));
  to.bytes.copy(grown, 0, 0, to.length);
  to.bytes = grown;
}

/** A whole message in its proto3 JSON form; fields that this version does not know are left out. */
export function protoJson(type: string, message: Buffer): Buffer {
  const text = makeJsonText(message.length * 2 + 64, () => undefined);
  putMessage(text, type, message, 0, message.length);
  return written(text);
}

/**
 * Writes the proto3 JSON form of the message of `type` (below temporal.api, of a kind that histories consist of) that
 * stands in `bytes[from, end)`, straight off the wire: names in camel case, enums by name, 64-bit numbers as text, bytes
 * as base64, times in RFC 3339. Members stand in the order of the wire. Zero values are not on it and stay away.
 * @throws NexusctlError PROTOBUF_INVALID | LIMIT_EXCEEDED
 */
export function putMessage(to: JsonText, type: string, bytes: Buffer, from: number, end: number, depth = 0): void {
  switch (type) {
    case payloadType:
      putPayload(to, bytes.subarray(from, end));
      break;
    case 'Timestamp':
      put(to, timestampJson(bytes.subarray(from, end)));
      break;
    case 'Duration':
      put(to, durationJson(bytes.subarray(from, end)));
      break;
    default: {
      if (depth > limits.depth) throw new NexusctlError('LIMIT_EXCEEDED', 'messages nested too deep');
      const schema = historyMessage(type);
      if (isRegular(schema, bytes, from, end)) {
        putMembers(to, schema, bytes, from, end, depth);
        break;
      }
      const message = regrouped(schema, bytes.subarray(from, end));
      putMembers(to, schema, message, 0, message.length, depth);
    }
  }
}

function putPayload(to: JsonText, message: Buffer): void {
  const payload = decodePayload(message);
  if (payload.unknown.length > 0) to.unknown();
  put(to, payloadJson(payload));
}

/** A field that is on the wire in another form than the schema's is one that this version does not know. */
function fits(field: HistoryField, type: number): boolean {
  return type === field.wireType || (field.packed && type === wireType.bytes);
}

/** Whether single fields stand there once, one of each oneof, and those of a list next to each other: as all write it. */
function isRegular(schema: HistoryMessage, bytes: Buffer, from: number, end: number): boolean {
  const place = makePlace();
  // Bits of the slots that were seen; no message has more than 62.
  let low = 0;
  let high = 0;
  let list = -1;
  for (let at = from; at < end; at = place.end) {
    nextField(bytes, at, end, place);
    const field = schema.get(place.number);
    if (field === undefined || !fits(field, place.wireType)) continue;
    const { slot, repeated, map } = field;
    if (slot === list) continue;
    list = repeated || map ? slot : -1;
    const bit = 1 << (slot % 31);
    const seen = slot < 31 ? low : high;
    if ((seen & bit) !== 0) return false;
    if (slot < 31) low |= bit;
    else high |= bit;
  }
  return true;
}

/**
 * The same message in the form that `isRegular` wants, by the rules of protobuf: of a single field and of a oneof the last
 * one counts, a single message that came in pieces is all of them.
 */
function regrouped(schema: HistoryMessage, message: Buffer): Buffer {
  const groups = new Map<number, Field[]>();
  for (const field of readFields(message)) {
    const known = schema.get(field.number);
    const slot = known !== undefined && fits(known, field.wireType) ? known.slot : -1;
    const group = groups.get(slot) ?? [];
    groups.set(slot, group);
    const many = known === undefined || known.repeated || known.map;
    if (!many && slot !== -1 && (known.kind !== 'message' || group[0]?.number !== field.number)) group.length = 0;
    group.push(field);
  }
  const parts = [...groups].flatMap(([slot, group]) => {
    const [first] = group;
    const known = first === undefined ? undefined : schema.get(first.number);
    if (slot === -1 || known === undefined || known.repeated || known.map || group.length === 1)
      return group.map(({ raw }) => raw);
    return [bytesField(known.number, Buffer.concat(group.map(({ value }) => value)))];
  });
  return Buffer.concat(parts);
}

const quote = 0x22;
const openBrace = 0x7b;
const openBracket = 0x5b;

function putMembers(
  to: JsonText,
  schema: HistoryMessage,
  bytes: Buffer,
  from: number,
  end: number,
  depth: number,
): void {
  const place = makePlace();
  const start = to.length;
  let open: HistoryField | null = null;
  let mark = 0;
  for (let at = from; at < end; at = place.end) {
    nextField(bytes, at, end, place);
    const field = schema.get(place.number);
    if (field === undefined || !fits(field, place.wireType)) {
      to.unknown();
      continue;
    }
    if (field !== open) {
      if (open !== null) close(to, mark, open.map);
      open = null;
      put(to, field.key);
      if (field.repeated || field.map) {
        open = field;
        mark = to.length;
      }
    }
    if (field.map) putEntry(to, field, bytes, place.from, place.to, depth);
    else if (!field.repeated) putValue(to, field, bytes, place.from, place.to, depth);
    else if (field.packed && place.wireType === wireType.bytes) putPacked(to, field, bytes, place.from, place.to);
    else {
      put(to, ',');
      putValue(to, field, bytes, place.from, place.to, depth);
    }
  }
  if (open !== null) close(to, mark, open.map);
  close(to, start, true);
}

/** Each member and element was written with a comma before it: the first one's becomes the bracket. */
function close(to: JsonText, start: number, isObject: boolean): void {
  if (to.length === start) put(to, ',');
  to.bytes[start] = isObject ? openBrace : openBracket;
  put(to, isObject ? '}' : ']');
}

/** Keys of maps in the API are strings. */
function putEntry(to: JsonText, map: HistoryField, bytes: Buffer, from: number, end: number, depth: number): void {
  const place = makePlace();
  const key = { from: 0, to: 0 };
  const value = { from: 0, to: 0 };
  for (let at = from; at < end; at = place.end) {
    nextField(bytes, at, end, place);
    if (place.number > 2 || place.wireType !== wireType.bytes) {
      to.unknown();
      continue;
    }
    const part = place.number === 1 ? key : value;
    part.from = place.from;
    part.to = place.to;
  }
  put(to, ',');
  putString(to, bytes, key.from, key.to);
  put(to, ':');
  putValue(to, map, bytes, value.from, value.to, depth);
}

/** Numbers of a list stand in one field, one after the other. */
function putPacked(to: JsonText, list: HistoryField, bytes: Buffer, from: number, end: number): void {
  for (let at = from; at < end;) {
    let next = at;
    while (next < end && (bytes[next] ?? 0) >= 0x80) next += 1;
    put(to, ',');
    putValue(to, list, bytes, at, Math.min(next + 1, end), 0);
    at = next + 1;
  }
}

function putValue(
  to: JsonText,
  { kind, type }: HistoryField,
  bytes: Buffer,
  from: number,
  end: number,
  depth: number,
): void {
  if (kind === 'message') {
    putMessage(to, type, bytes, from, end, depth + 1);
    return;
  }
  if (kind === 'enum') {
    const number = int32(varint(bytes, from, end));
    put(to, historyEnum(type)?.get(number) ?? String(number));
    return;
  }
  switch (type) {
    case 'string':
      putString(to, bytes, from, end);
      break;
    case 'bytes':
      put(to, `"${bytes.toString('base64', from, end)}"`);
      break;
    case 'bool':
      put(to, Number(varint(bytes, from, end)) === 0 ? 'false' : 'true');
      break;
    case 'int32':
      put(to, String(int32(varint(bytes, from, end))));
      break;
    case 'uint32':
      put(to, String(int32(varint(bytes, from, end)) >>> 0));
      break;
    case 'int64':
      put(to, `"${String(int64(varint(bytes, from, end)))}"`);
      break;
    case 'double':
      put(to, numberJson(bytes.readDoubleLE(from)));
      break;
    case 'float':
      put(to, numberJson(bytes.readFloatLE(from)));
  }
}

function int32(value: number | bigint): number {
  return typeof value === 'number' && value < 0x80000000 ? value : Number(BigInt.asIntN(32, BigInt(value)));
}

function int64(value: number | bigint): number | bigint {
  return typeof value === 'number' ? value : BigInt.asIntN(64, value);
}

function numberJson(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : `"${String(value)}"`;
}

/** Most texts are printable ASCII without a character that JSON escapes: those are copied. */
function putString(to: JsonText, bytes: Buffer, from: number, end: number): void {
  if (to.length + end - from + 2 > to.bytes.length) grow(to, end - from + 2);
  const out = to.bytes;
  let length = to.length;
  out[length++] = quote;
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte === quote || byte === 0x5c || byte >= 0x7f) {
      putEscaped(to, bytes.subarray(from, end));
      return;
    }
    out[length++] = byte;
  }
  out[length++] = quote;
  to.length = length;
}

function putEscaped(to: JsonText, text: Buffer): void {
  const json = Buffer.from(JSON.stringify(utf8Text(text)));
  if (to.length + json.length > to.bytes.length) grow(to, json.length);
  json.copy(to.bytes, to.length);
  to.length += json.length;
}
