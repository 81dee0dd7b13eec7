import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readPolicy, type Policy } from '../endpoints/policy/policy.ts';
import { editedFiles, type PolicyStore } from '../endpoints/policy/store.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Files } from '../profile/files.ts';

const largest = 64 * 1024 * 1024;
const lockWaitMs = 30_000;

/** The policy at a path, a file or a folder of files. */
export function policyAt(path: string, files: Files): PolicyStore {
  const isFolder = async (): Promise<boolean> => (await files.stat(path))?.kind === 'folder';

  const read = async (): Promise<Policy | null> => {
    if (await isFolder()) return readPolicy(await readFolder(path, files));
    const bytes = await files.read(path, largest);
    if (bytes === null) return null;
    // The name of a single file does not count: it may be called anything.
    return readPolicy(new Map([[policyName(path), bytes]]));
  };

  return {
    path,
    read,
    edit: (work) =>
      files.locked(path, lockWaitMs, async () => {
        const policy = await read();
        if (policy === null) throw new NexusctlError('POLICY_MISSING', `there is no policy at ${path}`);
        const folder = await isFolder();
        const changed = editedFiles(policy, work(policy), folder);
        for (const [name, text] of changed) await files.write(folder ? join(path, name) : path, text, { mode: 0o644 });
        return changed.size === 0 ? policy : ((await read()) ?? policy);
      }),
    create: async (text) => {
      await files.write(path, text, { create: true, mode: 0o644 });
      return readPolicy(new Map([[policyName(path), Buffer.from(text)]]));
    },
  };
}

function policyName(path: string): string {
  const name = basename(path);
  return name.endsWith('.json') && !name.startsWith('.') ? name : `${name.replace(/^\.+/, '')}.json`;
}

async function readFolder(path: string, files: Files): Promise<ReadonlyMap<string, Uint8Array>> {
  const names = (await readdir(path)).filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
  const found = new Map<string, Uint8Array>();
  let left = largest;
  for (const name of names) {
    const file = join(path, name);
    const bytes = await files.read(file, left);
    // The server refuses such a folder: what it holds without this file is another policy.
    if (bytes === null)
      throw new NexusctlError('FILE_UNREADABLE', `${file} is a link to nothing, or was removed just now`, {
        hint: `look at it with: ls -ld -- ${file}`,
        details: { path: file },
      });
    left -= bytes.length;
    found.set(name, bytes);
  }
  return found;
}
