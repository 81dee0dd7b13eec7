import { lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { getuid, kill, pid } from 'node:process';
import type { Material } from './material.ts';

/** The only things that a sandbox writes, in one folder that only its owner can read (mkdtemp makes it 0700). */
export interface Folder {
  readonly serverCa: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
  /** Two empty configuration files: the user's own are not read, and `config set` has somewhere to write. */
  readonly temporalToml: string;
  readonly nexusctlToml: string;
  readonly remove: () => Promise<void>;
}

/** The machine is in the name because containers may share a folder for temporary files, but not their processes. */
const prefix = `nexusctl-sandbox-${hostname().replaceAll(/[^A-Za-z0-9.]/g, '')}-`;

export async function writeFolder(material: Material): Promise<Folder> {
  await sweep();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${String(pid)}-`));
  const remove = () => rm(folder, { recursive: true, force: true });
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  try {
    return {
      serverCa: await write('server-ca.pem', material.serverCa),
      clientCertificate: await write('client.pem', material.client.certificate),
      clientKey: await write('client.key', material.client.key),
      temporalToml: await write('temporal.toml', ''),
      nexusctlToml: await write('nexusctl.toml', ''),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Removes what sandboxes left that were killed before they could: `temporal` kills its extensions on Ctrl-C. */
async function sweep(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const owner = /^(\d+)-[^-]+$/.exec(name.slice(prefix.length))?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const path = join(tmpdir(), name);
    // Only a folder, and only our own: a name in a shared folder is anybody's.
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() !== true || found.uid !== getuid?.()) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(owner: number): boolean {
  try {
    return kill(owner, 0);
  } catch (error) {
    // Not ours, but there: EPERM.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
