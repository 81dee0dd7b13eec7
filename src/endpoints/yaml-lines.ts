import type { NameTable } from './name-table.ts';
import {
  apostrophe,
  backslash,
  bar,
  carriage,
  closeList,
  closeMap,
  colon,
  comma,
  dash,
  hash,
  isItem,
  isKeyLetter,
  isOdd,
  isPlainStart,
  isWord,
  newline,
  openList,
  openMap,
  quote,
  space,
} from './yaml-bytes.ts';

/**
 * A reader of the everyday part of YAML, line by line and without a tree: block mappings and lists, plain and quoted
 * scalars on one line, `|` and `|-`, comments, and flow collections that end on their line. Whatever else a file holds
 * is thrown as `unusual`, never guessed: the library reads it then. Every scalar is a text.
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

/** Not an error of the file: only a form that this reader leaves to the library. */
export const unusual = new Error('a form of YAML that the line reader does not know');

export function readLines(bytes: Buffer, names: NameTable): LineReader {
  /** What is read next, and its column; -1 after the last line. */
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let column = 0;
  /** The end of the line that `at` is in, and the start of the next one. */
  let stop = at;
  let following = at;
  /** Inside brackets: there a line has no say. */
  let flow = false;
  /** What comes next is the value of the key on this line. */
  let afterKey = false;

  const byte = (place: number): number => (place < stop ? (bytes[place] ?? newline) : newline);

  /** Goes to the first character of the next line that has something. */
  const nextLine = (): void => {
    afterKey = false;
    while (following < bytes.length) {
      const start = following;
      let end = start;
      let first = -1;
      for (; end < bytes.length; end += 1) {
        const one = bytes[end] ?? 0;
        if (one === newline) break;
        if (one < space && !(one === carriage && bytes[end + 1] === newline)) throw unusual;
        if (first === -1 && one !== space && one !== carriage) first = end;
      }
      following = end + 1;
      stop = end > start && bytes[end - 1] === carriage ? end - 1 : end;
      if (first === -1 || bytes[first] === hash) continue;
      at = first;
      column = first - start;
      return;
    }
    at = bytes.length;
    stop = at;
    column = -1;
  };

  const skipSpaces = (): void => {
    while (byte(at) === space) at += 1;
  };

  /** After a value: nothing but a comment may stand on the rest of its line. */
  const lineIsOver = (): boolean => byte(at) === newline || (byte(at) === hash && bytes[at - 1] === space);

  const endLine = (): void => {
    if (flow) return;
    skipSpaces();
    if (!lineIsOver()) throw unusual;
    nextLine();
  };

  const slice = (from: number, to: number): string => {
    const index = names.at(bytes, from, to);
    if (index === -1) throw unusual;
    return names.text(index);
  };

  const plain = (): string => {
    const start = at;
    if (!isPlainStart(byte(at))) throw unusual;
    // Nearly every text is one word: nothing in it needs a second look.
    while (at < stop && isWord(bytes[at] ?? 0) && (bytes[at] ?? 0) < 0x80) at += 1;
    let last = at - 1;
    for (let one = byte(at); one !== newline; at += 1, one = byte(at)) {
      if (one === hash && byte(at - 1) === space) break;
      if (one === colon && (byte(at + 1) === space || byte(at + 1) === newline || flow)) {
        // In brackets `a:b` is a text and `a:,` is not; only what cannot be misread is read here.
        if (!flow || !isWord(byte(at + 1))) throw unusual;
      }
      if (flow && (one === comma || one === closeList || one === closeMap)) break;
      if (flow && (one === openList || one === openMap)) throw unusual;
      if (one >= 0x7f && isOdd(bytes, at)) throw unusual;
      if (one !== space) last = at;
    }
    return slice(start, last + 1);
  };

  const quoted = (): string => {
    const start = at;
    for (at += 1; byte(at) !== quote; at += 1) {
      if (byte(at) === newline || (byte(at) >= 0x7f && isOdd(bytes, at))) throw unusual;
      if (byte(at) === backslash) at += 1;
    }
    at += 1;
    if (!bytes.subarray(start, at).includes(backslash)) return slice(start + 1, at - 1);
    let value: string;
    try {
      // What JSON knows, YAML reads in the same way.
      value = JSON.parse(slice(start, at)) as string;
    } catch {
      throw unusual;
    }
    if (/\p{Cs}/u.test(value)) throw unusual;
    return value;
  };

  const singleQuoted = (): string => {
    const start = at + 1;
    for (at += 1; byte(at) !== apostrophe || byte(at + 1) === apostrophe; at += 1) {
      if (byte(at) === newline || (byte(at) >= 0x7f && isOdd(bytes, at))) throw unusual;
      if (byte(at) === apostrophe) at += 1;
    }
    at += 1;
    return slice(start, at - 1).replaceAll("''", "'");
  };

  /** `|` and `|-`: the lines as they stand, without their common indentation. */
  const literal = (parent: number): string => {
    const keepsEnd = byte(at + 1) !== dash;
    at += keepsEnd ? 1 : 2;
    skipSpaces();
    if (!lineIsOver()) throw unusual;
    const lines: string[] = [];
    let indent = -1;
    for (; following < bytes.length;) {
      const found = bytes.indexOf(newline, following);
      const end = found === -1 ? bytes.length : found;
      const cut = end > following && bytes[end - 1] === carriage ? end - 1 : end;
      let first = following;
      while (first < cut && bytes[first] === space) first += 1;
      const own = first - following;
      if (first === cut) {
        // A line of blanks means something else by its length.
        if (own > 0 || indent === -1) throw unusual;
        lines.push('');
      } else {
        if (indent === -1) {
          if (own <= parent) throw unusual;
          indent = own;
        }
        if (own < indent) break;
        for (let place = first; place < cut; place += 1) {
          const one = bytes[place] ?? 0;
          if (one < space || (one >= 0x7f && isOdd(bytes, place))) throw unusual;
        }
        lines.push(slice(following + indent, cut));
      }
      following = end + 1;
    }
    if (indent === -1) throw unusual;
    while (lines.at(-1) === '') lines.pop();
    nextLine();
    if (column > parent) throw unusual;
    return lines.join('\n') + (keepsEnd ? '\n' : '');
  };

  /** The column of the mapping or list that a value belongs to. */
  let owner = -1;

  const text = (): string => {
    skipSpaces();
    const one = byte(at);
    if (one === bar && !flow) return literal(owner);
    const value = one === quote ? quoted() : one === apostrophe ? singleQuoted() : plain();
    endLine();
    return value;
  };

  const keyHere = (): number => {
    let place = at;
    while (isKeyLetter(byte(place))) place += 1;
    const after = byte(place + 1);
    return place > at && byte(place) === colon && (after === space || after === newline) ? place : -1;
  };

  const key = (): string => {
    const end = keyHere();
    if (end === -1) throw unusual;
    const name = slice(at, end);
    at = end + 1;
    afterKey = true;
    return name;
  };

  const inBrackets = (close: number, take: () => void): void => {
    const outer = flow;
    flow = true;
    at += 1;
    skipSpaces();
    for (let first = true; first || byte(at) !== close; first = false) {
      // Nothing inside, or a comma before the end: lists may be empty, the rest is left to the library.
      if (byte(at) === close && first && close === closeList) break;
      take();
      skipSpaces();
      if (byte(at) === close) break;
      if (byte(at) !== comma) throw unusual;
      at += 1;
      skipSpaces();
      if (byte(at) === close) throw unusual;
    }
    at += 1;
    flow = outer;
    endLine();
  };

  /** Goes to the value of a key that stands below it. */
  const below = (isList: boolean): void => {
    if (flow) throw unusual;
    nextLine();
    const deepEnough = isList && byte(at) === dash ? column >= owner : column > owner;
    if (!deepEnough) throw unusual;
  };

  return {
    text,
    isMap: () => {
      skipSpaces();
      return byte(at) === openMap || keyHere() !== -1;
    },
    map: (take) => {
      skipSpaces();
      if (byte(at) === openMap) {
        inBrackets(closeMap, () => take(key()));
        return;
      }
      if (lineIsOver() && column !== -1) below(false);
      const [indent, before] = [column, owner];
      if (indent === -1 || flow || afterKey) throw unusual;
      do {
        owner = indent;
        take(key());
      } while (column === indent);
      if (column > indent) throw unusual;
      owner = before;
    },
    list: (take) => {
      skipSpaces();
      if (byte(at) === openList) {
        inBrackets(closeList, take);
        return;
      }
      if (!lineIsOver()) throw unusual;
      below(true);
      const [indent, before] = [column, owner];
      if (!isItem(byte(at), byte(at + 1))) throw unusual;
      do {
        owner = indent;
        at += 1;
        const start = at;
        skipSpaces();
        if (lineIsOver()) throw unusual;
        column = indent + 1 + at - start;
        afterKey = false;
        take();
      } while (column === indent && isItem(byte(at), byte(at + 1)));
      if (column > indent) throw unusual;
      owner = before;
    },
    end: () => {
      if (column !== -1) throw unusual;
    },
  };
}
