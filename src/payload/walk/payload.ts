import { jsonKey } from '../json/key.ts';
import {
  firstElement,
  firstMember,
  isNull,
  isString,
  keyEnd,
  nextElement,
  nextMember,
  openBrace,
  openBracket,
  skipValue,
  valueStart,
} from '../json/scan.ts';
import { hasPayloadShape, judge } from './payload-shape.ts';
import { addPlace, type List, type Walk } from './place.ts';
import type { Position } from '../model/position.ts';

/** A message of type Payload, or what stands for one. @returns where it ends, as all of these */
export function walkPayload(
  walk: Walk,
  bytes: Buffer,
  from: number,
  path: string,
  position: Position,
  depth: number,
): number {
  if (isNull(bytes, from)) return skipValue(bytes, from, depth);
  const { isPayload, end, parts } = judge(walk.form, bytes, from, depth, false);
  return addPlace(walk, isPayload ? 'payload' : 'value', from, end, path, position, parts);
}

/** A message of type Payloads, or its shorthand: a list. */
export function walkPayloads(
  walk: Walk,
  bytes: Buffer,
  from: number,
  path: string,
  position: Position,
  depth: number,
): number {
  const first = walk.places.length;
  if (bytes[from] === openBracket) {
    const end = walkList(walk, bytes, from, path, position, depth, false);
    return enlist(walk, first, from, end, true);
  }
  if (bytes[from] !== openBrace) return skipValue(bytes, from, depth);
  let found = false;
  let at = firstMember(bytes, from, depth);
  while (at >= 0) {
    const behindKey = keyEnd(bytes, at);
    const value = valueStart(bytes, behindKey);
    const isList = bytes[value] === openBracket && jsonKey(bytes, at, behindKey).name === 'payloads';
    found ||= isList;
    const end = isList
      ? walkList(walk, bytes, value, `${path}.payloads`, position, depth + 1, true)
      : skipValue(bytes, value, depth + 1);
    at = nextMember(bytes, end);
  }
  // A Payloads without its list, e.g. a readable download that was collapsed to one value.
  if (!found && ~at - from > 2)
    return hasPayloadShape(bytes, from, depth)
      ? walkPayload(walk, bytes, from, path, position, depth)
      : addPlace(walk, 'value', from, ~at, path, position);
  return enlist(walk, first, from, ~at, false);
}

/** The span of the whole message is known only behind it. */
function enlist(walk: Walk, first: number, start: number, end: number, shorthand: boolean): number {
  const { places } = walk;
  const list: List = { start, end, shorthand, count: places.length - first };
  for (let index = first; index < places.length; index += 1) {
    const place = places[index];
    if (place !== undefined) place.list = list;
  }
  return end;
}

/** @param listed the list can hold nothing but payloads */
export function walkList(
  walk: Walk,
  bytes: Buffer,
  from: number,
  path: string,
  position: Position,
  depth: number,
  listed: boolean,
): number {
  let at = firstElement(bytes, from, depth);
  for (let index = 0; at >= 0; index += 1) {
    const { isPayload, end, parts } = judge(walk.form, bytes, at, depth + 1, listed);
    addPlace(walk, isPayload ? 'payload' : 'value', at, end, `${path}[${String(index)}]`, position, parts);
    at = nextElement(bytes, end);
  }
  return ~at;
}

/** A message of type DataBlob: a history in base64. */
export function walkBlob(
  walk: Walk,
  bytes: Buffer,
  from: number,
  path: string,
  position: Position,
  depth: number,
): number {
  if (bytes[from] !== openBrace) return skipValue(bytes, from, depth);
  let at = firstMember(bytes, from, depth);
  while (at >= 0) {
    const behindKey = keyEnd(bytes, at);
    const value = valueStart(bytes, behindKey);
    const end = skipValue(bytes, value, depth + 1);
    if (isString(bytes, value) && jsonKey(bytes, at, behindKey).name === 'data')
      walk.places.push({
        ...{ start: value, end, path: `${path}.data`, form: 'blob', parts: null, list: null, failure: null, position },
        operations: walk.operations,
      });
    at = nextMember(bytes, end);
  }
  return ~at;
}
