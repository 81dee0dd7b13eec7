/** One `key = value` of a TOML text: its full path and where it stands (offsets into the text). */
export interface TomlEntry {
  readonly path: readonly string[];
  /** Lines from 1. */
  readonly line: number;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** How many parts of the path come from the header above. */
  readonly section: number;
  /** It stands inside the braces of an inline table. */
  readonly inline: boolean;
}

/** A `[table]` or `[[array.of.tables]]` header. */
export interface TomlHeader {
  readonly path: readonly string[];
  readonly line: number;
  readonly start: number;
  /** Just after the closing bracket. */
  readonly end: number;
  readonly array: boolean;
}

export interface TomlLayout {
  readonly entries: readonly TomlEntry[];
  readonly headers: readonly TomlHeader[];
}

/** Dotted names of all keys and tables with their lines, for origins. */
export function keyLines(text: string): ReadonlyMap<string, number> {
  const { entries, headers } = layOut(text);
  return new Map([...headers, ...entries].map(({ path, line }) => [dotted(path), line]));
}

export function dotted(path: readonly string[]): string {
  return path.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part))).join('.');
}

/**
 * Finds keys and tables in a TOML text that a parser has accepted. It tells where things stand, not what they are:
 * strings, comments, arrays and inline tables are skipped by their delimiters alone.
 */
export function layOut(text: string): TomlLayout {
  const entries: TomlEntry[] = [];
  const headers: TomlHeader[] = [];
  let table: readonly string[] = [];
  let line = 1;
  let counted = 0;
  const lineAt = (offset: number): number => {
    for (; counted < offset; counted += 1) if (text[counted] === '\n') line += 1;
    return line;
  };
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    at = skipBlank(text, at);
    const character = text[at];
    if (character === undefined) break;
    if (character === '#') {
      at = endOfLine(text, at);
    } else if (character === '[') {
      const array = text[at + 1] === '[';
      const { path, end } = readKey(text, at + (array ? 2 : 1));
      const close = text.indexOf(']', end) + (array ? 2 : 1);
      table = path;
      headers.push({ path, line: lineAt(at), start: at, end: close, array });
      at = endOfLine(text, close);
    } else {
      const { path, end } = readKey(text, at);
      const valueStart = skipSpaces(text, text.indexOf('=', end) + 1);
      const valueEnd = skipValue(text, valueStart);
      const place = { line: lineAt(at), section: table.length };
      entries.push({ path: [...table, ...path], ...place, keyStart: at, valueStart, valueEnd, inline: false });
      entries.push(...inlineEntries(text, valueStart, [...table, ...path], place));
      // Always forward, whatever the text is.
      at = Math.max(endOfLine(text, valueEnd), at + 1);
    }
  }
  return { entries, headers };
}

/** The entries of an inline table that starts here, those of tables inside it included; none for other values. */
function inlineEntries(
  text: string,
  start: number,
  table: readonly string[],
  place: Pick<TomlEntry, 'line' | 'section'>,
): readonly TomlEntry[] {
  if (text[start] !== '{') return [];
  const entries: TomlEntry[] = [];
  const end = skipBrackets(text, start) - 1;
  for (let at = start + 1; at < end;) {
    const character = text.charAt(at);
    if (character === '#') at = endOfLine(text, at);
    else if (', \t\r\n'.includes(character)) at += 1;
    else {
      const key = readKey(text, at);
      const path = [...table, ...key.path];
      const valueStart = skipSpaces(text, text.indexOf('=', key.end) + 1);
      const valueEnd = Math.min(skipValue(text, valueStart, true), end);
      entries.push({ path, ...place, keyStart: at, valueStart, valueEnd, inline: true });
      entries.push(...inlineEntries(text, valueStart, path, place));
      at = Math.max(valueEnd, at + 1);
    }
  }
  return entries;
}

function readKey(text: string, start: number): { readonly path: readonly string[]; readonly end: number } {
  const path: string[] = [];
  let at = start;
  for (;;) {
    at = skipSpaces(text, at);
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const end = skipString(text, at);
      path.push(unquote(text.slice(at, end)));
      at = end;
    } else {
      const word = /^[^\s.=\]#"']*/.exec(text.slice(at, at + 1024))?.[0] ?? '';
      path.push(word);
      at += word.length;
    }
    at = skipSpaces(text, at);
    if (text[at] !== '.') return { path, end: at };
    at += 1;
  }
}

function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith("'")) return inner;
  return inner.replace(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|.)/g, (_, code: string) => {
    const simple: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001b' };
    if (code.length > 1) return String.fromCodePoint(parseInt(code.slice(1), 16));
    return simple[code] ?? code;
  });
}

/** The end of a value that starts here; for a bare one the last character that is no blank. */
function skipValue(text: string, start: number, inline = false): number {
  const character = text[start];
  if (character === '"' || character === "'") return skipString(text, start);
  if (character === '[' || character === '{') return skipBrackets(text, start);
  const end = (inline ? /[\n#,}]/ : /[\n#]/).exec(text.slice(start));
  const slice = text.slice(start, end === null ? text.length : start + end.index);
  return start + slice.trimEnd().length;
}

function skipBrackets(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length;) {
    const character = text[at];
    if (character === '"' || character === "'") {
      at = skipString(text, at);
      continue;
    }
    if (character === '#') {
      at = endOfLine(text, at);
      continue;
    }
    if (character === '[' || character === '{') depth += 1;
    if (character === ']' || character === '}') depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function skipString(text: string, start: number): number {
  const quote = text.charAt(start);
  const triple = quote.repeat(3);
  const escapes = quote === '"';
  if (text.startsWith(triple, start)) {
    let at = start + 3;
    while (at < text.length && !text.startsWith(triple, at)) at += escapes && text[at] === '\\' ? 2 : 1;
    at += 3;
    // Up to two quotes may stand just before the closing three.
    while (text[at] === quote && text.slice(at - 3, at + 1) === quote.repeat(4) && at - start < text.length) at += 1;
    return Math.min(at, text.length);
  }
  let at = start + 1;
  while (at < text.length && text[at] !== quote && text[at] !== '\n') at += escapes && text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function skipBlank(text: string, start: number): number {
  let at = start;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}

function skipSpaces(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

/** The offset of the line break (or of the end of the text). */
function endOfLine(text: string, start: number): number {
  const at = text.indexOf('\n', start);
  return at === -1 ? text.length : at;
}
