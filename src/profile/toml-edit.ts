import { NexusctlError } from '../errors/nexusctl-error.ts';
import { isTable, valueAt } from './configuration-file.ts';
import type { TomlTable } from './profile.ts';
import { dotted, layOut, type TomlEntry, type TomlLayout } from './toml-lines.ts';
import { parseToml } from './toml.ts';

/**
 * Sets one key of a TOML text and leaves every other character as it is: comments, order, unknown keys, line ends.
 * Each way of writing it is read back, and the first that means exactly the wished change is taken.
 * @throws NexusctlError CONFIG_FILE_INVALID when the text is broken, or when no way is safe
 */
export async function setKey(
  text: string,
  path: readonly string[],
  value: string | boolean,
  file: string,
): Promise<string> {
  const before = await parseToml(text, file);
  const wished = withValue(before, path, value);
  return firstMeaning(wished, waysToSet(text, path, literal(value)), file, path);
}

/**
 * Removes one key, or a table with everything in it. Tables that become empty go with it, because an empty `[tls]`
 * means something: TLS on.
 * @throws NexusctlError CONFIG_FILE_INVALID as above
 */
export async function unsetKey(text: string, path: readonly string[], file: string): Promise<string> {
  const before = await parseToml(text, file);
  if (valueAt(before, path) === undefined) return text;
  const wished = withoutValue(before, path);
  const gone = path.slice(0, lengthOfGone(wished, path));
  return firstMeaning(withoutEmpty(wished), [removeAll(text, gone)], file, path, withoutEmpty);
}

async function firstMeaning(
  wished: TomlTable,
  ways: readonly string[],
  file: string,
  path: readonly string[],
  view: (table: TomlTable) => TomlTable = (table) => table,
): Promise<string> {
  for (const way of ways) {
    const after = await parseToml(way, file).catch(() => null);
    if (after !== null && canonical(view(after)) === canonical(wished)) return way;
  }
  throw new NexusctlError('CONFIG_FILE_INVALID', `${dotted(path)} cannot be changed safely in ${file}`, {
    hint: 'change it by hand: the file is written in a way that this editor does not know',
  });
}

function waysToSet(text: string, path: readonly string[], value: string): readonly string[] {
  const layout = layOut(text);
  const parent = path.slice(0, -1);
  const exact = layout.entries.find((entry) => same(entry.path, path));
  if (exact !== undefined) return [splice(text, exact.valueStart, exact.valueEnd, value)];
  return [
    ...intoBraces(text, layout, path, value),
    ...underHeader(text, layout, parent, `${keyText(path.slice(-1))} = ${value}`),
    ...besideDotted(text, layout, path, value),
    ...newHeader(text, layout, parent, `${keyText(path.slice(-1))} = ${value}`),
    atEnd(text, `[${keyText(parent)}]`, `${keyText(path.slice(-1))} = ${value}`),
  ];
}

/** `tls = { server_name = "x" }` gets its new key inside the braces. */
function intoBraces(text: string, { entries }: TomlLayout, path: readonly string[], value: string): readonly string[] {
  const tables = entries.filter((entry) => text[entry.valueStart] === '{' && startsWith(path, entry.path));
  const table = tables.sort((a, b) => b.path.length - a.path.length)[0];
  if (table === undefined) return [];
  const assignment = `${keyText(path.slice(table.path.length))} = ${value}`;
  const inside = entries.filter(
    (entry) => entry.inline && entry.valueStart > table.valueStart && entry.valueEnd < table.valueEnd,
  );
  const end = Math.max(0, ...inside.map(({ valueEnd }) => valueEnd));
  if (inside.length === 0) return [splice(text, table.valueStart, table.valueEnd, `{ ${assignment} }`)];
  return [splice(text, end, end, `, ${assignment}`)];
}

/** After the last key of the table's own section, or right under its header. */
function underHeader(
  text: string,
  { headers, entries }: TomlLayout,
  table: readonly string[],
  assignment: string,
): readonly string[] {
  const header = headers.find((candidate) => !candidate.array && same(candidate.path, table));
  if (header === undefined) return [];
  const next = headers.find((candidate) => candidate.start > header.start)?.start ?? text.length;
  const last = entries.filter(({ inline, keyStart }) => !inline && keyStart > header.start && keyStart < next).at(-1);
  return [
    addLine(text, last?.valueEnd ?? header.end, `${last === undefined ? '' : indentOf(text, last)}${assignment}`),
  ];
}

/** A table that dotted keys have made can only grow by dotted keys in the same section. */
function besideDotted(
  text: string,
  { entries }: TomlLayout,
  path: readonly string[],
  value: string,
): readonly string[] {
  const relatives = entries.filter(
    ({ inline, section, path: other }) =>
      !inline && common(other, path) > section && startsWith(path, other.slice(0, section)),
  );
  const nearest = relatives.sort((a, b) => common(b.path, path) - common(a.path, path) || b.keyStart - a.keyStart)[0];
  if (nearest === undefined) return [];
  const assignment = `${indentOf(text, nearest)}${keyText(path.slice(nearest.section))} = ${value}`;
  return [addLine(text, nearest.valueEnd, assignment)];
}

