import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Redactor } from '../redact.ts';
import type { Files } from './files.ts';
import type { SecretSource } from './profile.ts';
import { describeSecret, locateSecret, type SecretLocation } from './secret.ts';

/** The one resolver of references. Every value it hands out is known to the redactor first. */
export interface Secrets {
  /**
   * The bytes behind a source; each source is resolved once in a run. Of `exec:` one final newline is removed,
   * everything else is as it stands there.
   * @throws NexusctlError SECRET_REFERENCE_INVALID, SECRET_UNREADABLE, EXEC_NOT_ALLOWED, FILE_UNREADABLE,
   *   INPUT_TOO_LARGE, PERMISSION_DENIED, UNREACHABLE
   */
  readonly resolve: (source: SecretSource) => Promise<Uint8Array>;
  /** Resolves anew: for the one retry after an UNAUTHENTICATED answer, when a key may have been rotated. */
  readonly resolveAgain: (source: SecretSource) => Promise<Uint8Array>;
  /** Nothing is run and nothing leaves the machine: references that need it are refused. */
  readonly offline: boolean;
  /** What a person should know of the sources resolved so far, e.g. a key file that others can read. */
  readonly warnings: () => readonly string[];
}

/** Where secrets come from that no file or variable holds. Filled by adapters/secrets.ts. */
export interface SecretFetchers {
  readonly s3: (bucket: string, key: string, signal: AbortSignal) => Promise<Uint8Array>;
  readonly secretsManager: (id: string, signal: AbortSignal) => Promise<Uint8Array>;
  /** The whole standard output of a command that is run without a shell, in `folder`, with a minimal environment. */
  readonly exec: (
    command: readonly string[],
    world: {
      readonly folder: string;
      readonly env: Readonly<Record<string, string | undefined>>;
      readonly signal: AbortSignal;
    },
  ) => Promise<Uint8Array>;
}

interface World {
  readonly files: () => Promise<Files>;
  readonly fetchers: () => Promise<SecretFetchers>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
  /** --allow-exec: `exec:` runs from any file. */
  readonly allowExec: boolean;
  /** Nothing is run and nothing leaves the machine (`--offline`, inspect, config …). */
  readonly offline: boolean;
}

export function makeSecrets(world: World): Secrets {
  const resolved = new Map<string, Promise<Uint8Array>>();
  const warnings = new Set<string>();
  const resolveAgain = (source: SecretSource): Promise<Uint8Array> => {
    const key = JSON.stringify(source);
    const value = read(source, world, warnings);
    resolved.set(key, value);
    // What failed once may be there later: a worker holds its keyring for days.
    value.catch(() => resolved.get(key) === value && resolved.delete(key));
    return value;
  };
  return {
    resolve: (source) => resolved.get(JSON.stringify(source)) ?? resolveAgain(source),
    resolveAgain,
    offline: world.offline,
    warnings: () => [...warnings],
  };
}

async function read(source: SecretSource, world: World, warnings: Set<string>): Promise<Uint8Array> {
  const location = locateSecret(source, world.platform);
  refuseOffline(location, source, world);
  const bytes = await readLocation(location, source, world, warnings);
  if (!isPublic(bytes)) world.redactor.add(bytes);
  return bytes;
}

async function readLocation(
  location: SecretLocation,
  source: SecretSource,
  world: World,
  warnings: Set<string>,
): Promise<Uint8Array> {
  switch (location.kind) {
    case 'data':
      return Buffer.from(location.data);
    case 'env':
      return readVariable(location.name, world);
    case 'file':
      return readFile(location.path, world, warnings);
    case 's3':
      return (await world.fetchers()).s3(location.bucket, location.key, world.signal);
    case 'secretsmanager': {
      const value = await (await world.fetchers()).secretsManager(location.id, world.signal);
      return location.field === undefined ? value : fieldOf(value, location.field, describeSecret(source), world);
    }
    case 'exec': {
      const { env, signal } = world;
      const folder = source.kind === 'reference' ? source.base : '';
      return withoutFinalNewline(await (await world.fetchers()).exec(location.command, { folder, env, signal }));
    }
  }
}

