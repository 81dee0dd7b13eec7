import { look } from '../file-facts.ts';

const everyMs = 1000;
/** Looks between two tries of what failed: one, two, four, … A file that changes meanwhile is tried at once. */
const mostLooks = 30;
/** File systems keep time by a coarser clock, which is behind by this much at most. */
const clockMs = 20;

/**
 * Looks at the files once a second: a Kubernetes volume swaps a link, an editor renames, and neither is seen reliably
 * by a watch on the file itself. Callbacks never overlap.
 * @param paths asked for each time: what was read may name other files now, and such a file counts as changed
 * @param since when they were first read, in milliseconds since 1970: what was written later counts as changed
 * @param changed false when it is to be called again: what failed may lie elsewhere than in these files
 */
export function watch(
  paths: () => readonly string[],
  since: number,
  changed: () => Promise<boolean>,
  signal: AbortSignal,
): void {
  let seen = look(paths(), since - clockMs);
  let running = false;
  let failed: { readonly pause: number; left: number } | null = null;
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
    if (failed !== null) failed.left -= 1;
    if ((!differs && failed?.left !== 0) || signal.aborted) return;
    const pause = differs || failed === null ? 1 : Math.min(failed.pause * 2, mostLooks);
    failed = (await changed()) ? null : { pause, left: pause };
  }
}
