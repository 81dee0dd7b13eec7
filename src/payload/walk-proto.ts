import { NexusctlError } from '../errors/nexusctl-error.ts';
import { bigintOf, bytesField, numberOf, readFields, textOf, wireType, type Field } from '../protobuf/wire.ts';
import { limits } from './limits.ts';
import type { Operations, Position } from './position.ts';
import {
  failureType,
  historyEventType,
  messageOf,
  payloadsType,
  payloadType,
  searchAttributesType,
  type SchemaField,
} from './schema.ts';

/** A payload in a proto message: its bytes, and what takes their place (null: they stay). */
export interface ProtoVisit {
  readonly operations: Operations;
  readonly visit: (payload: Buffer, path: string, position: Position) => Buffer | null;
  /** Called with the path of each failure whose message is in clear. */
  readonly clearFailure?: (path: string) => void;
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
  const fields = readFields(bytes);
  const here = contextOf(walk.operations, type, fields, byNumber, position);
  if (type === failureType && isClear(fields)) walk.clearFailure?.(path);
  const counts = new Map<number, number>();
  const parts = fields.map((field) => {
    const known = byNumber.get(field.number);
    if (known === undefined || field.wireType !== wireType.bytes) return field.raw;
    const index = counts.get(field.number) ?? 0;
    counts.set(field.number, index + 1);
    const below = `${path}.${known.name}${known.repeated ? `[${String(index)}]` : ''}`;
    const value = known.map
      ? rewriteEntry(walk, field.value, known.type, below, here, depth)
      : known.type === 'common.v1.DataBlob'
        ? rewriteBlob(walk, field.value, below, here, depth)
        : rewriteProto(walk, field.value, known.type, below, here, depth + 1);
    return value === field.value ? field.raw : bytesField(field.number, value);
  });
  return parts.every((part, index) => part === fields[index]?.raw) ? bytes : Buffer.concat(parts);
}

function isClear(fields: readonly Field[]): boolean {
  const message = fields.find(({ number }) => number === 1);
  return message !== undefined && message.value.length > 0 && !fields.some(({ number }) => number === 20);
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
  const fields = readFields(entry);
  const key = fields.find(({ number }) => number === 1);
  const name = key === undefined ? '' : textOf(key);
  const below = `${path}${/^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`}`;
  return replaceField(entry, fields, 2, (value) => rewriteProto(walk, value, type, below, position, depth + 1));
}

/** DataBlob { encoding_type = 1 (1: proto3), data = 2 }: a History in another message. */
function rewriteBlob(walk: ProtoVisit, blob: Buffer, path: string, position: Position, depth: number): Buffer {
  return replaceField(blob, readFields(blob), 2, (value) =>
    rewriteProto(walk, value, 'history.v1.History', `${path}.data`, position, depth + 1),
  );
}

function replaceField(
  message: Buffer,
  fields: readonly Field[],
  number: number,
  change: (value: Buffer) => Buffer,
): Buffer {
  const parts = fields.map((field) => {
    if (field.number !== number || field.wireType !== wireType.bytes) return field.raw;
    const value = change(field.value);
    return value === field.value ? field.raw : bytesField(number, value);
  });
  return parts.every((part, index) => part === fields[index]?.raw) ? message : Buffer.concat(parts);
}

function contextOf(
  operations: Operations,
  type: string,
  fields: readonly Field[],
  byNumber: ReadonlyMap<number, SchemaField>,
  outer: Position,
): Position {
  if (type !== historyEventType) return outer;
  const event: { -readonly [key in keyof Position]: Position[key] } = {};
  for (const field of fields) {
    if (field.wireType === wireType.varint) {
      if (field.number === 1) event.eventId = String(bigintOf(field));
      if (field.number === 3) event.eventType = String(numberOf(field));
    }
    const name = byNumber.get(field.number)?.name ?? '';
    if (field.wireType === wireType.bytes && name.startsWith('nexusOperation')) readOperation(field.value, name, event);
  }
  operations.complete(event, true);
  return event;
}

function readOperation(bytes: Buffer, name: string, event: { -readonly [key in keyof Position]: Position[key] }): void {
  const names = ['', 'endpoint', 'service', 'operation'] as const;
  for (const field of readFields(bytes)) {
    if (name === 'nexusOperationScheduledEventAttributes') {
      const fact = field.wireType === wireType.bytes ? names[field.number] : undefined;
      if (fact !== undefined && fact !== '') event[fact] = textOf(field);
      if (field.number === 6 && field.wireType === wireType.bytes)
        event.nexusHeader = withHeader(event.nexusHeader, field.value);
    } else if (field.number === scheduledEventNumber(name) && field.wireType === wireType.varint)
      event.scheduledEventId = String(bigintOf(field));
  }
}

function withHeader(known: ReadonlyMap<string, string> | undefined, entry: Buffer): ReadonlyMap<string, string> {
  const [key, value] = [1, 2].map((number) => readFields(entry).find((field) => field.number === number));
  return new Map([...(known ?? []), [key === undefined ? '' : textOf(key), value === undefined ? '' : textOf(value)]]);
}

function scheduledEventNumber(name: string): number {
  return name === 'nexusOperationCancelRequestFailedEventAttributes' ? 4 : 1;
}
