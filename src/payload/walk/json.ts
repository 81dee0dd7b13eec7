import { capture, mayTell } from './event-facts.ts';
import { closeFailure, noteEncoded, noteNext, noteWords, type FailureWords } from './failure-words.ts';
import { jsonKey } from '../json/key.ts';
import {
  eachElement,
  firstMember,
  isString,
  keyEnd,
  nextMember,
  openBrace,
  openBracket,
  skipNoting,
  skipValue,
  valueStart,
} from '../json/scan.ts';
import type { OpenPosition, Walk } from './place.ts';
import {
  apartTypes,
  dataBlobType,
  failureType,
  headerType,
  historyEventType,
  messageOf,
  payloadsType,
  payloadType,
  searchAttributesType,
  type Message,
  type SchemaField,
} from '../schema/schema.ts';
import { walkBlob, walkPayload, walkPayloads } from './payload.ts';
import { walkAnything, walkHeaders, walkUnknown } from './unknown.ts';

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
  position: OpenPosition = {},
  depth = 0,
): number {
  switch (type) {
    case null:
      return walkAnything(walk, bytes, from, path, position, depth);
    case payloadType:
      return walkPayload(walk, bytes, from, path, position, depth);
    case payloadsType:
      return walkPayloads(walk, bytes, from, path, position, depth);
    case searchAttributesType:
      return skipValue(bytes, from, depth);
    case dataBlobType:
      return walkBlob(walk, bytes, from, path, position, depth);
    default:
      return walkMessage(walk, bytes, from, type, path, position, depth);
  }
}

/** What is walked for in a message of a type. */
interface MessagePlan {
  readonly message: Message | null;
  readonly isEvent: boolean;
  /** What is around it says nothing about its payloads. */
  readonly isApart: boolean;
  readonly isFailure: boolean;
  /** Some of its members tell which endpoint its payloads crossed. */
  readonly tells: boolean;
}

const plans = new Map<string, MessagePlan>();

function planOf(type: string): MessagePlan {
  const known = plans.get(type);
  if (known !== undefined) return known;
  const isEvent = type === historyEventType;
  const message = messageOf(type);
  const plan = {
    message,
    isEvent,
    isApart: isEvent || apartTypes.has(type),
    isFailure: type === failureType,
    tells: isEvent || type.includes('Nexus'),
  };
  if (message !== null) plans.set(type, plan);
  return plan;
}

function walkMessage(
  walk: Walk,
  bytes: Buffer,
  from: number,
  type: string,
  path: string,
  outer: OpenPosition,
  depth: number,
): number {
  if (bytes[from] !== openBrace) return skipValue(bytes, from, depth);
  const { message, isEvent, isApart, isFailure, tells } = planOf(type);
  const position: OpenPosition = isApart ? {} : outer;
  const first = walk.places.length;
  const words: FailureWords | null = isFailure ? { message: null, stackTrace: null, encoded: null } : null;
  let previousEnd = -1;
  let at = firstMember(bytes, from, depth);
  while (at >= 0) {
    const behindKey = keyEnd(bytes, at);
    const value = valueStart(bytes, behindKey);
    const byte = bytes[value];
    let end: number;
    if (byte !== openBrace && byte !== openBracket) {
      end = skipValue(bytes, value, depth + 1);
      if (tells && mayTell(bytes, at))
        capture(position, jsonKey(bytes, at, behindKey).name, bytes, { start: value, end });
      else if (words !== null && isString(bytes, value))
        noteWords(words, jsonKey(bytes, at, behindKey).name, { start: value, end });
    } else {
      const key = jsonKey(bytes, at, behindKey);
      const field = message?.byName.get(key.name) ?? message?.byName.get(key.jsonName);
      const count = walk.places.length;
      if (field !== undefined) end = walkField(walk, bytes, value, field, `${path}${key.segment}`, position, depth + 1);
      else {
        end = skipNoting(bytes, value, depth + 1);
        if (end < 0) end = walkUnknown(walk, bytes, value, key.name, `${path}${key.segment}`, position, depth + 1);
      }
      if (words !== null && field?.name === 'encodedAttributes' && walk.places.length === count + 1)
        noteEncoded(words, count, { start: at, end }, previousEnd);
    }
    previousEnd = end;
    at = nextMember(bytes, end);
    if (words !== null) noteNext(words, at);
  }
  if (words !== null) closeFailure(walk, words, bytes, path, position);
  if (isEvent) {
    walk.operations.complete(position, walk.places.length > first);
    walk.events?.push({ path, position, form: 'json', bytes, start: from, end: ~at });
  }
  return ~at;
}

function walkField(
  walk: Walk,
  bytes: Buffer,
  from: number,
  { type, map, repeated }: SchemaField,
  path: string,
  position: OpenPosition,
  depth: number,
): number {
  if (repeated && bytes[from] === openBracket)
    return eachElement(bytes, from, depth, (_bytes, index, at, inner) =>
      walkJson(walk, bytes, at, type, `${path}[${String(index)}]`, position, inner),
    );
  if (!map || bytes[from] !== openBrace) return walkJson(walk, bytes, from, type, path, position, depth);
  if (type === headerType) return walkHeaders(walk, bytes, from, path, position, depth);
  let at = firstMember(bytes, from, depth);
  while (at >= 0) {
    const behindKey = keyEnd(bytes, at);
    const below = `${path}${jsonKey(bytes, at, behindKey).segment}`;
    at = nextMember(bytes, walkJson(walk, bytes, valueStart(bytes, behindKey), type, below, position, depth + 1));
  }
  return ~at;
}
