import { NexusctlError } from '../errors/nexusctl-error.ts';
import {
  eachElement,
  eachMember,
  invalidJson,
  isString,
  openBrace,
  openBracket,
  skipSpace,
  skipValue,
  stringAt,
} from './json-scan.ts';
import { limits } from './limits.ts';
import { makeOperations } from './position.ts';
import { historyEventType, historyResponseType, historyType, payloadsType, payloadType } from './schema.ts';
import { hasPayloadShape, walkJson, type InputForm, type Place, type Walk } from './walk-json.ts';

/** A part of a JSON document with the payloads in it; all parts together are the document, byte for byte. */
export interface Batch {
  readonly bytes: Buffer;
  /** Spans count from the start of `bytes`. */
  readonly places: readonly Place[];
  /** Paths of failures whose message is in clear. */
  readonly clearFailures?: readonly string[];
}

/** Bytes that arrive; `more` waits for at least as many again as are unread. */
export interface Inflow {
  readonly bytes: () => Buffer;
  /** Forgets the first bytes. */
  readonly drop: (count: number) => void;
  /** @returns false at the end of the input */
  readonly more: () => Promise<boolean>;
}

/** The least that is read before anything is looked at. */
const chunkBytes = 512 * 1024;

export function makeInflow(source: AsyncIterable<Uint8Array | string>): Inflow {
  const iterator = source[Symbol.asyncIterator]();
  let buffer: Buffer = Buffer.alloc(0);
  let ended = false;
  return {
    bytes: () => buffer,
    drop: (count) => {
      buffer = buffer.subarray(count);
    },
    async more() {
      if (ended) return false;
      const wanted = Math.max(chunkBytes, buffer.length * 2);
      if (wanted > limits.documentBytes) throw tooLarge(limits.documentBytes);
      const chunks = [buffer];
      for (let length = buffer.length; length < wanted;) {
        const next = await iterator.next();
        if (next.done === true) {
          ended = true;
          break;
        }
        const { value } = next;
        const chunk =
          typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.length);
        chunks.push(chunk);
        length += chunk.length;
      }
      const grown = chunks.length > 1;
      buffer = grown ? Buffer.concat(chunks) : buffer;
      return grown;
    },
  };
}

/**
 * Reads JSON of any size: one value, or several one after the other (JSON lines). A history is cut into its events, so
 * only the part that is being looked at is held; every byte comes out in exactly one batch.
 * @throws NexusctlError INPUT_INVALID | LIMIT_EXCEEDED
 */
export async function* readJson(inflow: Inflow, form: InputForm): AsyncGenerator<Batch> {
  let several: boolean | undefined;
  for (let count = 0; ; count += 1) {
    await fillToken(inflow);
    if (skipSpace(inflow.bytes(), 0) >= inflow.bytes().length) {
      if (count === 0)
        throw new NexusctlError('INPUT_INVALID', 'the input is empty', { hint: 'give a file, or pipe it in' });
      if (inflow.bytes().length > 0) yield { bytes: inflow.bytes(), places: [] };
      return;
    }
    const path = several === true ? `$[${String(count)}]` : '$';
    const whole = await readWhole(inflow, form, path);
    if (whole === null) {
      yield* readEvents(inflow, form, path);
      several ??= await followsMore(inflow);
      continue;
    }
    if (several === undefined) {
      several = await followsMore(inflow, whole.end);
      if (several)
        for (const [index, place] of whole.walk.places.entries())
          whole.walk.places[index] = { ...place, path: `$[0]${place.path.slice(1)}` };
    }
    yield batchOf(whole.walk, inflow.bytes().subarray(0, whole.end));
    inflow.drop(whole.end);
  }
}

/** Reads until the next token is there with some of what follows. */
async function fillToken(inflow: Inflow): Promise<void> {
  while (skipSpace(inflow.bytes(), 0) >= inflow.bytes().length) if (!(await inflow.more())) return;
}

async function followsMore(inflow: Inflow, at = 0): Promise<boolean> {
  for (;;) {
    if (skipSpace(inflow.bytes(), at) < inflow.bytes().length) return true;
    if (!(await inflow.more())) return false;
  }
}

