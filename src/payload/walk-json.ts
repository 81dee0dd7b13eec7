import {
  eachElement,
  eachMember,
  isString,
  openBrace,
  openBracket,
  skipValue,
  stringAt,
  type Span,
} from './json-scan.ts';
import { failureType, historyEventType, messageOf, payloadsType, payloadType, searchAttributesType } from './schema.ts';
import type { Operations, Position } from './position.ts';

/** How values at payload positions are read: as payloads, as the CLI's shorthand, or by what they look like. */
export type InputForm = 'auto' | 'full' | 'shorthand';

/** A payload in a JSON document: where its bytes stand and what is known about the place. */
export interface Place extends Span {
  /** e.g. `$.events[4].nexusOperationScheduledEventAttributes.input` */
  readonly path: string;
  /** `payload`: metadata and data in base64. `value`: the user's own JSON (shorthand, readable download). `blob`: a history as base64 of proto. */
  readonly form: 'payload' | 'value' | 'blob';
  /** The list that the payload is an element of. */
  readonly list: List | null;
  /** The failure whose words the payload holds. */
  readonly failure: Failure | null;
  readonly position: Position;
}

/** A Payloads message (`{"payloads":[…]}`), or its shorthand (`[…]`). */
export interface List extends Span {
  readonly shorthand: boolean;
  readonly count: number;
}

