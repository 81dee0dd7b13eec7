import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { confirm } from '../confirm.ts';

interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Writes files 0600; what is there already is replaced only when that was agreed to, before anything is written. */
export async function writeNew(
  context: Context,
  answers: { readonly yes?: boolean | undefined; readonly input: boolean },
  wanted: readonly NewFile[],
): Promise<{ readonly changed: true }> {
  const files = await context.ports.files();
  const targets = wanted.map((file) => ({ ...file, path: resolve(context.cwd, file.path) }));
  const there = await Promise.all(targets.map(async ({ path }) => (await files.stat(path)) !== null));
  const taken = targets.filter((_target, index) => there[index] === true).map(({ path }) => path);
  if (taken.length > 0) await confirm(context, answers, { text: `${taken.join(' and ')} will be replaced` });
  for (const [index, { path, text }] of targets.entries())
    await files.write(path, text, { mode: 0o600, create: there[index] !== true });
  return { changed: true };
}
