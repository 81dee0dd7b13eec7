import type { Batch } from '../walk/batch.ts';
import { batchOf } from '../walk/batch.ts';
import type { OpenClear } from '../walk/clear.ts';
import { tooLarge, type Inflow } from './inflow.ts';
import {
  eachMember,
  invalidJson,
  isTruncated,
  openBrace,
  openBracket,
  skipSpace,
  skipValue,
  stringAt,
  untilTruncated,
} from '../json/scan.ts';
import { limits } from '../model/limits.ts';
import type { InputForm, Walk } from '../walk/place.ts';
import type { Operations } from '../model/position.ts';
import { historyEventType, historyResponseType, historyType } from '../schema/schema.ts';
import { walkJson } from '../walk/json.ts';
import { isEvent, walkRoot } from '../walk/root.ts';

/** Where the list of events of a history begins. */
export interface Events {
  /** Behind the `[`. */
  readonly at: number;
  readonly path: string;
  /** JSON that opens what stands open at `at`. */
  readonly opening: string;
  /** What the objects are that stand open, from the inside out, and where in the document. */
  readonly open: readonly { readonly type: string; readonly path: string }[];
}

/** Where the events of a history begin, in the beginning of a document; null when it is none, or not to be seen yet. */
export function findEvents(bytes: Buffer, from: number, form: InputForm): Events | null {
  if (form === 'shorthand') return null;
  if (bytes[from] === openBracket) {
    const first = skipSpace(bytes, from + 1);
    return bytes[first] === openBrace && isEvent(bytes, first)
      ? { at: from + 1, path: '', opening: '[', open: [] }
      : null;
  }
  if (bytes[from] !== openBrace) return null;
  let found: Events | null = null;
  untilTruncated(() =>
    eachMember(bytes, from, 0, (_bytes, key, at, depth) => {
      const name = found === null ? stringAt(bytes, key) : '';
      if (name === 'events' && bytes[at] === openBracket)
        found = { at: at + 1, path: '.events', opening: '{"events":[', open: [{ type: historyType, path: '' }] };
      if (name === 'history' && bytes[at] === openBrace)
        return eachMember(bytes, at, depth, (_all, inner, value, deeper) => {
          if (found === null && bytes[value] === openBracket && stringAt(bytes, inner) === 'events')
            found = { at: value + 1, path: '.history.events', opening: '{"history":{"events":[', open: inAnswer };
          return skipValue(bytes, value, deeper);
        });
      return skipValue(bytes, at, depth);
    }),
  );
  return found;
}

const inAnswer = [
  { type: historyType, path: '.history' },
  { type: historyResponseType, path: '' },
] as const;

const comma = 0x2c;
const closeBracket = 0x5d;

/**
 * The events of a history too large to hold, a batch at a time. What stands before and behind them is small: it is looked
 * through as a whole.
 */
export async function* readEvents(
  inflow: Inflow,
  found: Events,
  operations: Operations,
  form: InputForm,
  path: string,
): AsyncGenerator<Batch> {
  let at = found.at;
  for (let index = 0; ;) {
    const bytes = inflow.bytes();
    const clear: OpenClear[] = [];
    const walk: Walk = { places: [], operations, form, clear, events: [] };
    // Only the first part begins before the events.
    if (at > 0) walkBefore(walk, bytes.subarray(0, at), found, path);
    for (;;) {
      const next = skipSpace(bytes, at);
      if (next >= bytes.length) break;
      if (bytes[next] === closeBracket) {
        yield batchOf(walk, bytes.subarray(0, next));
        inflow.drop(next);
        yield* readEnd(inflow, found, { operations, form }, path);
        return;
      }
      const start = index === 0 ? next : skipSpace(bytes, next + 1);
      if (index > 0 && bytes[next] !== comma) throw invalidJson(bytes, next, "',' or ']'");
      const mark = walk.places.length;
      const told = clear.length;
      try {
        at = walkJson(walk, bytes, start, historyEventType, `${path}${found.path}[${String(index)}]`);
      } catch (error) {
        if (!isTruncated(error)) throw error;
        walk.places.length = mark;
        clear.length = told;
        break;
      }
      index += 1;
    }
    if (bytes.length - at > limits.elementBytes) throw tooLarge(limits.elementBytes);
    if (at > 0) yield batchOf(walk, bytes.subarray(0, at));
    inflow.drop(at);
    at = 0;
    if (!(await inflow.more())) throw invalidJson(inflow.bytes(), inflow.bytes().length, "']'");
  }
}

/** What stands before the events, as if there were none. */
function walkBefore(walk: Walk, before: Buffer, { open }: Events, path: string): void {
  const alone = Buffer.concat([before, Buffer.from(`]${'}'.repeat(open.length)}`)]);
  if (open.length > 0) walkRoot(walk, alone, skipSpace(alone, 0), path);
}

/** What follows the events, checked together with what stood before them. */
async function* readEnd(
  inflow: Inflow,
  { opening, open }: Events,
  how: Pick<Walk, 'operations' | 'form'>,
  path: string,
): AsyncGenerator<Batch> {
  for (;;) {
    const rest = inflow.bytes();
    try {
      const end = skipValue(Buffer.concat([Buffer.from(opening), rest]), 0) - opening.length;
      const walk: Walk = { ...how, places: [], clear: [], events: [] };
      const behind = Buffer.from(rest.subarray(0, end));
      let at = 0;
      for (const { type, path: below } of open) at = walkOpen(walk, behind, at, type, `${path}${below}`) - 1;
      yield batchOf(walk, rest.subarray(0, end));
      inflow.drop(end);
      return;
    } catch (error) {
      if (!isTruncated(error) || !(await inflow.more())) throw error;
    }
  }
}

/**
 * The members that follow in an object behind a value that ends at `at`. The closing byte there is made to open the object,
 * so that every other one stands where it stood. @returns where the object ends
 */
function walkOpen(walk: Walk, behind: Buffer, at: number, type: string, path: string): number {
  behind[at] = openBrace;
  const next = skipSpace(behind, at + 1);
  if (behind[next] === comma) behind[next] = 0x20;
  return walkJson(walk, behind, at, type, path);
}
