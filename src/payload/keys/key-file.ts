import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { emptyKeyring, type Key, type Keyring } from './keyring.ts';

/**
 * The key file of public codec servers (mrsimonemms/temporal-codec-server, bitovi/temporal-codec): a YAML list of
 * `- id: ID` and `key: TEXT`, where the text is the key and the first one writes.
 */
export function isKeyFile(bytes: Uint8Array, path: string): boolean {
  return /\.ya?ml$/i.test(path) || /^(?:\s*#.*\n|\s*\n|---\s*\n)*- /.test(Buffer.from(bytes).toString('utf8', 0, 4096));
}

/**
 * @param secret called with each key before anything else is done with it
 * @throws NexusctlError KEYRING_INVALID naming the entry
 */
export async function readKeyFile(bytes: Uint8Array, path: string, secret: (key: string) => void): Promise<Keyring> {
  const entries = await parse(Buffer.from(bytes).toString('utf8'), path);
  const keys = new Map<string, Key>();
  for (const [index, entry] of entries.entries()) {
    const at = `entry ${String(index + 1)}`;
    if (entry === null || typeof entry !== 'object') throw invalid(path, `${at}: id and key are wanted`);
    const { id, key } = entry as { readonly id?: unknown; readonly key?: unknown };
    if (typeof key === 'string') secret(key);
    if (typeof id !== 'string' || id === '') throw invalid(path, `${at}: its id is no text`);
    if (typeof key !== 'string' || key === '') throw invalid(path, `${at} ('${id}'): its key is no text`);
    if (keys.has(id)) throw invalid(path, `${at}: there is a key '${id}' already`);
    keys.set(id, { kind: 'secret', id, source: { kind: 'data', data: key }, decryptOnly: false });
  }
  const [active] = keys.keys();
  return { ...emptyKeyring, keys, ...(active === undefined ? {} : { active }) };
}

async function parse(text: string, path: string): Promise<readonly unknown[]> {
  const yaml = await import('yaml');
  try {
    const document: unknown = yaml.parse(text, { maxAliasCount: 100, uniqueKeys: true, schema: 'core' });
    if (Array.isArray(document)) return document as readonly unknown[];
  } catch {
    // What the parser says quotes the lines, and the lines are keys.
    throw invalid(path, 'it is not YAML');
  }
  throw invalid(path, 'a list of id and key is wanted');
}

function invalid(path: string, what: string): NexusctlError {
  return new NexusctlError('KEYRING_INVALID', `${path}: ${what}`, {
    hint: 'docs/keyring.md shows both forms of a keyring file',
  });
}