/** Members of a Failure in JSON: what `readable` writes back. */
export interface Failure {
  readonly message: Span | null;
  readonly stackTrace: Span | null;
  /** `"encodedAttributes": {…}`. */
  readonly member: Span;
  /** The same with the comma that has to go when nothing takes its place. */
  readonly gap: Span;
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

export interface Walk {
  readonly places: Place[];
  readonly operations: Operations;
  readonly form: InputForm;
  /** Where the next `"metadata"` stands in the bytes that are being walked. */
  metadata?: { readonly bytes: Buffer; readonly at: number };
  /** Paths of failures whose message is in clear. */
  readonly clearFailures?: string[];
}

/**
 * Collects every payload of the JSON value at `from`, which is a message of `type`, or anything when that is null: then,
 * and in members that the schema does not know (newer servers), whatever has the shape of a payload counts as one.
 * Search attributes are never collected: the server indexes them, so no codec touches them.
 * @returns where the value ends
 * @throws NexusctlError INPUT_INVALID | LIMIT_EXCEEDED
 */
export function walkJson(
  walk: Walk,
  bytes: Buffer,
  from: number,
  type: string | null,
  path: string,
  position: Mutable<Position> = {},
  depth = 0,
): number {
  const place = (form: Place['form'], end: number): number => {
    walk.places.push({ start: from, end, path, form, list: null, failure: null, position });
    return end;
  };
  switch (type) {
    case null:
      return walkAnything(walk, bytes, from, path, position, depth);
    case payloadType: {
      if (isNull(bytes, from)) return skipValue(bytes, from, depth);
      const { isPayload, end } = judge(walk, bytes, from, depth, false);
      return place(isPayload ? 'payload' : 'value', end);
    }
    case payloadsType:
      return walkPayloads(walk, bytes, from, path, position, depth);
    case searchAttributesType:
      return skipValue(bytes, from, depth);
    case 'common.v1.DataBlob':
      return walkBlob(walk, bytes, from, path, position, depth);
    default:
      return walkMessage(walk, bytes, from, type, path, position, depth);
  }
}

function walkMessage(
  walk: Walk,
  bytes: Buffer,
  from: number,
  type: string,
  path: string,
  outer: Mutable<Position>,
  depth: number,
): number {
  if (bytes[from] !== openBrace) return skipValue(bytes, from, depth);
  const message = messageOf(type);
  const isEvent = type === historyEventType;
  const isFailure = type === failureType;
  const position: Mutable<Position> = isEvent ? {} : outer;
  const captures = isEvent || type.includes('Nexus');
  const first = walk.places.length;
  const words: { message: Span | null; stackTrace: Span | null } = { message: null, stackTrace: null };
  let encoded: { readonly place: number; readonly member: Span; gap: Span } | null = null as null | {
    place: number;
    member: Span;
    gap: Span;
  };
  let previousEnd = -1;
  const end = eachMember(bytes, from, depth, (_bytes, key, at, inner) => {
    const byte = bytes[at];
    // A first member takes the comma behind it along.
    if (encoded !== null && encoded.gap.end === encoded.member.end && encoded.gap.start === encoded.member.start)
      encoded.gap = { start: encoded.member.start, end: key.start };
    if (byte !== openBrace && byte !== openBracket) {
      const stop = skipValue(bytes, at, inner);
      if (captures && mayTell(bytes, key)) capture(position, stringAt(bytes, key), bytes, { start: at, end: stop });
      else if (isFailure && isString(bytes, at)) {
        const name = stringAt(bytes, key);
        if (name === 'message') words.message = { start: at, end: stop };
        if (name === 'stackTrace' || name === 'stack_trace') words.stackTrace = { start: at, end: stop };
      }
      previousEnd = stop;
      return stop;
    }
    const name = stringAt(bytes, key);
    const field = message?.byName.get(name) ?? message?.byName.get(camelCase(name));
    if (captures && (name === 'nexusHeader' || name === 'nexus_header'))
      position.nexusHeader = textsAt(bytes, at, inner);
    if (field === undefined) {
      const skipped = skipValue(bytes, at, inner);
      if (!holdsPayload(walk, bytes, at, skipped)) return (previousEnd = skipped);
    }
    const below = `${path}${member(name)}`;
    let stop: number;
    const count = walk.places.length;
    if (field === undefined) stop = walkUnknown(walk, bytes, at, name, below, position, inner);
    else if (field.map && byte === openBrace)
      stop = eachMember(bytes, at, inner, (_all, entry, value, deeper) =>
        walkJson(walk, bytes, value, field.type, `${below}${member(stringAt(bytes, entry))}`, position, deeper),
      );
    else if (field.repeated && byte === openBracket)
      stop = eachElement(bytes, at, inner, (_all, index, value, deeper) =>
        walkJson(walk, bytes, value, field.type, `${below}[${String(index)}]`, position, deeper),
      );
    else stop = walkJson(walk, bytes, at, field.type, below, position, inner);
    if (isFailure && field?.name === 'encodedAttributes' && walk.places.length === count + 1) {
      const span = { start: key.start, end: stop };
      encoded = { place: count, member: span, gap: previousEnd === -1 ? span : { start: previousEnd, end: stop } };
    }
    previousEnd = stop;
    return stop;
  });
  if (encoded !== null) {
    const { place: index, member: span, gap } = encoded;
    amend(walk, index, { failure: { ...words, member: span, gap } });
  }
  if (isFailure && encoded === null && words.message !== null && words.message.end - words.message.start > 2)
    walk.clearFailures?.push(path);
  if (isEvent) walk.operations.complete(position, walk.places.length > first);
  return end;
}

function textsAt(bytes: Buffer, from: number, depth: number): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  if (bytes[from] !== openBrace) return texts;
  eachMember(bytes, from, depth, (_bytes, key, at, inner) => {
    const end = skipValue(bytes, at, inner);
    if (isString(bytes, at)) texts.set(stringAt(bytes, key), stringAt(bytes, { start: at, end }));
    return end;
  });
  return texts;
}

/** Most members of an event tell nothing: `e`, `o` and `s` begin those that do. */
function mayTell(bytes: Buffer, key: Span): boolean {
  const first = bytes[key.start + 1];
  return first === 0x65 || first === 0x6f || first === 0x73;
}

