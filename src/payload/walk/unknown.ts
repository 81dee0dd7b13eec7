import { scalar } from './event-facts.ts';
import { jsonKey } from '../json/key.ts';
import {
  eachElement,
  eachMember,
  firstMember,
  isString,
  keyEnd,
  nextMember,
  openBrace,
  openBracket,
  skipValue,
  stringAt,
  valueStart,
} from '../json/scan.ts';
import { hasPayloadShape } from './payload-shape.ts';
import type { OpenPosition, Walk } from './place.ts';
import type { Position } from '../model/position.ts';
import { walkList, walkPayload } from './payload.ts';

/** Headers of operations and of callbacks, where no schema says so. */
const headers = /\.(?:nexusHeader|nexus_header|callbackHeader|callback_header|nexus\.header)$/;

const searchAttributeNames = new Set(['searchAttributes', 'search_attributes', 'indexedFields', 'indexed_fields']);

/** A member that the schema does not know, by its name. */
export function walkUnknown(
  walk: Walk,
  bytes: Buffer,
  from: number,
  name: string,
  path: string,
  position: OpenPosition,
  depth: number,
): number {
  if (searchAttributeNames.has(name)) return skipValue(bytes, from, depth);
  if (headers.test(path) && bytes[from] === openBrace) return walkHeaders(walk, bytes, from, path, position, depth);
  if (name === 'payloads' && bytes[from] === openBracket)
    return walkList(walk, bytes, from, path, position, depth, true);
  return walkAnything(walk, bytes, from, path, position, depth);
}

/** A value of which nothing is known: whatever has the shape of a payload counts as one. */
export function walkAnything(
  walk: Walk,
  bytes: Buffer,
  from: number,
  path: string,
  position: OpenPosition,
  depth: number,
): number {
  if (bytes[from] === openBracket)
    return eachElement(bytes, from, depth, (_bytes, index, at, inner) =>
      walkAnything(walk, bytes, at, `${path}[${String(index)}]`, position, inner),
    );
  if (bytes[from] !== openBrace) return skipValue(bytes, from, depth);
  if (walk.form !== 'shorthand' && hasPayloadShape(bytes, from, depth))
    return walkPayload(walk, bytes, from, path, position, depth);
  const here: OpenPosition = { ...position };
  let at = firstMember(bytes, from, depth);
  while (at >= 0) {
    const behindKey = keyEnd(bytes, at);
    const { name, segment } = jsonKey(bytes, at, behindKey);
    const value = valueStart(bytes, behindKey);
    let end: number;
    if (bytes[value] === openBrace || bytes[value] === openBracket)
      end = walkUnknown(walk, bytes, value, name, `${path}${segment}`, here, depth + 1);
    else {
      end = skipValue(bytes, value, depth + 1);
      if (name === 'endpoint' && isString(bytes, value)) here.endpoint = scalar(bytes, { start: value, end });
    }
    at = nextMember(bytes, end);
  }
  return ~at;
}

/** A map of headers: their names. */
export function walkHeaders(
  walk: Walk,
  bytes: Buffer,
  from: number,
  path: string,
  position: Position,
  depth: number,
): number {
  return eachMember(bytes, from, depth, (_bytes, key, at, inner) => {
    walk.clear?.push({ kind: 'header', path, position, name: stringAt(bytes, key) });
    return skipValue(bytes, at, inner);
  });
}
