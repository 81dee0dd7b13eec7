import { wireType } from '../../protobuf/wire.ts';
import { historyEnums } from './history-enums.ts';
import { historyTable } from './history-table.ts';

/** A field of a message of which histories consist. */
export interface HistoryField {
  readonly number: number;
  /** `,"name":`, as it stands in JSON behind another member. */
  readonly key: string;
  /** A scalar of protobuf, or a message or enum by its name. */
  readonly type: string;
  readonly kind: 'scalar' | 'enum' | 'message';
  readonly repeated: boolean;
  readonly map: boolean;
  readonly wireType: number;
  /** Of a list of numbers, which stand in one field, one after the other. */
  readonly packed: boolean;
  /** Counts the members of the message in JSON that can stand side by side: those of a oneof share one. */
  readonly slot: number;
}

export type HistoryMessage = ReadonlyMap<number, HistoryField>;

const wireTypes: Readonly<Record<string, number>> = {
  string: wireType.bytes,
  bytes: wireType.bytes,
  double: wireType.fixed64,
  float: wireType.fixed32,
  bool: wireType.varint,
  int32: wireType.varint,
  uint32: wireType.varint,
  int64: wireType.varint,
};

const messages = new Map<string, HistoryMessage>();
const enums = new Map<string, ReadonlyMap<number, string>>();
let messageLines: ReadonlyMap<string, string> | undefined;
let enumLines: ReadonlyMap<string, string> | undefined;

/** The fields by number of a message below temporal.api; none of one that is not known. */
export function historyMessage(type: string): HistoryMessage {
  const known = messages.get(type);
  if (known !== undefined) return known;
  messageLines ??= linesOf(historyTable);
  const fields = new Map<number, HistoryField>();
  const slots = new Map<string, number>();
  for (const word of (messageLines.get(type) ?? '').split(' ').filter((text) => text !== '')) {
    const [name = '', number = '', rest = ''] = word.split(':');
    const [spelled = '', oneof = name] = rest.split('|');
    const slot = slots.get(oneof) ?? slots.size;
    slots.set(oneof, slot);
    fields.set(Number(number), fieldOf(name, Number(number), spelled, slot));
  }
  messages.set(type, fields);
  return fields;
}

function fieldOf(name: string, number: number, spelled: string, slot: number): HistoryField {
  const map = spelled.endsWith('{}');
  const repeated = spelled.endsWith('[]');
  const type = map || repeated ? spelled.slice(0, -2) : spelled;
  const kind = type in wireTypes ? 'scalar' : historyEnum(type) === undefined ? 'message' : 'enum';
  const own = kind === 'enum' ? wireType.varint : (wireTypes[type] ?? wireType.bytes);
  const packed = repeated && own !== wireType.bytes;
  const key = `,${JSON.stringify(name)}:`;
  return { number, key, type, kind, repeated, map, wireType: map ? wireType.bytes : own, packed, slot };
}

/** The names of an enum by number, as they stand in JSON; undefined when there is no such enum. */
export function historyEnum(type: string): ReadonlyMap<number, string> | undefined {
  const known = enums.get(type);
  if (known !== undefined) return known;
  enumLines ??= linesOf(historyEnums);
  const line = enumLines.get(type);
  if (line === undefined) return undefined;
  const [prefix = '', ...words] = line.split(' ');
  const names = new Map<number, string>();
  let next = 0;
  for (const word of words) {
    const [name = '', number] = word.split('=');
    next = number === undefined ? next : Number(number);
    names.set(next, `"${prefix}${name}"`);
    next += 1;
  }
  enums.set(type, names);
  return names;
}

function linesOf(table: string): ReadonlyMap<string, string> {
  const lines = table.replaceAll('\n  ', ' ').trim().split('\n');
  return new Map(lines.map((line) => [line.split(' ', 1)[0] ?? '', line.replace(/^\S+ ?/, '')]));
}
