import { fieldSize, tagSize, varintSize } from '../../protobuf/wire-size.ts';
import type { Measured, Measuring } from './measuring.ts';
import { decodeBase64 } from '../json/form.ts';
import { historyMessage, type HistoryField } from '../schema/history-schema.ts';
import { camelCase } from '../json/key.ts';
import { failureType, payloadsType, payloadType, searchAttributesType } from '../schema/schema.ts';

/** Bytes on the wire of a message that stands in JSON, when its payloads have other sizes. */
export function jsonSize(value: unknown, place: Measured): number {
  const { type, path, measuring, inFailure = false } = place;
  if (type === payloadType) return measuring.payload();
  if (type === payloadsType) return listSize(value, measuring);
  if (type === 'Timestamp' || type === 'Duration') return timeSize(String(value), type);
  if (type === searchAttributesType) return attributesSize(value);
  const isFailure = type === failureType;
  const fields = fieldsOf(type);
  let size = 0;
  for (const [name, member] of membersOf(value)) {
    if (member === null) continue;
    const field = fields.get(name) ?? fields.get(camelCase(name));
    if (field === undefined) size += guessed(member);
    else {
      const below = { type: field.type, path: `${path}.${name}`, measuring, inFailure: inFailure || isFailure };
      size += memberSize(member, field, below);
    }
  }
  if (isFailure && !inFailure) measuring.failure(path, size);
  return size;
}

function membersOf(value: unknown): readonly (readonly [name: string, value: unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const messages = new Map<string, ReadonlyMap<string, HistoryField>>();

function fieldsOf(type: string): ReadonlyMap<string, HistoryField> {
  const known = messages.get(type);
  if (known !== undefined) return known;
  const fields = new Map([...historyMessage(type).values()].map((field) => [field.key.slice(2, -2), field]));
  messages.set(type, fields);
  return fields;
}

function memberSize(value: unknown, field: HistoryField, place: Measured): number {
  const { number } = field;
  if (field.map)
    return membersOf(value).reduce(
      (sum, [key, entry]) =>
        sum + fieldSize(fieldSize(Buffer.byteLength(key)) + valueSize(entry, { ...field, number: 2 }, place), number),
      0,
    );
  if (!field.repeated || !Array.isArray(value)) return valueSize(value, field, place);
  if (!field.packed) return value.reduce((sum: number, one: unknown) => sum + valueSize(one, field, place), 0);
  return textSize(
    value.reduce((sum: number, one: unknown) => sum + numberSize(one, field), 0),
    number,
  );
}

function valueSize(value: unknown, field: HistoryField, place: Measured): number {
  const { number, type, kind } = field;
  if (kind === 'message') return fieldSize(jsonSize(value, place), number);
  if (type === 'string') return textSize(Buffer.byteLength(String(value)), number);
  if (type === 'bytes') return textSize(base64Size(value), number);
  const bytes = numberSize(value, field);
  return bytes === 0 ? 0 : tagSize(number) + bytes;
}

/** What is empty is not written. */
function textSize(bytes: number, number: number): number {
  return bytes === 0 ? 0 : fieldSize(bytes, number);
}

/** Bytes of a number, a word of an enum, true or false; none for the first of its kind, which is not written. */
function numberSize(value: unknown, { type, kind }: HistoryField): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  // No enum has more than 127 words.
  if (kind === 'enum' && typeof value === 'string') return /(?:^|_)UNSPECIFIED$/i.test(value) ? 0 : 1;
  const number = Number(value);
  if (number === 0) return 0;
  return type === 'double' ? 8 : type === 'float' ? 4 : varintSize(number);
}

function base64Size(value: unknown): number {
  return typeof value === 'string' ? (decodeBase64(value)?.length ?? 0) : 0;
}

/** A list of payloads: in full, in shorthand, or one value, as a readable download has it. */
function listSize(value: unknown, { payload }: Measuring): number {
  const members = membersOf(value);
  const own = members.find(([name]) => name === 'payloads')?.[1];
  const listed = Array.isArray(value) ? value : Array.isArray(own) ? own : null;
  const count = listed?.length ?? (typeof value === 'object' && members.length === 0 ? 0 : 1);
  let size = 0;
  for (let index = 0; index < count; index += 1) size += fieldSize(payload());
  return size;
}

/** The payloads of search attributes are no codec's: they stay as they are. */
function attributesSize(value: unknown): number {
  const fields = membersOf(value).find(([name]) => /^indexed_?fields$/i.test(name))?.[1];
  return membersOf(fields).reduce((sum, [name, payload]) => {
    const members = new Map(membersOf(payload));
    const metadata = membersOf(members.get('metadata')).reduce(
      (all, [key, text]) => all + fieldSize(fieldSize(Buffer.byteLength(key)) + fieldSize(base64Size(text))),
      0,
    );
    const bytes = metadata + textSize(base64Size(members.get('data')), 2);
    return sum + fieldSize(fieldSize(Buffer.byteLength(name)) + fieldSize(bytes));
  }, 0);
}

/** Both have the same fields: seconds and nanoseconds. */
function timeSize(text: string, type: 'Timestamp' | 'Duration'): number {
  const [, fraction = ''] = /\.(\d+)/.exec(text) ?? [];
  const isBefore = text.startsWith('-');
  const nanos = Number(fraction.padEnd(9, '0').slice(0, 9));
  const seconds = type === 'Duration' ? Number.parseInt(text, 10) : Math.floor(Date.parse(text) / 1000);
  const part = (value: number): number => (value === 0 || Number.isNaN(value) ? 0 : tagSize(1) + varintSize(value));
  return part(seconds) + part(isBefore ? -nanos : nanos);
}

/** A member that this version does not know: about as many bytes as its text. Payloads in it are counted apart. */
function guessed(value: unknown): number {
  if (isObject(value)) {
    if (isObject(value['metadata'])) return 0;
    const inside = Object.values(value).reduce<number>((sum, member) => sum + guessed(member), 0);
    return inside === 0 ? 0 : fieldSize(inside);
  }
  if (typeof value === 'string') return textSize(Buffer.byteLength(value), 1);
  return value === null || value === false ? 0 : tagSize(1) + 1;
}