function refuseOffline(location: SecretLocation, source: SecretSource, { offline, allowExec }: World): void {
  const away = location.kind === 's3' || location.kind === 'secretsmanager' || location.kind === 'exec';
  if (offline && away)
    throw new NexusctlError('EXEC_NOT_ALLOWED', `${describeSecret(source)} is not resolved by this command`, {
      hint: 'it runs no command and fetches nothing; name a file or env:NAME, or leave out --offline',
    });
  if (location.kind !== 'exec' || location.mayRun || allowExec) return;
  throw new NexusctlError('EXEC_NOT_ALLOWED', `${describeSecret(source)} does not run from this file`, {
    hint: 'exec: runs from a flag and from your own default file that nobody else can write; else add --allow-exec (openCodec: allowExec)',
  });
}

function readVariable(name: string, { env }: World): Uint8Array {
  const value = env[name];
  if (value === undefined || value === '')
    throw new NexusctlError('SECRET_UNREADABLE', `env:${name}: the variable is ${value === '' ? 'empty' : 'not set'}`, {
      hint: `export ${name}=…`,
    });
  return Buffer.from(value);
}

async function readFile(path: string, world: World, warnings: Set<string>): Promise<Uint8Array> {
  const files = await world.files();
  const bytes = await files.read(path);
  if (bytes === null) throw missingFile(path);
  if (!isPublic(bytes) && (await files.stat(path))?.othersMayRead === true)
    warnings.add(`${path} can be read by other users: chmod 600 ${path}`);
  return bytes;
}

function missingFile(path: string): NexusctlError {
  if (isData(path))
    return new NexusctlError('SECRET_UNREADABLE', 'the path is not there', {
      hint: 'a path is wanted here, and this is the data itself',
    });
  if (mayBeKey(path))
    return new NexusctlError(
      'SECRET_UNREADABLE',
      'a path is not there, and its name is as long as a key: it is not shown',
      {
        hint: 'check the path; the key itself belongs into a file of which the path stands here',
      },
    );
  return new NexusctlError('SECRET_UNREADABLE', `${path} is not there`, {
    hint: /(^|[/\\])~[/\\]/.test(path) ? '~ is not expanded in a value: write the path out' : 'check the path',
    details: path.includes('\n') ? undefined : { path },
  });
}

/** Ends as a PEM block or a key of 32 bytes does: hex, or base64 of which slashes made folders. It is not shown. */
function isData(path: string): boolean {
  return path.includes('-----BEGIN') || /(?:^|[/\\])[0-9a-f]{64}$|[A-Za-z0-9+/_-]{43}=$/i.test(path);
}

/** A name without an extension and of the length of a key of 32 bytes, as text or as base64 that is not padded. */
function mayBeKey(path: string): boolean {
  const name = path.split(/[/\\]/).at(-1) ?? '';
  return !name.includes('.') && (name.length === 32 || name.length >= 43);
}

/** Certificates and public keys alone are nothing to hide. */
function isPublic(bytes: Uint8Array): boolean {
  const labels = [
    ...Buffer.from(bytes)
      .toString('latin1')
      .matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g),
  ];
  return (
    labels.length > 0 && labels.every(([, label]) => /^(TRUSTED |X509 )?CERTIFICATE$|^PUBLIC KEY$/.test(label ?? ''))
  );
}

function fieldOf(value: Uint8Array, field: string, what: string, { redactor }: World): Uint8Array {
  redactor.add(value);
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(value).toString());
  } catch {
    document = undefined;
  }
  if (typeof document === 'object' && document !== null && Object.hasOwn(document, field)) {
    const found = (document as Readonly<Record<string, unknown>>)[field];
    if (typeof found === 'string' || typeof found === 'number') return Buffer.from(String(found));
  }
  throw new NexusctlError('SECRET_UNREADABLE', `${what}: the secret is no JSON object with such a text field`, {
    hint: 'leave out #field to take the whole secret',
  });
}

/** One newline, as almost every command ends its output with. */
function withoutFinalNewline(bytes: Uint8Array): Uint8Array {
  const end = bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? 2 : 1) : 0;
  return bytes.subarray(0, bytes.length - end);
}
