import { NexusctlError } from '../../errors/nexusctl-error.ts';
import {
  bigintOf,
  fieldHead,
  makePlace,
  nextField,
  readFields,
  textOf,
  varint,
  wireType,
  type Field,
} from '../../protobuf/wire.ts';
import { clearWords, type Clear } from './clear.ts';
import type { EventPart } from '../model/event-part.ts';
import { limits } from '../model/limits.ts';
import type { OpenPosition } from './place.ts';
import type { Operations, Position } from '../model/position.ts';
import {
  apartTypes,
  failureType,
  headerType,
  historyEventType,
  messageOf,
  payloadsType,
  payloadType,
  searchAttributesType,
  type SchemaField,
} from '../schema/schema.ts';

/** A payload in a proto message: its bytes, and what takes their place (null: they stay). */
export interface ProtoVisit {
  readonly operations: Operations;
  readonly visit: (payload: Buffer, path: string, position: Position) => Buffer | null;
  readonly clear?: (what: Clear) => void;
  readonly event?: (part: EventPart) => void;
}

/**
 * Visits every payload of a message of `type`, search attributes excepted, in the order of the bytes.
 * @returns the message with what `visit` gave back in place; the very bytes that came in when nothing changed, and
 * every field that leads to no changed payload byte for byte
 * @throws NexusctlError PROTOBUF_INVALID | LIMIT_EXCEEDED
 */
export function rewriteProto(
  walk: ProtoVisit,
  bytes: Buffer,
  type: string,
  path: string,
  position: Position = {},
  depth = 0,
): Buffer {
  if (depth > limits.depth) throw new NexusctlError('LIMIT_EXCEEDED', 'messages nested too deep');
  if (type === payloadType) return walk.visit(bytes, path, position) ?? bytes;
  if (type === searchAttributesType) return bytes;
  const byNumber = type === payloadsType ? payloadsFields : messageOf(type)?.byNumber;
  if (byNumber === undefined) return bytes;
  const outer = apartTypes.has(type) ? {} : position;
  const here = type === historyEventType ? eventFacts(walk.operations, bytes, byNumber) : outer;
  if (type === failureType) noteWords(walk, bytes, path, here);
  if (type === historyEventType)
    walk.event?.({ path, position: here, form: 'proto', bytes, start: 0, end: bytes.length });
  const counts = new Map<SchemaField, number>();
  return changeFields(bytes, byNumber, (value, known) => {
    let below = `${path}.${known.name}`;
    if (known.repeated) {
      const index = counts.get(known) ?? 0;
      counts.set(known, index + 1);
      below += `[${String(index)}]`;
    }
    if (known.type === headerType) {
      walk.clear?.({ kind: 'header', path: below, position: here, name: shown(readFields(value), 1) });
      return value;
    }
    if (known.map) return rewriteEntry(walk, value, known.type, below, here, depth);
    return rewriteProto(walk, value, known.type, below, here, depth + 1);
  });
}

/**
 * A message with the contents of some of its fields changed and every other byte as it was; the very bytes that came in
 * when `change` gave back those that it got.
 */
function changeFields<T>(
  message: Buffer,
  fields: ReadonlyMap<number, T>,
  change: (value: Buffer, field: T) => Buffer,
): Buffer {
  const place = makePlace();
  const parts: Buffer[] = [];
  let copied = 0;
  for (let at = 0; at < message.length; at = place.end) {
    nextField(message, at, message.length, place);
    const field = fields.get(place.number);
    if (field === undefined || place.wireType !== wireType.bytes) continue;
    const value = message.subarray(place.from, place.to);
    const changed = change(value, field);
    if (changed === value) continue;
    parts.push(message.subarray(copied, at), fieldHead(place.number, changed.length), changed);
    copied = place.end;
  }
  return parts.length === 0 ? message : Buffer.concat([...parts, message.subarray(copied)]);
}

function noteWords({ clear }: ProtoVisit, failure: Buffer, path: string, position: Position): void {
  if (clear === undefined) return;
  const fields = readFields(failure);
  const encoded = fields.some(({ number }) => number === 20);
  const told = clearWords(path, position, { message: shown(fields, 1), stackTrace: shown(fields, 3), encoded });
  if (told !== null) clear(told);
}

/** Text that is only looked at: what is no UTF-8 ends nothing. */
function shown(fields: readonly Field[], number: number): string {
  const field = fields.find((one) => one.number === number);
  return field?.wireType === wireType.bytes ? field.value.toString('utf8') : '';
}

const payloadsFields: ReadonlyMap<number, SchemaField> = new Map([
  [1, { name: 'payloads', number: 1, type: payloadType, repeated: true, map: false }],
]);

function rewriteEntry(
  walk: ProtoVisit,
  entry: Buffer,
  type: string,
  path: string,
  position: Position,
  depth: number,
): Buffer {
  const key = readFields(entry).find(({ number }) => number === 1);
  const name = key === undefined ? '' : textOf(key);
  const below = `${path}${/^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`}`;
  return changeFields(entry, second, (value) => rewriteProto(walk, value, type, below, position, depth + 1));
}

/** The value of a map's entry. */
const second: ReadonlyMap<number, true> = new Map([[2, true]]);

/** Facts of the event that tell which endpoint a payload crossed; 1.5 of the payload notes. */
function eventFacts(operations: Operations, bytes: Buffer, byNumber: ReadonlyMap<number, SchemaField>): Position {
  const event: OpenPosition = {};
  const place = makePlace();
  for (let at = 0; at < bytes.length; at = place.end) {
    nextField(bytes, at, bytes.length, place);
    if (place.wireType === wireType.varint && place.number === 1)
      event.eventId = String(varint(bytes, place.from, place.to));
    if (place.wireType !== wireType.bytes) continue;
    const name = byNumber.get(place.number)?.name;
    if (name?.startsWith('nexusOperation') === true) readOperation(bytes.subarray(place.from, place.to), name, event);
  }
  operations.complete(event, true);
  return event;
}

function readOperation(bytes: Buffer, name: string, event: OpenPosition): void {
  const names = ['', 'endpoint', 'service', 'operation'] as const;
  for (const field of readFields(bytes)) {
    if (name === 'nexusOperationScheduledEventAttributes') {
      const fact = field.wireType === wireType.bytes ? names[field.number] : undefined;
      if (fact !== undefined && fact !== '') event[fact] = textOf(field);
    } else if (field.number === scheduledEventNumber(name) && field.wireType === wireType.varint)
      event.scheduledEventId = String(bigintOf(field));
  }
}

function scheduledEventNumber(name: string): number {
  return name === 'nexusOperationCancelRequestFailedEventAttributes' ? 4 : 1;
}
