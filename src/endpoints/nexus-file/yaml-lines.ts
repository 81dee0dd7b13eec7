import {
  backslash,
  closeList,
  closeMap,
  colon,
  comma,
  dash,
  isItem,
  isKeyLetter,
  newline,
  openList,
  openMap,
  quote,
  space,
} from './yaml-bytes.ts';
import {
  byteAt,
  endLine,
  lineIsOver,
  nextLine,
  skipBlanks,
  skipSpaces,
  sliceOf,
  unusual,
  type Place,
} from './yaml-place.ts';
import { readScalar } from './yaml-scalars.ts';

/**
 * A reader of the everyday part of YAML, line by line and without a tree: block mappings and lists, plain and quoted
 * scalars, `|` and `|-`, comments, and flow collections (JSON among them). Whatever else a file holds is thrown as
 * `unusual`, never guessed: the library reads it then. Every scalar is a text.
 */
export interface LineReader {
  /** The scalar that comes next. */
  readonly text: () => string;
  /** The mapping that comes next: `take` must consume the value of each key. */
  readonly map: (take: (key: string) => void) => void;
  /** The list that comes next: `take` must consume each item. */
  readonly list: (take: () => void) => void;
  /** Whether a mapping comes next; a scalar or list otherwise. */
  readonly isMap: () => boolean;
  /** Ends the document. */
  readonly end: () => void;
}

/** A key in quotes is looked for no further than this. */
const longestKey = 100;

/** @param place at the start */
export function readLines(place: Place): LineReader {
  startDocument(place);
  return {
    text: () => readScalar(place),
    isMap: () => {
      skipBlanks(place);
      return byteAt(place, place.at) === openMap || keyEnd(place) !== -1;
    },
    map: (take) => {
      skipBlanks(place);
      if (byteAt(place, place.at) === openMap) inBrackets(place, closeMap, () => take(keyOf(place)));
      else blockMap(place, take);
    },
    list: (take) => {
      skipBlanks(place);
      if (byteAt(place, place.at) === openList) inBrackets(place, closeList, take);
      else blockList(place, take);
    },
    end: () => {
      if (place.column !== -1) throw unusual;
    },
  };
}

/** A file may begin with the line that begins a document. */
function startDocument(place: Place): void {
  nextLine(place);
  const isMark = [0, 1, 2].every((index) => byteAt(place, place.at + index) === dash);
  if (!isMark || place.column !== 0) return;
  place.at += 3;
  endLine(place);
}

function blockMap(place: Place, take: (key: string) => void): void {
  if (lineIsOver(place) && place.column !== -1) goBelow(place, false);
  const { column: indent, owner } = place;
  if (indent === -1 || place.flow || place.afterKey) throw unusual;
  do {
    place.owner = indent;
    take(keyOf(place));
  } while (place.column === indent);
  if (place.column > indent) throw unusual;
  place.owner = owner;
}

function blockList(place: Place, take: () => void): void {
  if (!lineIsOver(place)) throw unusual;
  goBelow(place, true);
  const { column: indent, owner } = place;
  if (!isItem(byteAt(place, place.at), byteAt(place, place.at + 1))) throw unusual;
  do {
    place.owner = indent;
    place.at += 1;
    const start = place.at;
    skipSpaces(place);
    if (lineIsOver(place)) throw unusual;
    place.column = indent + 1 + place.at - start;
    place.afterKey = false;
    take();
  } while (place.column === indent && isItem(byteAt(place, place.at), byteAt(place, place.at + 1)));
  if (place.column > indent) throw unusual;
  place.owner = owner;
}

/** Goes to the value of a key that stands below it. */
function goBelow(place: Place, isList: boolean): void {
  if (place.flow) throw unusual;
  nextLine(place);
  const { column, owner } = place;
  const deepEnough = isList && byteAt(place, place.at) === dash ? column >= owner : column > owner;
  if (!deepEnough) throw unusual;
}

function inBrackets(place: Place, close: number, take: () => void): void {
  const outer = place.flow;
  place.flow = true;
  place.at += 1;
  skipBlanks(place);
  for (let first = true; first || byteAt(place, place.at) !== close; first = false) {
    // Nothing inside, or a comma before the end: lists may be empty, the rest is left to the library.
    if (byteAt(place, place.at) === close && first && close === closeList) break;
    take();
    skipBlanks(place);
    if (byteAt(place, place.at) === close) break;
    if (byteAt(place, place.at) !== comma) throw unusual;
    place.at += 1;
    skipBlanks(place);
    if (byteAt(place, place.at) === close) throw unusual;
  }
  place.at += 1;
  place.flow = outer;
  endLine(place);
}

function keyOf(place: Place): string {
  const end = keyEnd(place);
  if (end === -1) throw unusual;
  const inQuotes = byteAt(place, place.at) === quote;
  const name = inQuotes ? sliceOf(place, place.at + 1, end - 1) : sliceOf(place, place.at, end);
  place.at = end + 1;
  place.afterKey = true;
  return name;
}

/** Where the colon of the key that comes next is; -1 when none comes. */
function keyEnd(place: Place): number {
  const start = place.at;
  let end = start;
  if (byteAt(place, start) === quote) {
    for (end += 1; isInQuotes(byteAt(place, end)); end += 1) if (end - start > longestKey) return -1;
    if (byteAt(place, end) !== quote || byteAt(place, end + 1) !== colon) return -1;
    end += 1;
  } else {
    while (isKeyLetter(byteAt(place, end))) end += 1;
    if (end === start || byteAt(place, end) !== colon) return -1;
  }
  const after = byteAt(place, end + 1);
  // JSON writes no blank there, and YAML knows that of brackets.
  const isKey = after === space || after === newline || (place.flow && byteAt(place, start) === quote);
  return isKey ? end : -1;
}

function isInQuotes(byte: number): boolean {
  return byte >= space && byte < 0x7f && byte !== quote && byte !== backslash;
}
