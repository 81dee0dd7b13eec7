import { decodePayload } from '../payload/payload.ts';
import { payloadJson } from '../payload/json-form.ts';
import { bigintOf, numberOf, readFields, textOf, wireType, type Field } from '../protobuf/wire.ts';

/** What of protobufjs's reflection is used; the published types of @temporalio/proto only show the messages. */
interface MessageType {
  readonly fullName: string;
  readonly fieldsById: Readonly<Record<number, MessageField>>;
}

interface MessageField {
  readonly name: string;
  readonly type: string;
  readonly repeated: boolean;
  readonly map: boolean;
  readonly resolvedType: MessageType | EnumType | null;
  readonly resolve: () => MessageField;
}

interface EnumType {
  readonly valuesById: Readonly<Record<number, string>>;
}

interface Root {
  readonly lookupType: (name: string) => MessageType;
}

/**
 * The proto3 JSON form of messages of one type, read straight off the wire: names in camel case, enums by name, 64-bit
 * numbers as text, bytes as base64, times in RFC 3339. Zero values are not on the wire and stay away.
 * @param unknown called for each field that the schema of this version does not have; it is left out
 */
export async function protoJson(name: string, unknown: () => void): Promise<(message: Uint8Array) => string> {
  const { default: proto } = await import('@temporalio/proto');
  const type = (proto as unknown as Root).lookupType(name);
  return (message) => messageJson(type, message, unknown);
}

function messageJson(type: MessageType, message: Uint8Array, unknown: () => void): string {
  switch (type.fullName) {
    case '.temporal.api.common.v1.Payload':
      return payloadJson(decodePayload(message));
    case '.google.protobuf.Timestamp':
      return JSON.stringify(timestamp(message));
    case '.google.protobuf.Duration':
      return JSON.stringify(`${seconds(message)}s`);
    default:
      return membersJson(type, message, unknown);
  }
}

function membersJson(type: MessageType, message: Uint8Array, unknown: () => void): string {
  const members = new Map<MessageField, string[]>();
  for (const field of readFields(message)) {
    const known = type.fieldsById[field.number]?.resolve();
    if (known === undefined) {
      unknown();
      continue;
    }
    const values = members.get(known) ?? [];
    if (known.map) values.push(entryJson(known, field.value, unknown));
    else if (known.repeated) values.push(...listJson(known, field, unknown));
    // The last of a single field counts.
    else values[0] = valueJson(known, field, unknown);
    members.set(known, values);
  }
  const texts = [...members].map(([{ name, map, repeated }, values]) => {
    const value = map ? `{${values.join(',')}}` : repeated ? `[${values.join(',')}]` : (values[0] ?? 'null');
    return `${JSON.stringify(name)}:${value}`;
  });
  return `{${texts.join(',')}}`;
}

/** Keys of maps in the API are strings. */
function entryJson(map: MessageField, entry: Uint8Array, unknown: () => void): string {
  const fields = readFields(entry);
  const key = fields.find(({ number }) => number === 1);
  const value = fields.find(({ number }) => number === 2);
  const empty: Field = { number: 2, wireType: wireType.bytes, value: Buffer.alloc(0), raw: Buffer.alloc(0) };
  return `${JSON.stringify(key === undefined ? '' : textOf(key))}:${valueJson(map, value ?? empty, unknown)}`;
}

/** Numbers of a list stand in one field, one after the other. */
function listJson(list: MessageField, field: Field, unknown: () => void): string[] {
  const isNumber = !['string', 'bytes'].includes(list.type) && !isMessage(list.resolvedType);
  if (!isNumber || field.wireType !== wireType.bytes) return [valueJson(list, field, unknown)];
  const values: string[] = [];
  for (let at = 0; at < field.value.length;) {
    let end = at;
    while (end < field.value.length && (field.value.readUInt8(end) & 0x80) !== 0) end += 1;
    const value = field.value.subarray(at, end + 1);
    values.push(valueJson(list, { ...field, wireType: wireType.varint, value }, unknown));
    at = end + 1;
  }
  return values;
}

function valueJson({ type, resolvedType }: MessageField, field: Field, unknown: () => void): string {
  if (isMessage(resolvedType)) return messageJson(resolvedType, field.value, unknown);
  if (resolvedType !== null) {
    const number = Number(BigInt.asIntN(32, bigintOf(field)));
    return JSON.stringify(resolvedType.valuesById[number] ?? number);
  }
  switch (type) {
    case 'string':
      return JSON.stringify(textOf(field));
    case 'bytes':
      return `"${field.value.toString('base64')}"`;
    case 'bool':
      return String(numberOf(field) !== 0);
    case 'int32':
      return String(BigInt.asIntN(32, bigintOf(field)));
    case 'uint32':
      return String(numberOf(field));
    case 'int64':
      return `"${String(BigInt.asIntN(64, bigintOf(field)))}"`;
    case 'uint64':
      return `"${String(bigintOf(field))}"`;
    case 'double':
      return numberJson(field.value.readDoubleLE(0));
    case 'float':
      return numberJson(field.value.readFloatLE(0));
    default:
      // Fixed and zigzag numbers: the API of histories has none.
      unknown();
      return 'null';
  }
}

function isMessage(type: MessageType | EnumType | null): type is MessageType {
  return type !== null && 'fieldsById' in type;
}

function numberJson(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${String(value)}"`;
}

function partsOf(message: Uint8Array): { readonly seconds: bigint; readonly nanos: number } {
  const fields = readFields(message);
  const at = (number: number): bigint => {
    const field = fields.findLast((candidate) => candidate.number === number);
    return field === undefined ? 0n : BigInt.asIntN(64, bigintOf(field));
  };
  return { seconds: at(1), nanos: Number(at(2)) };
}

function timestamp(message: Uint8Array): string {
  const { seconds: whole, nanos } = partsOf(message);
  return `${new Date(Number(whole) * 1000).toISOString().slice(0, 19)}${fraction(nanos)}Z`;
}

function seconds(message: Uint8Array): string {
  const { seconds: whole, nanos } = partsOf(message);
  const sign = whole < 0n || nanos < 0 ? '-' : '';
  return `${sign}${String(whole < 0n ? -whole : whole)}${fraction(Math.abs(nanos))}`;
}

/** Nothing, or three, six or nine digits. */
function fraction(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  return `.${digits.replace(/(?:000){1,2}$/, '')}`;
}
