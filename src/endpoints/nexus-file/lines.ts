import type { CallerEntry, Target } from '../endpoint.ts';
import { makeNameTable } from '../name-table.ts';
import type { Expand, FileEndpoint, NexusContent } from './content.ts';
import { endOf } from '../until.ts';
import { readLines, type LineReader } from './yaml-lines.ts';
import { lineOf, placeAtStart, unusual } from './yaml-place.ts';

/** A file that the line reader knew, or the line from which on it did not. */
export type PlainFile =
  { readonly content: NexusContent; readonly line?: undefined } | { readonly content: null; readonly line: number };

/**
 * A nexus.yaml that is laid out as people and `export` write it, read without a tree: a million entries in a second and
 * not in half a minute. No content for every other file, the wrong ones among them: the library reads it and says what
 * is wrong.
 */
export function readPlainNexusFile(bytes: Buffer, expand: Expand): PlainFile {
  const place = placeAtStart(bytes, makeNameTable());
  try {
    return { content: fileOf(readLines(place), expand) };
  } catch (error) {
    if (error === unusual) return { content: null, line: lineOf(place) };
    throw error;
  }
}

function fileOf(reader: LineReader, expand: Expand): NexusContent {
  const found: { -readonly [Key in keyof NexusContent]?: NexusContent[Key] } = {};
  const text = (): string => expand(reader.text());
  const callers = callersOf(reader, text);
  let version: string | undefined;
  keysOf(reader, {
    version: () => (version = reader.text()),
    $schema: reader.text,
    account: () => (found.account = text()),
    cluster: () => (found.cluster = text()),
    scope: () => {
      let names: readonly string[] | undefined;
      keysOf(reader, { names: () => (names = listOf(reader, text)) });
      found.scope = names ?? fail();
    },
    endpoints: () => (found.endpoints = listOf(reader, () => endpointOf(reader, text, callers))),
  });
  reader.end();
  if (version !== '1' || found.endpoints === undefined) return fail();
  return { ...found, endpoints: found.endpoints };
}

function endpointOf(reader: LineReader, text: () => string, callers: () => readonly CallerEntry[]): FileEndpoint {
  const found: { -readonly [Key in keyof FileEndpoint]?: FileEndpoint[Key] } = {};
  keysOf(reader, {
    name: () => (found.name = text()),
    owner: () => (found.owner = text()),
    description: () => (found.description = text()),
    target: () => (found.target = targetOf(reader, text)),
    allow: () => (found.allow = callers()),
    blocked: () => (found.blocked = listOf(reader, text)),
  });
  return { ...found, name: found.name ?? fail() };
}

function targetOf(reader: LineReader, text: () => string): Target {
  let namespace: string | undefined;
  let taskQueue: string | undefined;
  let url: string | undefined;
  keysOf(reader, {
    namespace: () => (namespace = text()),
    taskQueue: () => (taskQueue = text()),
    url: () => (url = text()),
  });
  if (url === undefined) return { kind: 'worker', namespace: namespace ?? fail(), taskQueue: taskQueue ?? fail() };
  return namespace === undefined && taskQueue === undefined ? { kind: 'external', url } : fail();
}

/** A list of callers. Entries that say the same are one object, wherever they stand. */
function callersOf(reader: LineReader, text: () => string): () => readonly CallerEntry[] {
  const last = new Map<string, CallerEntry>();
  let namespace: string | undefined;
  let owner: string | undefined;
  let reason: string | undefined;
  let ref: string | undefined;
  let until: string | undefined;
  const forget = (): void => {
    namespace = owner = reason = ref = until = undefined;
  };
  const once = (said: string | undefined): string => (said === undefined ? text() : fail());
  const take = (key: string): void => {
    if (key === 'namespace') namespace = once(namespace);
    else if (key === 'owner') owner = once(owner);
    else if (key === 'reason') reason = once(reason);
    else if (key === 'ref') ref = once(ref);
    else if (key === 'until') until = once(until);
    else fail();
  };
  const one = (): CallerEntry => {
    forget();
    if (reader.isMap()) reader.map(take);
    else namespace = text();
    if (namespace === undefined) return fail();
    const known = last.get(namespace);
    if (known?.owner === owner && known?.reason === reason && known?.ref === ref && known?.until === until)
      if (known !== undefined) return known;
    if (until !== undefined && endOf(until) === null) return fail();
    const entry: CallerEntry = {
      namespace,
      ...(owner === undefined ? {} : { owner }),
      ...(reason === undefined ? {} : { reason }),
      ...(ref === undefined ? {} : { ref }),
      ...(until === undefined ? {} : { until }),
    };
    last.set(namespace, entry);
    return entry;
  };
  return () => listOf(reader, one);
}

function keysOf(reader: LineReader, take: Readonly<Record<string, () => unknown>>): void {
  const seen: string[] = [];
  reader.map((key) => {
    if (seen.includes(key) || !Object.hasOwn(take, key)) fail();
    seen.push(key);
    take[key]?.();
  });
}

function listOf<T>(reader: LineReader, take: () => T): readonly T[] {
  const items: T[] = [];
  reader.list(() => void items.push(take()));
  return items;
}

function fail(): never {
  throw unusual;
}
