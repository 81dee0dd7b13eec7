import { valueAt } from './configuration-file.ts';
import type { Files } from './files.ts';
import type { Imported } from './import.ts';
import { changeFile } from './store.ts';
import { setKey, unsetKey } from './toml-edit.ts';
import { parseToml } from './toml.ts';

export interface ImportChange {
  /** `kept`: another value is there, and nothing was overwritten; `same`: nothing to do. */
  readonly action: 'set' | 'kept' | 'same';
  readonly profile: string;
  readonly setting: string;
  readonly file: string;
  readonly from: string;
  /** Masked when it is a secret. */
  readonly value: string;
}

interface How {
  readonly pathOf: (file: Imported['file']) => string;
  readonly overwrite: boolean;
  readonly dryRun: boolean;
  readonly platform: NodeJS.Platform;
}

/** Writes what was imported, file by file, each as one change. What is there already stays unless told otherwise. */
export async function applyImport(
  files: Files,
  values: readonly Imported[],
  how: How,
): Promise<readonly ImportChange[]> {
  const changes: ImportChange[] = [];
  for (const file of ['temporal.toml', 'nexusctl.toml'] as const) {
    const mine = values.filter((value) => value.file === file);
    if (mine.length === 0) continue;
    const path = how.pathOf(file);
    await changeFile(files, path, (text) => edit(text, path, mine, how.overwrite, changes), how);
  }
  return changes;
}

async function edit(
  before: string,
  path: string,
  values: readonly Imported[],
  overwrite: boolean,
  changes: ImportChange[],
): Promise<string> {
  let text = before;
  for (const { profile, key, value, secret, from } of values) {
    const where = ['profile', profile, ...key];
    const document = await parseToml(text, path);
    const there = valueAt(document, where);
    const rival = rivalOf(where);
    const other = rival === null ? undefined : valueAt(document, rival);
    const free = (there === undefined && other === undefined) || overwrite;
    const action = there === value ? 'same' : free ? 'set' : 'kept';
    if (action === 'set' && rival !== null && other !== undefined) text = await unsetKey(text, rival, path);
    if (action === 'set') text = await setKey(text, where, value, path);
    changes.push({
      action,
      profile,
      setting: key.join('.'),
      file: path,
      from,
      value: secret ? '********' : String(value),
    });
  }
  return text;
}

/** A certificate or key stands in a file as a path or as data; readers refuse both at once. */
function rivalOf(where: readonly string[]): readonly string[] | null {
  const last = where.at(-1) ?? '';
  const other = last.endsWith('_path') ? last.replace(/_path$/, '_data') : last.replace(/_data$/, '_path');
  return other === last || where.at(-2) !== 'tls' ? null : [...where.slice(0, -1), other];
}