/** A section of its own after the last one of the same family. */
function newHeader(
  text: string,
  { headers, entries }: TomlLayout,
  table: readonly string[],
  assignment: string,
): readonly string[] {
  const family = headers.filter((header) => startsWith(header.path, table.slice(0, 2)) && table.length > 1);
  const last = family.at(-1);
  if (last === undefined) return [];
  const next = headers.find((candidate) => candidate.start > last.start)?.start ?? text.length;
  const end = entries.filter(({ inline, keyStart }) => !inline && keyStart > last.start && keyStart < next).at(-1);
  const eol = lineBreak(text);
  return [addLine(text, end?.valueEnd ?? last.end, `${eol}[${keyText(table)}]${eol}${assignment}`)];
}

function atEnd(text: string, header: string, assignment: string): string {
  const eol = lineBreak(text);
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : `${eol}${eol}`;
  return `${text}${gap}${header}${eol}${assignment}${eol}`;
}

/** Takes away every header and key at this path or below, from the end, so that offsets stay true. */
function removeAll(text: string, path: readonly string[]): string {
  const { entries, headers } = layOut(text);
  const below = (candidate: readonly string[]): boolean => startsWith(candidate, path);
  const lines = [
    ...headers.filter((header) => below(header.path)).map(({ start, end }) => wholeLines(text, start, end)),
    ...entries
      .filter((entry) => !entry.inline && below(entry.path))
      .map(({ keyStart, valueEnd }) => wholeLines(text, keyStart, valueEnd)),
    ...entries
      .filter(
        (entry) =>
          entry.inline && below(entry.path) && !entries.some((outer) => encloses(outer, entry) && below(outer.path)),
      )
      .map((entry) => withComma(text, entry)),
  ];
  return lines.sort((a, b) => b[0] - a[0]).reduce((rest, [start, end]) => splice(rest, start, end, ''), text);
}

function encloses(outer: TomlEntry, inner: TomlEntry): boolean {
  return outer !== inner && outer.valueStart < inner.keyStart && inner.valueEnd <= outer.valueEnd;
}

function wholeLines(text: string, start: number, end: number): readonly [number, number] {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = text.indexOf('\n', end);
  return [from, to === -1 ? text.length : to + 1];
}

/** With the comma after it, or if it is the last one with the comma before it. */
function withComma(text: string, { keyStart, valueEnd }: TomlEntry): readonly [number, number] {
  const after = /^[ \t]*,[ \t]*/.exec(text.slice(valueEnd));
  if (after !== null) return [keyStart, valueEnd + after[0].length];
  const before = /,?[ \t]*$/.exec(text.slice(0, keyStart));
  return [keyStart - (before?.[0].trimStart().length ?? 0), valueEnd];
}

function addLine(text: string, after: number, line: string): string {
  const eol = lineBreak(text);
  const end = text.indexOf('\n', after);
  return end === -1 ? `${text}${eol}${line}${eol}` : splice(text, end + 1, end + 1, `${line}${eol}`);
}

function indentOf(text: string, { keyStart }: TomlEntry): string {
  return /[ \t]*$/.exec(text.slice(0, keyStart))?.[0] ?? '';
}

function lineBreak(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function splice(text: string, start: number, end: number, insert: string): string {
  return text.slice(0, start) + insert + text.slice(end);
}

function keyText(path: readonly string[]): string {
  return path.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : quote(part))).join('.');
}

function literal(value: string | boolean): string {
  return typeof value === 'string' ? quote(value) : String(value);
}

/** A basic string; what JSON leaves as it is and TOML forbids is escaped as well. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/\u007f/g, '\\u007f');
}

function withValue(table: TomlTable, [key = '', ...rest]: readonly string[], value: string | boolean): TomlTable {
  const inner = Object.hasOwn(table, key) ? table[key] : undefined;
  const next = rest.length === 0 ? value : withValue(isTable(inner) ? inner : {}, rest, value);
  return { ...table, [key]: next };
}

function withoutValue(table: TomlTable, [key = '', ...rest]: readonly string[]): TomlTable {
  const { [key]: inner, ...others } = table;
  if (rest.length === 0) return others;
  if (!isTable(inner)) return table;
  const next = withoutValue(inner, rest);
  // A profile stays, also when nothing is left in it; what is inside a profile goes when it is empty.
  return Object.keys(next).length === 0 && rest.length === 1 && isInsideProfile(table, key)
    ? others
    : { ...others, [key]: next };
}

/** `key` names a table inside a profile, e.g. `tls`: `profile` and the profiles' own names are not. */
function isInsideProfile(table: TomlTable, key: string): boolean {
  return !isTable(table['profile']) && knownGroups.has(key);
}

const knownGroups = new Set(['tls', 'codec', 'grpc_meta']);

/** A table that only its sub-table's header implied is gone with that: nobody wrote it. */
function withoutEmpty(table: TomlTable): TomlTable {
  const kept = Object.entries(table).map(
    ([key, value]) => [key, isTable(value) ? withoutEmpty(value) : value] as const,
  );
  return Object.fromEntries(kept.filter(([, value]) => !isTable(value) || Object.keys(value).length > 0));
}

/** How much of the path is gone in the wished document: the key itself, or with it the table that it leaves empty. */
function lengthOfGone(wished: TomlTable, path: readonly string[]): number {
  for (let length = 1; length < path.length; length += 1)
    if (valueAt(wished, path.slice(0, length)) === undefined) return length;
  return path.length;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isTable(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && startsWith(a, b);
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.length <= path.length && prefix.every((part, index) => part === path[index]);
}

function common(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at === -1 ? a.length : at;
}
