import { dirname } from 'node:path';
import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { keyPorts } from '../../payload/keys/key-ports.ts';
import { isKeyFile, readKeyFile } from '../../payload/keys/key-file.ts';
import { readKeyring } from '../../payload/keys/keyring-file.ts';
import {
  emptyKeyring,
  type Key,
  type KeyFormat,
  type KeyPorts,
  type Keyring,
  type Preset,
} from '../../payload/keys/keyring.ts';
import type { StorageRule } from '../../payload/model/storage.ts';
import { openKeys, type Keys } from '../../payload/keys/keys.ts';
import type { ConnectionFlags } from '../../profile/flags.ts';
import type { Profile, SecretSource } from '../../profile/profile.ts';
import type { Secrets } from '../../profile/secrets.ts';
import { typedReference } from '../../profile/secret.ts';
import { parseToml } from '../../profile/toml.ts';
import { examineProfile } from '../profile-of.ts';
import { secretsOf } from '../secrets-of.ts';

interface KeyFlags extends ConnectionFlags {
  readonly key?: readonly string[] | undefined;
  readonly keyFormat?: KeyFormat | undefined;
  readonly preset?: readonly Preset[] | undefined;
  readonly active?: string | undefined;
  readonly maxLayerBytes?: number | undefined;
  readonly resolve?: readonly StorageRule[] | undefined;
}

export interface KeysInUse {
  readonly keys: Keys;
  readonly profile: Profile;
  readonly secrets: Secrets;
  /** What a person should know of the keys that were used. */
  readonly warnings: () => readonly string[];
}

/** The keyring of flags and files with all that it needs of the world. Nothing is read of a key before a payload needs it. */
export interface Ring {
  readonly keyring: Keyring;
  readonly ports: KeyPorts;
  readonly profile: Profile;
  readonly secrets: Secrets;
  /** The file that the keyring was read from, when there is one. */
  readonly path?: string;
}

export async function ringOf(context: Context, options: KeyFlags): Promise<Ring> {
  const profile = await examineProfile(context, options);
  refuseUnreadable(profile);
  const secrets = secretsOf(context, options);
  const keyring = withFlags(await keyringOf(context, profile), options, context.cwd);
  const { env, platform, cwd: folder, signal } = context;
  const services = context.ports.keyServices;
  const allowExec = options.allowExec === true;
  const plaintextHost = profile.plaintextKeyHost?.value;
  const path = profile.keyring?.value ?? profile.ownFile?.path;
  return {
    keyring,
    ports: keyPorts({ services, secrets, env, platform, folder, signal, allowExec, plaintextHost }),
    profile,
    secrets,
    ...(path === undefined ? {} : { path }),
  };
}

/** The same, ready to open and seal. */
export async function keysOf(context: Context, options: KeyFlags): Promise<KeysInUse> {
  const { keyring, ports, profile, secrets } = await ringOf(context, options);
  const { kind } = profile.namespace.origin;
  const namespace = kind === 'default' ? undefined : profile.namespace.value;
  const keys = openKeys(keyring, ports, {
    namespace,
    layerBytes: options.maxLayerBytes,
    storage: options.resolve,
    now: () => context.now().getTime(),
  });
  const warnings = () => [...presetWarnings(keyring), ...secrets.warnings()];
  return { keys, profile, secrets, warnings };
}

/** Nothing is connected to here: of what is wrong with the configuration only that counts which may hide the keyring. */
function refuseUnreadable({ findings }: Profile): void {
  for (const { error, message, fix } of findings)
    if (error === 'CONFIG_FILE_INVALID' || error === 'CONFIG_FILE_UNREADABLE' || error === 'PROFILE_NOT_FOUND')
      throw new NexusctlError(error, message, { hint: fix });
}

export function presetWarnings({ presets }: Keyring): readonly string[] {
  return [...presets].map(
    (preset) => `the preset ${preset} uses a key that is printed in public samples: it protects nothing`,
  );
}

async function keyringOf(context: Context, profile: Profile): Promise<Keyring> {
  const { keyring, ownFile } = profile;
  if (keyring === undefined) {
    if (ownFile === undefined) return emptyKeyring;
    const { path, document, mayRun } = ownFile;
    return readKeyring({ keyring: document['keyring'] ?? {} }, { path, source: sourceIn(path, mayRun) });
  }
  const path = keyring.value;
  const bytes = await (await context.ports.files()).read(path);
  if (bytes === null)
    throw new NexusctlError('FILE_UNREADABLE', `the keyring ${path} is not there`, {
      hint: 'give another with --keyring FILE, or make a key: nexusctl payload keygen',
    });
  if (isKeyFile(bytes, path)) return readKeyFile(bytes, path, (key) => context.redactor.add(key));
  return readKeyring(await parseToml(bytes, path), { path, source: sourceIn(path, false) });
}

function sourceIn(path: string, mayRun: boolean): (reference: string) => SecretSource {
  return (reference) => ({ kind: 'reference', reference, base: dirname(path), mayRun });
}

function withFlags(keyring: Keyring, options: KeyFlags, cwd: string): Keyring {
  const keys = new Map(keyring.keys);
  const typed: string[] = [];
  for (const text of options.key ?? []) {
    const at = splitAt(text);
    // What has no '=' may be the key: it is not shown.
    if (at === -1)
      throw new NexusctlError('USAGE', "a --key has no '='", {
        hint: '--key ID=REF, for example --key orders-2026=file:./orders.key',
      });
    const id = text.slice(0, at);
    if (typed.includes(id))
      throw new NexusctlError('USAGE', `--key '${id}' is there twice`, {
        hint: 'one id is one key; a payload that names no key is tried with all of them, whatever their ids',
      });
    keys.set(id, typedKey(id, text.slice(at + 1), options.keyFormat, cwd));
    typed.push(id);
  }
  // Whoever types one key means that one to write.
  const active = options.active ?? (typed.length === 1 ? typed[0] : keyring.active);
  if (active !== undefined && !keys.has(active))
    throw new NexusctlError('KEY_MISSING', `there is no key '${active}' to encrypt with`, {
      hint: `known are ${[...keys.keys()].join(', ') || 'none'}`,
    });
  return {
    ...keyring,
    keys,
    ...(active === undefined ? {} : { active }),
    presets: new Set(options.preset ?? []),
  };
}

/** An id may have an '=' (base64, a query): the one before the reference counts, when that has a scheme. */
function splitAt(text: string): number {
  const scheme = text.search(/=(?:file:|env:|exec:|s3:\/\/|secretsmanager:)/);
  return scheme === -1 ? text.indexOf('=') : scheme;
}

function typedKey(id: string, reference: string, format: KeyFormat | undefined, cwd: string): Key {
  const source = typedReference(reference, cwd);
  return { kind: 'secret', id, source, decryptOnly: false, ...(format === undefined ? {} : { format }) };
}
