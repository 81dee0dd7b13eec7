import { stat } from 'node:fs/promises';

/**
 * Each path, and by what a file there differs from another one or from itself before: a link is followed.
 * @param before in milliseconds since 1970: what was written later differs from whatever will be there
 */
export async function look(paths: readonly string[], before = Infinity): Promise<ReadonlyMap<string, string>> {
  const facts = paths.map((path) =>
    stat(path).then(
      ({ ino, size, mtimeMs, ctimeMs }) => (ctimeMs < before ? [ino, size, mtimeMs, ctimeMs].join(' ') : 'too new'),
      () => 'gone',
    ),
  );
  const found = await Promise.all(facts);
  return new Map(paths.map((path, index) => [path, found[index] ?? '']));
}
