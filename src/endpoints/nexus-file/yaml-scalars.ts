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
  isOdd,
  isPlainStart,
  isWord,
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

/** The scalar that comes next, as a text; goes to what stands after it. */
export function readScalar(place: Place): string {
  skipBlanks(place);
  switch (byteAt(place, place.at)) {
    case bar:
      return place.flow ? plain(place) : literal(place);
    case quote:
      return ended(place, quoted(place));
    case apostrophe:
      return ended(place, singleQuoted(place));
    default:
      return place.flow ? plain(place) : folded(place);
  }
}

function ended(place: Place, value: string): string {
  endLine(place);
  return value;
}

function plain(place: Place): string {
  const { bytes, flow, stop } = place;
  const start = place.at;
  let at = start;
  if (!isPlainStart(byteAt(place, at))) throw unusual;
  // Nearly every text is one word: nothing in it needs a second look.
  while (at < stop && isWord(bytes[at] ?? 0) && (bytes[at] ?? 0) < 0x80) at += 1;
  let last = at - 1;
  for (let one = byteAt(place, at); one !== newline; at += 1, one = byteAt(place, at)) {
    if (one === hash && byteAt(place, at - 1) === space) break;
    if (one === colon) {
      const next = byteAt(place, at + 1);
      // In brackets `a:b` is a text and `a:,` is not; only what cannot be misread is read here.
      if ((next === space || next === newline || flow) && !(flow && isWord(next))) throw unusual;
    }
    if (flow && (one === comma || one === closeList || one === closeMap)) break;
    if (flow && (one === openList || one === openMap)) throw unusual;
    if (one >= 0x7f && isOdd(bytes, at)) throw unusual;
    if (one !== space) last = at;
  }
  place.at = at;
  return sliceOf(place, start, last + 1);
}

/** A plain text and its next lines, which stand deeper than what it belongs to; each end of a line is a blank. */
function folded(place: Place): string {
  let value = plain(place);
  for (;;) {
    const commented = byteAt(place, place.at) === hash;
    const lineEnd = place.following;
    endLine(place);
    if (place.column <= place.owner) return value;
    // An empty line means a newline, and a comment ends the text.
    if (commented || place.at - place.column !== lineEnd) throw unusual;
    value += ` ${plain(place)}`;
  }
}

function quoted(place: Place): string {
  const { bytes } = place;
  const start = place.at;
  let at = start + 1;
  for (; byteAt(place, at) !== quote; at += 1) {
    if (byteAt(place, at) === newline || (byteAt(place, at) >= 0x7f && isOdd(bytes, at))) throw unusual;
    if (byteAt(place, at) === backslash) at += 1;
  }
  at += 1;
  place.at = at;
  if (!bytes.subarray(start, at).includes(backslash)) return sliceOf(place, start + 1, at - 1);
  let value: string;
  try {
    // What JSON knows, YAML reads in the same way.
    value = JSON.parse(sliceOf(place, start, at)) as string;
  } catch {
    throw unusual;
  }
  if (/\p{Cs}/u.test(value)) throw unusual;
  return value;
}

function singleQuoted(place: Place): string {
  const start = place.at + 1;
  let at = start;
  for (; byteAt(place, at) !== apostrophe || byteAt(place, at + 1) === apostrophe; at += 1) {
    if (byteAt(place, at) === newline || (byteAt(place, at) >= 0x7f && isOdd(place.bytes, at))) throw unusual;
    if (byteAt(place, at) === apostrophe) at += 1;
  }
  place.at = at + 1;
  return sliceOf(place, start, at).replaceAll("''", "'");
}

/** `|` and `|-`: the lines as they stand, without their common indentation. */
function literal(place: Place): string {
  const { bytes, owner } = place;
  const keepsEnd = byteAt(place, place.at + 1) !== dash;
  place.at += keepsEnd ? 1 : 2;
  skipSpaces(place);
  if (!lineIsOver(place)) throw unusual;
  const lines: string[] = [];
  let indent = -1;
  while (place.following < bytes.length) {
    const start = place.following;
    const found = bytes.indexOf(newline, start);
    const end = found === -1 ? bytes.length : found;
    const cut = end > start && bytes[end - 1] === carriage ? end - 1 : end;
    let first = start;
    while (first < cut && bytes[first] === space) first += 1;
    const own = first - start;
    if (first === cut) {
      // A line of blanks means something else by its length.
      if (own > 0 || indent === -1) throw unusual;
      lines.push('');
    } else {
      if (indent === -1) {
        if (own <= owner) throw unusual;
        indent = own;
      }
      if (own < indent) break;
      for (let index = first; index < cut; index += 1) {
        const one = bytes[index] ?? 0;
        if (one < space || (one >= 0x7f && isOdd(bytes, index))) throw unusual;
      }
      lines.push(sliceOf(place, start + indent, cut));
    }
    place.following = end + 1;
  }
  if (indent === -1) throw unusual;
  while (lines.at(-1) === '') lines.pop();
  nextLine(place);
  if (place.column > owner) throw unusual;
  return lines.join('\n') + (keepsEnd ? '\n' : '');
}