/** Facts of the event that tell which endpoint a payload crossed; 1.5 of the payload notes. */
function capture(position: Mutable<Position>, name: string, bytes: Buffer, span: Span): void {
  switch (name) {
    case 'eventId':
    case 'event_id':
      position.eventId = scalar(bytes, span);
      return;
    case 'eventType':
    case 'event_type':
      position.eventType = scalar(bytes, span);
      return;
    case 'scheduledEventId':
    case 'scheduled_event_id':
      position.scheduledEventId = scalar(bytes, span);
      return;
    case 'endpoint':
      position.endpoint = scalar(bytes, span);
      return;
    case 'service':
      position.service = scalar(bytes, span);
      return;
    case 'operation':
      position.operation = scalar(bytes, span);
      return;
  }
}

function scalar(bytes: Buffer, span: Span): string {
  return isString(bytes, span.start) ? stringAt(bytes, span) : bytes.toString('latin1', span.start, span.end);
}

function walkPayloads(
  walk: Walk,
  bytes: Buffer,
  from: number,
  path: string,
  position: Position,
  depth: number,
): number {
  if (bytes[from] === openBracket) return walkList(walk, bytes, from, from, path, position, depth, true);
  if (bytes[from] !== openBrace) return skipValue(bytes, from, depth);
  let found = -1;
  const first = walk.places.length;
  const end = eachMember(bytes, from, depth, (_bytes, key, at, inner) => {
    if (bytes[at] !== openBracket || stringAt(bytes, key) !== 'payloads') return skipValue(bytes, at, inner);
    found = at;
    return walkList(walk, bytes, at, from, `${path}.payloads`, position, inner, false);
  });
  // A Payloads without its list, e.g. a readable download that was collapsed to one value.
  if (found === -1 && end - from > 2)
    walk.places.push({ start: from, end, path, form: 'value', list: null, failure: null, position });
  // The list's span is the whole message, which is known only now.
  const list: List = { start: from, end, shorthand: false, count: walk.places.length - first };
  for (let index = first; found !== -1 && index < walk.places.length; index += 1) amend(walk, index, { list });
  return end;
}

function walkList(
  walk: Walk,
  bytes: Buffer,
  from: number,
  start: number,
  path: string,
  position: Position,
  depth: number,
  shorthand: boolean,
): number {
  const first = walk.places.length;
  const end = eachElement(bytes, from, depth, (_bytes, index, at, inner) => {
    const { isPayload, end: stop } = judge(walk, bytes, at, inner, !shorthand);
    const form = isPayload ? 'payload' : 'value';
    walk.places.push({
      start: at,
      end: stop,
      path: `${path}[${String(index)}]`,
      form,
      list: null,
      failure: null,
      position,
    });
    return stop;
  });
  if (shorthand) {
    const list: List = { start, end, shorthand, count: walk.places.length - first };
    for (let index = first; index < walk.places.length; index += 1) amend(walk, index, { list });
  }
  return end;
}

function amend(walk: Walk, index: number, facts: Partial<Place>): void {
  const place = walk.places[index];
  if (place !== undefined) walk.places[index] = { ...place, ...facts };
}

function walkBlob(walk: Walk, bytes: Buffer, from: number, path: string, position: Position, depth: number): number {
  if (bytes[from] !== openBrace) return skipValue(bytes, from, depth);
  return eachMember(bytes, from, depth, (_bytes, key, at, inner) => {
    const end = skipValue(bytes, at, inner);
    if (isString(bytes, at) && stringAt(bytes, key) === 'data')
      walk.places.push({ start: at, end, path: `${path}.data`, form: 'blob', list: null, failure: null, position });
    return end;
  });
}

const searchAttributeNames = new Set(['searchAttributes', 'search_attributes', 'indexedFields', 'indexed_fields']);

/** Whether what the schema does not know may have a payload in it: every payload has a `"metadata"`. */
function holdsPayload(walk: Walk, bytes: Buffer, from: number, end: number): boolean {
  if (walk.metadata?.bytes !== bytes || walk.metadata.at < from) {
    const at = bytes.indexOf('"metadata"', from);
    walk.metadata = { bytes, at: at === -1 ? Infinity : at };
  }
  return walk.metadata.at < end;
}

