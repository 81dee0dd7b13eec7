import { bytesField, numberOf, readFields, textOf, varintField, type Field } from './wire.ts';

/** The fields of a message by number: the last of a single field counts, as protobuf says. */
export interface Message {
  readonly text: (number: number) => string;
  readonly number: (number: number) => number;
  readonly bytes: (number: number) => Uint8Array;
  readonly has: (number: number) => boolean;
  /** An absent message reads as an empty one. */
  readonly message: (number: number) => Message;
  readonly all: (number: number) => readonly Field[];
  readonly fields: readonly Field[];
}

/** @throws NexusctlError PROTOBUF_INVALID */
export function readMessage(bytes: Uint8Array): Message {
  const fields = readFields(bytes);
  const none: Uint8Array = new Uint8Array();
  const last = (number: number): Field | undefined => fields.findLast((field) => field.number === number);
  return {
    fields,
    text: (number) => valueOr(last(number), '', textOf),
    number: (number) => valueOr(last(number), 0, numberOf),
    bytes: (number) => valueOr(last(number), none, ({ value }) => value),
    has: (number) => last(number) !== undefined,
    message: (number) => readMessage(valueOr(last(number), none, ({ value }) => value)),
    all: (number) => fields.filter((field) => field.number === number),
  };
}

function valueOr<T>(field: Field | undefined, absent: T, read: (field: Field) => T): T {
  return field === undefined ? absent : read(field);
}

/** Parts of a message to be written: a string or bytes of length zero and a zero are left out, as proto3 does. */
export type Part = readonly [number: number, value: string | Uint8Array | number | bigint | undefined];

export function writeMessage(...parts: readonly Part[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap(([number, value]) => {
      if (value === undefined || value === '' || value === 0 || value === 0n) return [];
      if (typeof value === 'string' || value instanceof Uint8Array) return [bytesField(number, value)];
      return [varintField(number, value)];
    }),
  );
}

/**
 * A message with one field replaced where it first stood (or appended), every other field, known or not, byte for byte
 * as it was.
 * @param value the new values of the field in their order; none takes it away
 */
export function replaceField(message: Message, number: number, values: readonly Uint8Array[]): Uint8Array {
  const at = message.fields.findIndex((field) => field.number === number);
  const written = values.map((value) => bytesField(number, value));
  const pieces: Uint8Array[] = [];
  for (const [index, field] of message.fields.entries()) {
    if (index === at) pieces.push(...written);
    if (field.number !== number) pieces.push(field.raw);
  }
  if (at === -1) pieces.push(...written);
  return Buffer.concat(pieces);
}

/** google.protobuf.Timestamp as RFC 3339 UTC; undefined when it is absent or zero. */
export function timestampOf(message: Message, number: number): string | undefined {
  if (!message.has(number)) return undefined;
  const timestamp = message.message(number);
  const milliseconds = signed(timestamp, 1) * 1000 + Math.floor(timestamp.number(2) / 1e6);
  if (milliseconds === 0 || Math.abs(milliseconds) > 8.64e15) return undefined;
  return new Date(milliseconds).toISOString();
}

/** google.protobuf.Duration in milliseconds; undefined when it is absent. */
export function durationOf(message: Message, number: number): number | undefined {
  if (!message.has(number)) return undefined;
  const duration = message.message(number);
  return signed(duration, 1) * 1000 + Math.round(duration.number(2) / 1e6);
}

function signed(message: Message, number: number): number {
  return Number(BigInt.asIntN(64, BigInt(message.number(number))));
}
