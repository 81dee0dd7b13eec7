import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { cwd, env, getuid, kill, pid, platform } from 'node:process';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { keyPorts } from '../payload/key-ports.ts';
import { readKeyring } from '../payload/keyring-file.ts';
import { openKeys, type Keys } from '../payload/keys.ts';
import type { Maybe } from '../payload/maybe.ts';
import { makeSecrets } from '../profile/secrets.ts';
import { parseToml } from '../profile/toml.ts';
import { createRedactor } from '../redact.ts';

const lookAgainMs = 1000;

/** Those of openCodec's options that say where the keys are. */
interface KeyringOptions {
  readonly keyring?: string;
  readonly namespace?: string;
  readonly allowExec?: boolean;
  readonly allowPlaintextKey?: string;
  readonly onKeyringError?: (error: Error) => void;
}

/** The keys of the keyring file, read again when the file has changed and a payload passes. */
export async function loadedKeyring(options: KeyringOptions): Promise<() => Maybe<Keys>> {
  const given = options.keyring ?? env['NEXUSCTL_KEYRING'];
  if (given === undefined || given === '')
    throw new NexusctlError('KEY_MISSING', 'the codec has no keyring', {
      hint: "openCodec({ keyring: 'keys.toml' }), or set NEXUSCTL_KEYRING",
    });
  const path = resolve(given);
  let seen = await look(path);
  let keys = await load(path, options);
  let lookedAt = Date.now();
  let running: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    const now = await look(path);
    if (now === seen) return;
    seen = now;
    try {
      keys = await load(path, options);
    } catch (error) {
      options.onKeyringError?.(error instanceof Error ? error : new Error('the keyring cannot be loaded'));
    }
  };
  return () => {
    if (Date.now() - lookedAt >= lookAgainMs) {
      lookedAt = Date.now();
      running ??= refresh().finally(() => (running = undefined));
    }
    return running === undefined ? keys : running.then(() => keys);
  };
}

async function load(path: string, options: KeyringOptions): Promise<Keys> {
  const { namespace, allowExec = false, allowPlaintextKey: plaintextHost } = options;
  const { makeFiles } = await import('../adapters/files.ts');
  const host = { pid, uid: getuid?.(), kill: (id: number, signal: NodeJS.Signals | 0) => void kill(id, signal) };
  const files = makeFiles(host);
  const bytes = await files.read(path);
  if (bytes === null) throw new NexusctlError('FILE_UNREADABLE', `the keyring ${path} is not there`);
  const source = (reference: string) =>
    ({ kind: 'reference', reference, base: dirname(path), mayRun: allowExec }) as const;
  const keyring = readKeyring(await parseToml(bytes, path), { path, source });
  const signal = new AbortController().signal;
  const secrets = makeSecrets({
    files: () => Promise.resolve(files),
    fetchers: async () => (await import('../adapters/secrets.ts')).makeSecretFetchers(host),
    env,
    platform,
    redactor: createRedactor(),
    signal,
    allowExec,
    offline: false,
  });
  const services = async () => (await import('../adapters/kms.ts')).makeKeyServices(host);
  const ports = keyPorts({ services, secrets, env, platform, folder: cwd(), signal, allowExec, plaintextHost });
  return openKeys(keyring, ports, namespace === undefined ? {} : { namespace });
}

async function look(path: string): Promise<string> {
  return stat(path).then(
    ({ ino, size, mtimeMs, ctimeMs }) => [ino, size, mtimeMs, ctimeMs].join(' '),
    () => 'gone',
  );
}