/** One value that is held whole. Null when it is a history too large to hold: it is to be cut. */
async function readWhole(inflow: Inflow, form: InputForm, path: string): Promise<{ end: number; walk: Walk } | null> {
  for (;;) {
    const bytes = inflow.bytes();
    const at = skipSpace(bytes, 0);
    const walk: Walk = { places: [], operations: makeOperations(), form, clearFailures: [] };
    try {
      const end = walkRoot(walk, bytes, at, path);
      // A bare number or word at the end of what was read may go on.
      if (
        end < bytes.length ||
        bytes[at] === openBrace ||
        bytes[at] === openBracket ||
        isString(bytes, at) ||
        !(await inflow.more())
      )
        return { end, walk };
    } catch (error) {
      if (!isTruncated(error)) throw error;
      if (findEvents(bytes, at, form) !== null) return null;
      if (!(await inflow.more())) throw error;
    }
  }
}

/** The events of a history, a batch at a time. Its end is read to where the whole value ends. */
async function* readEvents(inflow: Inflow, form: InputForm, path: string): AsyncGenerator<Batch> {
  const found = findEvents(inflow.bytes(), skipSpace(inflow.bytes(), 0), form);
  if (found === null) return;
  const operations = makeOperations();
  let at = found.at;
  for (let index = 0; ;) {
    const bytes = inflow.bytes();
    const walk: Walk = { places: [], operations, form, clearFailures: [] };
    for (;;) {
      const next = skipSpace(bytes, at);
      if (next >= bytes.length) break;
      if (bytes[next] === closeBracket) {
        yield batchOf(walk, bytes.subarray(0, next));
        inflow.drop(next);
        yield* readEnd(inflow, found.opening);
        return;
      }
      const start = index === 0 ? next : skipSpace(bytes, next + 1);
      if (index > 0 && bytes[next] !== comma) throw invalidJson(bytes, next, "',' or ']'");
      const mark = walk.places.length;
      try {
        at = walkJson(walk, bytes, start, historyEventType, `${path}${found.path}[${String(index)}]`);
      } catch (error) {
        if (!isTruncated(error)) throw error;
        walk.places.length = mark;
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

function batchOf({ places, clearFailures }: Walk, bytes: Buffer): Batch {
  return { bytes, places, ...(clearFailures === undefined ? {} : { clearFailures }) };
}

const comma = 0x2c;
const closeBracket = 0x5d;

/** What follows the events: small, and checked together with what stood before them. */
async function* readEnd(inflow: Inflow, opening: string): AsyncGenerator<Batch> {
  for (;;) {
    const rest = inflow.bytes();
    try {
      const end = skipValue(Buffer.concat([Buffer.from(opening), rest]), 0) - opening.length;
      yield { bytes: rest.subarray(0, end), places: [] };
      inflow.drop(end);
      return;
    } catch (error) {
      if (!isTruncated(error) || !(await inflow.more())) throw error;
    }
  }
}

interface Events {
  /** Behind the `[`. */
  readonly at: number;
  readonly path: string;
  /** JSON that opens what stands open at `at`. */
  readonly opening: string;
}

/** Where the events of a history begin, in the beginning of a document; null when it is none, or not to be seen yet. */
function findEvents(bytes: Buffer, from: number, form: InputForm): Events | null {
  if (form === 'shorthand') return null;
  if (bytes[from] === openBracket) {
    const first = skipSpace(bytes, from + 1);
    return bytes[first] === openBrace && isEvent(bytes, first) ? { at: from + 1, path: '', opening: '[' } : null;
  }
  if (bytes[from] !== openBrace) return null;
  let found: Events | null = null;
  untilTruncated(() =>
    eachMember(bytes, from, 0, (_bytes, key, at, depth) => {
      const name = found === null ? stringAt(bytes, key) : '';
      if (name === 'events' && bytes[at] === openBracket)
        found = { at: at + 1, path: '.events', opening: '{"events":[' };
      if (name === 'history' && bytes[at] === openBrace)
        return eachMember(bytes, at, depth, (_all, inner, value, deeper) => {
          if (found === null && bytes[value] === openBracket && stringAt(bytes, inner) === 'events')
            found = { at: value + 1, path: '.history.events', opening: '{"history":{"events":[' };
          return skipValue(bytes, value, deeper);
        });
      return skipValue(bytes, at, depth);
    }),
  );
  return found;
}

function isEvent(bytes: Buffer, from: number): boolean {
  let named = false;
  untilTruncated(() =>
    eachMember(bytes, from, 1, (_bytes, key, at, depth) => {
      named ||= ['eventId', 'event_id', 'eventType', 'event_type'].includes(stringAt(bytes, key));
      return skipValue(bytes, at, depth);
    }),
  );
  return named;
}

function untilTruncated(scan: () => unknown): void {
  try {
    scan();
  } catch (error) {
    if (!isTruncated(error)) throw error;
  }
}

/** The JSON value at the start of a text; null when there is none. */
export function readInline(bytes: Buffer): Batch | null {
  const walk: Walk = { places: [], operations: makeOperations(), form: 'full' };
  try {
    const end = walkRoot(walk, bytes, 0, '$');
    return { bytes: bytes.subarray(0, end), places: walk.places };
  } catch (error) {
    if (error instanceof NexusctlError) return null;
    throw error;
  }
}

/** Walks one whole value, whatever kind of document it is. */
function walkRoot(walk: Walk, bytes: Buffer, at: number, path: string): number {
  const value = (): number => {
    const end = skipValue(bytes, at);
    walk.places.push({ start: at, end, path, form: 'value', list: null, failure: null, position: {} });
    return end;
  };
  const list = (): number => walkJson(walk, bytes, at, payloadsType, path);
  if (walk.form === 'shorthand') return bytes[at] === openBracket ? list() : value();
  if (bytes[at] === openBracket) {
    const end = skipValue(bytes, at);
    const first = skipSpace(bytes, at + 1);
    if (bytes[first] === openBrace && isEvent(bytes, first))
      return eachElement(bytes, at, 0, (_bytes, index, element, depth) =>
        walkJson(walk, bytes, element, historyEventType, `${path}[${String(index)}]`, {}, depth),
      );
    if (hasPayloadElement(bytes, at)) return list();
    walkJson(walk, bytes, at, null, path);
    return walk.places.length > 0 ? end : list();
  }
  if (bytes[at] !== openBrace) return value();
  const type = rootType(bytes, at, walk.form);
  const end = walkJson(walk, bytes, at, type, path);
  return type === null && walk.places.length === 0 && !isEmptyDocument(bytes, at) ? value() : end;
}

function hasPayloadElement(bytes: Buffer, from: number): boolean {
  let found = false;
  eachElement(bytes, from, 0, (_bytes, _index, at, depth) => {
    found ||= hasPayloadShape(bytes, at, depth, false);
    return skipValue(bytes, at, depth);
  });
  return found;
}

/** A response without any payload is a document, not a value that somebody wants to encrypt. */
function isEmptyDocument(bytes: Buffer, at: number): boolean {
  let known = false;
  eachMember(bytes, at, 0, (_bytes, key, value, depth) => {
    known ||= ['workflowExecutionInfo', 'executions', 'nextPageToken'].includes(stringAt(bytes, key));
    return skipValue(bytes, value, depth);
  });
  return known;
}

function rootType(bytes: Buffer, from: number, form: InputForm): string | null {
  if (form === 'full' || hasPayloadShape(bytes, from, 0, false)) {
    let container: string | null = payloadType;
    eachMember(bytes, from, 0, (_bytes, key, at, depth) => {
      container = containerOf(stringAt(bytes, key), bytes[at]) ?? container;
      return skipValue(bytes, at, depth);
    });
    return container;
  }
  let type: string | null = null;
  eachMember(bytes, from, 0, (_bytes, key, at, depth) => {
    type ??= containerOf(stringAt(bytes, key), bytes[at]);
    return skipValue(bytes, at, depth);
  });
  return type;
}

function containerOf(name: string, first: number | undefined): string | null {
  if (name === 'events' && first === openBracket) return historyType;
  if (name === 'history' && first === openBrace) return historyResponseType;
  if ((name === 'rawHistory' || name === 'raw_history') && first === openBracket) return historyResponseType;
  if (name === 'payloads' && first === openBracket) return payloadsType;
  if (name === 'eventType' || name === 'event_type') return historyEventType;
  return null;
}

function isTruncated(error: unknown): boolean {
  return error instanceof NexusctlError && error.details?.['truncated'] === true;
}

function tooLarge(limit: number): NexusctlError {
  return new NexusctlError('LIMIT_EXCEEDED', `a single value of the input is larger than ${String(limit)} bytes`);
}
