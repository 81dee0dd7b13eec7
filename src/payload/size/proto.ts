import { makePlace, nextField, wireType } from '../../protobuf/wire.ts';
import { fieldSize } from '../../protobuf/wire-size.ts';
import type { Measured } from './measuring.ts';
import {
  failureType,
  headerType,
  messageOf,
  payloadsType,
  payloadType,
  searchAttributesType,
} from '../schema/schema.ts';

/** Bytes on the wire of a message when its payloads have other sizes. */
export function protoSize(message: Buffer, here: Measured): number {
  const { type, path, measuring, inFailure = false } = here;
  if (type === payloadType) return measuring.payload();
  const isFailure = type === failureType;
  const size = resized(message, fieldsOf(type), (value, field) => {
    if (field.type === headerType) return value.length;
    const below = { ...here, type: field.type, path: `${path}.${field.name}`, inFailure: inFailure || isFailure };
    return field.map ? resized(value, second, (inner) => protoSize(inner, below)) : protoSize(value, below);
  });
  if (isFailure && !inFailure) measuring.failure(path, size);
  return size;
}

interface Known {
  readonly name: string;
  readonly type: string;
  readonly map: boolean;
}

function fieldsOf(type: string): ReadonlyMap<number, Known> {
  if (type === payloadsType) return listed;
  return (type === searchAttributesType ? undefined : messageOf(type)?.byNumber) ?? none;
}

const none: ReadonlyMap<number, Known> = new Map();
const listed: ReadonlyMap<number, Known> = new Map([[1, { name: 'payloads', type: payloadType, map: false }]]);
/** The value of a map's entry. */
const second: ReadonlyMap<number, true> = new Map([[2, true]]);

/** Bytes of a message when some of its fields have others. */
function resized<T>(
  message: Buffer,
  fields: ReadonlyMap<number, T>,
  measure: (value: Buffer, field: T) => number,
): number {
  if (fields.size === 0) return message.length;
  const place = makePlace();
  let size = message.length;
  for (let at = 0; at < message.length; at = place.end) {
    nextField(message, at, message.length, place);
    const field = fields.get(place.number);
    if (field === undefined || place.wireType !== wireType.bytes) continue;
    const value = message.subarray(place.from, place.to);
    size += fieldSize(measure(value, field)) - fieldSize(value.length);
  }
  return size;
}
