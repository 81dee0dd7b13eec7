import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { makePlace, nextField, varint, wireType } from '../../protobuf/wire.ts';
import { historyEnum, historyMessage, type HistoryField, type HistoryMessage } from './history-schema.ts';
import { putPayload } from '../json/form.ts';
import { makeJsonText, put, putString, written, type JsonText } from '../json/text.ts';
import { limits } from '../model/limits.ts';
import { decodePayload, type Payload } from '../model/payload.ts';
import { floatJson, numberJson } from './proto-number.ts';
import { fits, isRegular, regrouped } from './proto-order.ts';
import { durationJson, timestampJson } from './proto-time.ts';
import { payloadType, searchAttributesType } from './schema.ts';

/** The JSON of messages, as it is written. */
export interface ProtoText extends JsonText {
  /** Called for each field that the schema of this version does not have; it is left out. */
  readonly unknown: () => void;
  /** What stands in the place of the payloads to come, in their order; null: each stays. */
  changed: Changed | null;
}

interface Changed {
  readonly payloads: readonly (Payload | null)[];
  next: number;
  /** Whether the order in which they are written has been that of the wire. */
  inOrder: boolean;
}

export function makeProtoText(expectedBytes: number, unknown: () => void): ProtoText {
  return { ...makeJsonText(expectedBytes), unknown, changed: null };
}

/** A whole message in its proto3 JSON form; fields that this version does not know are left out. */
export function protoJson(type: string, message: Buffer): Buffer {
  const text = makeProtoText(message.length * 2 + 64, () => undefined);
  putMessage(text, type, message, 0, message.length);
  return written(text);
}

/**
 * Writes the proto3 JSON form of the message of `type` (below temporal.api, of a kind that histories consist of) that
 * stands in `bytes[from, end)`, straight off the wire: names in camel case, enums by name, 64-bit numbers as text, bytes
 * as base64, times in RFC 3339. Members stand in the order of the wire. Zero values are not on it and stay away.
 * @throws NexusctlError PROTOBUF_INVALID | LIMIT_EXCEEDED
 */
export function putMessage(to: ProtoText, type: string, bytes: Buffer, from: number, end: number, depth = 0): void {
  switch (type) {
    case payloadType:
      putEncoded(to, bytes.subarray(from, end));
      break;
    case searchAttributesType: {
      // No codec touches them.
      const { changed } = to;
      to.changed = null;
      putFields(to, type, bytes, from, end, depth);
      to.changed = changed;
      break;
    }
    case 'Timestamp':
      put(to, timestampJson(bytes.subarray(from, end)));
      break;
    case 'Duration':
      put(to, durationJson(bytes.subarray(from, end)));
      break;
    default:
      putFields(to, type, bytes, from, end, depth);
  }
}

/**
 * The same for a whole message, with its payloads changed: null for one that stays. Search attributes are not counted.
 * @returns false, with nothing written, when the message is in such disorder that it is not to be told which payload is
 * which
 */
export function putChanged(
  to: ProtoText,
  type: string,
  message: Buffer,
  payloads: readonly (Payload | null)[],
): boolean {
  const { length } = to;
  const changed: Changed = { payloads, next: 0, inOrder: true };
  to.changed = changed;
  putMessage(to, type, message, 0, message.length);
  to.changed = null;
  if (!changed.inOrder) to.length = length;
  return changed.inOrder;
}

function putFields(to: ProtoText, type: string, bytes: Buffer, from: number, end: number, depth: number): void {
  if (depth > limits.depth) throw new NexusctlError('LIMIT_EXCEEDED', 'messages nested too deep');
  const schema = historyMessage(type);
  if (isRegular(schema, bytes, from, end)) {
    putMembers(to, schema, bytes, from, end, depth);
    return;
  }
  if (to.changed !== null) to.changed.inOrder = false;
  const message = regrouped(schema, bytes.subarray(from, end));
  putMembers(to, schema, message, 0, message.length, depth);
}

function putEncoded(to: ProtoText, message: Buffer): void {
  const { changed } = to;
  if (changed !== null) {
    const payload = changed.payloads[changed.next];
    changed.next += 1;
    if (payload) {
      putPayload(to, payload);
      return;
    }
  }
  const payload = decodePayload(message);
  if (payload.unknown.length > 0) to.unknown();
  putPayload(to, payload);
}

const openBrace = 0x7b;
const openBracket = 0x5b;

function putMembers(
  to: ProtoText,
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
function putEntry(to: ProtoText, map: HistoryField, bytes: Buffer, from: number, end: number, depth: number): void {
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
function putPacked(to: ProtoText, list: HistoryField, bytes: Buffer, from: number, end: number): void {
  for (let at = from; at < end;) {
    let next = at;
    while (next < end && (bytes[next] ?? 0) >= 0x80) next += 1;
    put(to, ',');
    putValue(to, list, bytes, at, Math.min(next + 1, end), 0);
    at = next + 1;
  }
}

function putValue(
  to: ProtoText,
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
      put(to, floatJson(bytes.readFloatLE(from)));
  }
}

function int32(value: number | bigint): number {
  return typeof value === 'number' && value < 0x80000000 ? value : Number(BigInt.asIntN(32, BigInt(value)));
}

function int64(value: number | bigint): number | bigint {
  return typeof value === 'number' ? value : BigInt.asIntN(64, value);
}