function walkUnknown(
  walk: Walk,
  bytes: Buffer,
  from: number,
  name: string,
  path: string,
  position: Mutable<Position>,
  depth: number,
): number {
  if (searchAttributeNames.has(name)) return skipValue(bytes, from, depth);
  if (name === 'payloads' && bytes[from] === openBracket)
    return walkList(walk, bytes, from, from, path, position, depth, false);
  return walkAnything(walk, bytes, from, path, position, depth);
}

function walkAnything(
  walk: Walk,
  bytes: Buffer,
  from: number,
  path: string,
  position: Mutable<Position>,
  depth: number,
): number {
  if (bytes[from] === openBracket)
    return eachElement(bytes, from, depth, (_bytes, index, at, inner) =>
      walkAnything(walk, bytes, at, `${path}[${String(index)}]`, position, inner),
    );
  if (bytes[from] !== openBrace) return skipValue(bytes, from, depth);
  if (walk.form !== 'shorthand' && hasPayloadShape(bytes, from, depth, false))
    return walkJson(walk, bytes, from, payloadType, path, position, depth);
  const here: Mutable<Position> = { ...position };
  return eachMember(bytes, from, depth, (_bytes, key, at, inner) => {
    const name = stringAt(bytes, key);
    if (bytes[at] !== openBrace && bytes[at] !== openBracket) {
      const end = skipValue(bytes, at, inner);
      if (name === 'endpoint' && isString(bytes, at)) here.endpoint = scalar(bytes, { start: at, end });
      return end;
    }
    return walkUnknown(walk, bytes, at, name, `${path}${member(name)}`, here, inner);
  });
}

interface Judged {
  readonly isPayload: boolean;
  readonly end: number;
}

/** Whether the value at a payload's place is a payload in full; see `InputForm`. */
function judge(walk: Walk, bytes: Buffer, at: number, depth: number, listed: boolean): Judged {
  if (walk.form !== 'auto') return { isPayload: walk.form === 'full', end: skipValue(bytes, at, depth) };
  if (bytes[at] !== openBrace) return { isPayload: false, end: skipValue(bytes, at, depth) };
  return shapeOf(bytes, at, depth, listed);
}

const payloadFields = new Set(['metadata', 'data', 'externalPayloads', 'external_payloads']);

/**
 * Whether the value at `from` is an object with a payload's fields only, and metadata that names an encoding. In a list
 * that can hold nothing but payloads the encoding may be missing.
 */
export function hasPayloadShape(bytes: Buffer, from: number, depth: number, listed: boolean): boolean {
  return bytes[from] === openBrace && shapeOf(bytes, from, depth, listed).isPayload;
}

function shapeOf(bytes: Buffer, from: number, depth: number, listed: boolean): Judged {
  const seen = { fits: true, encoding: false };
  const end = eachMember(bytes, from, depth, (_bytes, key, at, inner) => {
    const name = stringAt(bytes, key);
    seen.fits &&= payloadFields.has(name) && (name !== 'data' || isString(bytes, at) || isNull(bytes, at));
    if (name !== 'metadata' || bytes[at] !== openBrace) {
      seen.fits &&= name !== 'metadata' || isNull(bytes, at);
      return skipValue(bytes, at, inner);
    }
    return eachMember(bytes, at, inner, (_all, entry, value, deeper) => {
      seen.fits &&= isString(bytes, value) || isNull(bytes, value);
      seen.encoding ||= stringAt(bytes, entry) === 'encoding';
      return skipValue(bytes, value, deeper);
    });
  });
  return { isPayload: seen.fits && (seen.encoding || listed), end };
}

function isNull(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0x6e;
}

function member(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function camelCase(name: string): string {
  return name.includes('_') ? name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase()) : name;
}
