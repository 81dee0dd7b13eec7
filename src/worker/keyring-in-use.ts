import { setMaxListeners } from 'node:events';
import { dirname, resolve } from 'node:path';
import { cwd, env, getuid, kill, pid, platform } from 'node:process';
import { look } from '../adapters/file-facts.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { isKeyFile, readKeyFile } from '../payload/keys/key-file.ts';
import { keyPorts } from '../payload/keys/key-ports.ts';
import { readKeyring } from '../payload/keys/keyring-file.ts';
import { keysFor, keysOf, type Keyring } from '../payload/keys/keyring.ts';
import { openKeys, type Keys } from '../payload/keys/keys.ts';
import type { Maybe } from '../payload/model/maybe.ts';
import { readThrough } from '../payload/usable.ts';
import { locateSecret } from '../profile/secret.ts';
import { makeSecrets } from '../profile/secrets.ts';
import { parseToml } from '../profile/toml.ts';
import { createRedactor } from '../redact.ts';

const lookAgainMs = 1000;
/** A key that comes from elsewhere may be there again although no file has changed. */
const loadAgainMs = 10_000;

/** Those of openCodec's options that say where the keys are. */
interface KeyringOptions {
  readonly keyring?: string;
  readonly namespace?: string;
  readonly allowExec?: boolean;
  readonly allowPlaintextKey?: string;
  readonly onKeyringError?: (error: Error) => void;
}

/** The keys of the keyring file, read again when it or a file that it names has changed and a payload passes. */
export async function loadedKeyring(options: KeyringOptions): Promise<() => Maybe<Keys>> {
  const given = options.keyring ?? env['NEXUSCTL_KEYRING'];
  if (given === undefined || given === '')
    throw new NexusctlError('KEY_MISSING', 'the codec has no keyring', {
      hint: "openCodec({ keyring: 'keys.toml' }), or set NEXUSCTL_KEYRING",
    });
  const path = resolve(given);
  /** Each file, and what it was like when it was last read. */
  let seen: ReadonlyMap<string, string> = new Map();
  const load = async (): Promise<Keys> => {
    seen = await look([path, ...[...seen.keys()].filter((file) => file !== path)]);
    const next = await open(path, options);
    seen = new Map([...(await look(filesOf(next.keyring))), [path, seen.get(path) ?? '']]);
    await prove(next, path);
    return next;
  };
  let keys = await load();
  let lookedAt = Date.now();
  let looking: Promise<void> | undefined;
  let loading: Promise<void> | undefined;
  let againAt = Infinity;

  const reload = async (): Promise<void> => {
    try {
      keys = await load();
      againAt = Infinity;
    } catch (error) {
      againAt = Date.now() + loadAgainMs;
      tell(error, options);
    }
  };
  const refresh = async (): Promise<void> => {
    if (loading !== undefined) return;
    const now = await look([...seen.keys()]);
    const changed = [...now].some(([file, facts]) => seen.get(file) !== facts);
    if (!changed && Date.now() < againAt) return;
    loading = reload().finally(() => (loading = undefined));
    // What has changed is waited for; what could not be loaded before has last good keys.
    if (changed) await loading;
  };
  return () => {
    if (Date.now() - lookedAt >= lookAgainMs) {
      lookedAt = Date.now();
      looking ??= refresh().finally(() => (looking = undefined));
    }
    return looking === undefined ? keys : looking.then(() => keys);
  };
}

/** The program that is told may fail itself: no payload is the reason, and none waits for it. */
function tell(error: unknown, { onKeyringError }: KeyringOptions): void {
  try {
    onKeyringError?.(error instanceof Error ? error : new Error('the keyring cannot be loaded'));
  } catch {
    // The last good keys stay in use all the same.
  }
}

/** @throws NexusctlError for a keyring with which nothing could be sealed or opened: the last good one is better */
async function prove(keys: Keys, path: string): Promise<void> {
  const { keyring, namespace } = keys;
  if (keyring.keys.size === 0)
    throw new NexusctlError('KEYRING_INVALID', `the keyring ${path} has no keys`, {
      hint: 'add one: [keyring.keys.NAME] with secret = "file:./my.key"; nexusctl payload keygen --out my.key makes it',
    });
  const endpoints = [...keyring.endpoints.values()].flatMap((ids) => keysOf(keyring, ids));
  await readThrough(keys, new Set([...keysFor(keyring, namespace), ...endpoints]));
}

function filesOf({ keys }: Keyring): readonly string[] {
  return [...keys.values()].flatMap((key) => {
    const source = key.kind === 'secret' ? key.source : key.kind === 'vault' ? key.token : undefined;
    const location = source === undefined ? undefined : locateSecret(source, platform);
    return location?.kind === 'file' ? [location.path] : [];
  });
}

async function open(path: string, options: KeyringOptions): Promise<Keys> {
  const { namespace, allowExec = false, allowPlaintextKey: plaintextHost } = options;
  const { makeFiles } = await import('../adapters/files.ts');
  const host = { pid, uid: getuid?.(), kill: (id: number, signal: NodeJS.Signals | 0) => void kill(id, signal) };
  const files = makeFiles(host);
  const bytes = await files.read(path);
  if (bytes === null)
    throw new NexusctlError('FILE_UNREADABLE', `the keyring ${path} is not there`, {
      hint: 'openCodec({ keyring }) takes the path of a keyring file: docs/keyring.md',
    });
  const source = (reference: string) =>
    ({ kind: 'reference', reference, base: dirname(path), mayRun: allowExec }) as const;
  const redactor = createRedactor();
  const keyring = isKeyFile(bytes, path)
    ? await readKeyFile(bytes, path, (key) => redactor.add(key))
    : readKeyring(await parseToml(bytes, path), { path, source });
  const { signal } = new AbortController();
  // Each call of a key service listens while it runs, and many may.
  setMaxListeners(0, signal);
  const secrets = makeSecrets({
    files: () => Promise.resolve(files),
    fetchers: async () => (await import('../adapters/secrets.ts')).makeSecretFetchers(host),
    env,
    platform,
    redactor,
    signal,
    allowExec,
    offline: false,
  });
  const services = async () => (await import('../adapters/kms.ts')).makeKeyServices(host);
  const ports = keyPorts({ services, secrets, env, platform, folder: cwd(), signal, allowExec, plaintextHost });
  return openKeys(keyring, ports, namespace === undefined ? {} : { namespace });
}
