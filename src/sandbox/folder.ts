import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

export async function writeFolder(material: Material): Promise<Folder> {
  const folder = await mkdtemp(join(tmpdir(), 'nexusctl-sandbox-'));
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
