import { stat } from 'node:fs/promises';

const everyMs = 1000;

/**
 * Looks at the files once a second: a Kubernetes volume swaps a link, an editor renames, and neither is seen reliably
 * by a watch on the file itself. Callbacks never overlap.
 */
export function watch(paths: readonly string[], changed: () => Promise<void>, signal: AbortSignal): void {
  let seen = look(paths);
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    void check().finally(() => (running = false));
  }, everyMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });

  async function check(): Promise<void> {
    const now = look(paths);
    const differs = (await now) !== (await seen);
    seen = now;
    if (differs && !signal.aborted) await changed();
  }
}

async function look(paths: readonly string[]): Promise<string> {
  const facts = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ ino, size, mtimeMs, ctimeMs }) => [ino, size, mtimeMs, ctimeMs].join(' '),
        () => 'gone',
      ),
    ),
  );
  return facts.join('\n');
}
