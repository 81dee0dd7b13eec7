import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { batchOf, type Batch } from '../walk/batch.ts';
import type { OpenClear } from '../walk/clear.ts';
import type { OpenEventPart } from '../model/event-part.ts';
import { findEvents, readEvents } from './history-events.ts';
import type { Inflow } from './inflow.ts';
import { isString, isTruncated, openBrace, openBracket, skipSpace } from '../json/scan.ts';
import type { InputForm, OpenPlace, Walk } from '../walk/place.ts';
import { makeOperations, type Operations } from '../model/position.ts';
import { walkRoot } from '../walk/root.ts';

/**
 * Reads JSON of any size: one value, or several one after the other (JSON lines). A history is cut into its events, so
 * only the part that is being looked at is held; every byte comes out in exactly one batch.
 * @throws NexusctlError INPUT_INVALID | LIMIT_EXCEEDED
 */
export async function* readJson(inflow: Inflow, form: InputForm): AsyncGenerator<Batch> {
  // Events that come a line each belong together.
  const operations = makeOperations();
  let several: boolean | undefined;
  let count = 0;
  for (;;) {
    const places: OpenPlace[] = [];
    const clear: OpenClear[] = [];
    const events: OpenEventPart[] = [];
    const path = (): string => (several === true ? `$[${String(count)}]` : '$');
    let end = 0;
    // Whole values that are here already make one batch.
    for (;;) {
      const at = skipSpace(inflow.bytes(), end);
      if (at >= inflow.bytes().length) break;
      const walk: Walk = { places, operations, form, clear, events };
      const behind = walkWhole(walk, inflow.bytes(), at, path());
      if (behind === null) break;
      end = behind;
      count += 1;
      several ??= await tellSeveral(inflow, end, [...places, ...clear, ...events]);
    }
    if (end > 0) {
      yield batchOf({ places, operations, form, clear, events }, inflow.bytes().subarray(0, end));
      inflow.drop(end);
    }
    const at = skipSpace(inflow.bytes(), 0);
    const found = end > 0 ? null : findEvents(inflow.bytes(), at, form);
    if (found !== null) {
      yield* readEvents(inflow, found, operations, form, path());
      count += 1;
      several ??= await followsMore(inflow, 0);
    } else if (!(await inflow.more())) {
      yield* readLast(inflow, operations, form, count, path());
      return;
    }
  }
}

/** What is left when no more comes: space, or a value that only the end of the input ends. */
function* readLast(
  inflow: Inflow,
  operations: Operations,
  form: InputForm,
  count: number,
  path: string,
): Generator<Batch> {
  const bytes = inflow.bytes();
  const at = skipSpace(bytes, 0);
  if (at < bytes.length) {
    const walk: Walk = { places: [], operations, form, clear: [], events: [] };
    yield batchOf(walk, bytes.subarray(0, walkRoot(walk, bytes, at, path)));
  } else if (count === 0)
    throw new NexusctlError('INPUT_INVALID', 'the input is empty', { hint: 'give a file, or pipe it in' });
  else if (bytes.length > 0) yield { bytes, places: [] };
}

/** @returns where the value at `at` ends; null, with nothing noted, when not all of it is here */
function walkWhole(walk: Walk, bytes: Buffer, at: number, path: string): number | null {
  const { places, clear, events } = walk;
  const mark = places.length;
  const told = clear?.length ?? 0;
  const ended = events?.length ?? 0;
  const closed = bytes[at] === openBrace || bytes[at] === openBracket || isString(bytes, at);
  try {
    const end = walkRoot(walk, bytes, at, path);
    // A bare number or word at the end of what was read may go on.
    if (closed || end < bytes.length) return end;
  } catch (error) {
    if (!isTruncated(error)) throw error;
  }
  places.length = mark;
  if (clear !== undefined) clear.length = told;
  if (events !== undefined) events.length = ended;
  return null;
}

/** The first of several values is known as that only when the second one is there. */
async function tellSeveral(inflow: Inflow, end: number, first: readonly { path: string }[]): Promise<boolean> {
  const several = await followsMore(inflow, end);
  if (several) for (const one of first) one.path = `$[0]${one.path.slice(1)}`;
  return several;
}

async function followsMore(inflow: Inflow, at: number): Promise<boolean> {
  for (;;) {
    if (skipSpace(inflow.bytes(), at) < inflow.bytes().length) return true;
    if (!(await inflow.more())) return false;
  }
}
