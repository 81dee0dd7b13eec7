import type { NameTable } from '../name-table.ts';
import { carriage, closeList, closeMap, dot, hash, newline, space } from './yaml-bytes.ts';

/** Not an error of the file: only a form that the line reader leaves to the library. */
export const unusual = new Error('a form of YAML that the line reader does not know');

/** Where a line reader is. */
export interface Place {
  readonly bytes: Buffer;
  readonly names: NameTable;
  /** What is read next, and its column; the column is -1 after the last line. */
  at: number;
  column: number;
  /** The end of the line that `at` is in, and the start of the next one. */
  stop: number;
  following: number;
  /** The column of the mapping or list that the next value belongs to. */
  owner: number;
  /** Inside brackets: there a line has no say. */
  flow: boolean;
  /** What comes next is the value of the key on this line. */
  afterKey: boolean;
}

/** On the first line that has something. */
export function placeAtStart(bytes: Buffer, names: NameTable): Place {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const rest = { owner: -1, flow: false, afterKey: false };
  return { bytes, names, at: start, column: 0, stop: start, following: start, ...rest };
}

/** The line that the place is in, from 1. */
export function lineOf({ bytes, at }: Place): number {
  let line = 1;
  for (let end = bytes.indexOf(newline); end !== -1 && end < at; end = bytes.indexOf(newline, end + 1)) line += 1;
  return line;
}

export function byteAt(place: Place, index: number): number {
  return index < place.stop ? (place.bytes[index] ?? newline) : newline;
}

/** Goes to the first character of the next line that has something. */
export function nextLine(place: Place): void {
  const { bytes } = place;
  const { length } = bytes;
  place.afterKey = false;
  let following = place.following;
  while (following < length) {
    const start = following;
    let end = start;
    let first = -1;
    for (; end < length; end += 1) {
      const one = bytes[end] ?? 0;
      if (one === newline) break;
      if (one < space && !(one === carriage && bytes[end + 1] === newline)) {
        place.at = end;
        throw unusual;
      }
      if (first === -1 && one !== space && one !== carriage) first = end;
    }
    following = end + 1;
    if (first === -1 || bytes[first] === hash) continue;
    place.stop = end > start && bytes[end - 1] === carriage ? end - 1 : end;
    place.following = following;
    place.at = first;
    place.column = first - start;
    return;
  }
  place.at = length;
  place.stop = length;
  place.following = following;
  place.column = -1;
}

export function skipSpaces(place: Place): void {
  while (byteAt(place, place.at) === space) place.at += 1;
}

/** Blanks, and inside brackets the ends of lines too. */
export function skipBlanks(place: Place): void {
  skipSpaces(place);
  while (place.flow && lineIsOver(place)) {
    nextLine(place);
    if (place.column < place.owner || (place.column === place.owner && !isClosing(place)) || isMark(place))
      throw unusual;
  }
}

/** A bracket that ends may stand below its key. */
function isClosing({ at, bytes }: Place): boolean {
  return bytes[at] === closeList || bytes[at] === closeMap;
}

/** The line that ends a document stands at the margin; no text does, unless brackets are all there is. */
function isMark({ column, at, bytes }: Place): boolean {
  return column === 0 && bytes[at] === dot;
}

/** After a value: nothing but a comment may stand on the rest of its line. */
export function lineIsOver(place: Place): boolean {
  const one = byteAt(place, place.at);
  return one === newline || (one === hash && place.bytes[place.at - 1] === space);
}

/** Goes on to the next line from the end of a value. */
export function endLine(place: Place): void {
  if (place.flow) return;
  skipSpaces(place);
  if (!lineIsOver(place)) throw unusual;
  nextLine(place);
}

/** The bytes `[from, to)` as text. */
export function sliceOf({ bytes, names }: Place, from: number, to: number): string {
  const index = names.at(bytes, from, to);
  if (index === -1) throw unusual;
  return names.text(index);
}
