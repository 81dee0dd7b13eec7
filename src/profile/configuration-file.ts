import type { Origin, TomlTable } from './profile.ts';

/** One of the two configuration files, read and parsed. */
export interface ConfigurationFile {
  readonly path: string;
  /** Relative paths in it start here. */
  readonly folder: string;
  readonly document: TomlTable;
  /** Lines (from 1) of the keys, by their dotted path from the top. */
  readonly lines: ReadonlyMap<string, number>;
  /** At the place where it is looked for when nobody names one. */
  readonly isDefault: boolean;
  /** `exec:` references in it may run: the default file, owned by the user or root, writable by nobody else. */
  readonly mayRun: boolean;
}

/** The names of the profiles in a file; `[profile]` that is no table has none. */
export function profileNames(file: ConfigurationFile | null): readonly string[] {
  return Object.keys(tableAt(file?.document ?? {}, ['profile']) ?? {});
}

/** A profile's own table, or null when the file has none of that name. */
export function profileTable(file: ConfigurationFile | null, name: string): TomlTable | null {
  return file === null ? null : tableAt(file.document, ['profile', name]);
}

export function tableAt(table: TomlTable, path: readonly string[]): TomlTable | null {
  const value = valueAt(table, path);
  return isTable(value) ? value : null;
}

/** Undefined when nothing is there; own keys only, so that a key called `constructor` is nothing special. */
export function valueAt(table: TomlTable, path: readonly string[]): unknown {
  let value: unknown = table;
  for (const key of path) {
    if (!isTable(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

export function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function fileOrigin(file: ConfigurationFile, path: readonly string[]): Origin {
  const key = path.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part))).join('.');
  const line = file.lines.get(key);
  return { kind: 'file', path: file.path, key, ...(line === undefined ? {} : { line }) };
}
