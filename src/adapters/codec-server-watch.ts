import { stat } from 'node:fs/promises';

const everyMs = 1000;

/**
 * Looks at the files once a second: a Kubernetes volume swaps a link, an editor renames, and neither is seen reliably
 * by a watch on the file itself. Callbacks never overlap.
 * @param paths asked for each time: what was read may name other files now, and such a file counts as changed
 */
export function watch(paths: () => readonly string[], changed: () => Promise<void>, signal: AbortSignal): void {
  let seen = look(paths());
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    void check().finally(() => (running = false));
  }, everyMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });

  async function check(): Promise<void> {
    const before = await seen;
    seen = look(paths());
    const differs = [...(await seen)].some(([path, facts]) => before.get(path) !== facts);
    if (differs && !signal.aborted) await changed();
  }
}

async function look(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const facts = paths.map((path) =>
    stat(path).then(
      ({ ino, size, mtimeMs, ctimeMs }) => [ino, size, mtimeMs, ctimeMs].join(' '),
      () => 'gone',
    ),
  );
  const found = await Promise.all(facts);
  return new Map(paths.map((path, index) => [path, found[index] ?? '']));
}
