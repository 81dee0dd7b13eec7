import { bytesField, makePlace, nextField, readFields, wireType, type Field } from '../../protobuf/wire.ts';
import type { HistoryField, HistoryMessage } from './history-schema.ts';

/** A field that is on the wire in another form than the schema's is one that this version does not know. */
export function fits(field: HistoryField, type: number): boolean {
  return type === field.wireType || (field.packed && type === wireType.bytes);
}

/** Whether single fields stand there once, one of each oneof, and those of a list next to each other: as all write it. */
export function isRegular(schema: HistoryMessage, bytes: Buffer, from: number, end: number): boolean {
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
export function regrouped(schema: HistoryMessage, message: Buffer): Buffer {
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
