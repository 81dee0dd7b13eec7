import { posix, win32 } from 'node:path';
import type { Files } from './files.ts';

/** How long a change waits for another one of the same file. */
const lockWaitMs = 10_000;

/**
 * Changes a configuration file as a whole under its lock; a missing one starts empty and is made with 0600, its
 * folder with 0700. Nothing is written when the text stays the same or on a dry run.
 * @returns whether the text is another one now (or would be)
 */
export async function changeFile(
  files: Files,
  path: string,
  edit: (text: string) => Promise<string>,
  { dryRun, platform }: { readonly dryRun: boolean; readonly platform: NodeJS.Platform },
): Promise<boolean> {
  const change = async (): Promise<boolean> => {
    const before = new TextDecoder().decode((await files.read(path)) ?? new Uint8Array());
    const after = await edit(before);
    if (after === before) return false;
    if (!dryRun) await files.write(path, after);
    return true;
  };
  if (dryRun) return change();
  await files.makeFolder((platform === 'win32' ? win32 : posix).dirname(path));
  return files.locked(path, lockWaitMs, change);
}
