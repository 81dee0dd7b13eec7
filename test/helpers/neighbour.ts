import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/**
 * The path of a program that tests need, from PATH or from what scripts/neighbours.mjs put into .cache/; null when it
 * is not there. In CI a missing neighbour is an error, so that no test is skipped unseen.
 */
export function neighbour(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = [...folders, ...pythonFolders].map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined && process.env['CI'] === 'true')
    throw new Error(`${name} is not installed, and in CI no test that needs it may be skipped`);
  return found ?? null;
}

const pythonFolders = ['moto', 'ministack', 'microburst', 'temporal'].map((name) =>
  resolve('.cache/python', name, 'bin'),
);
