import { dirname, resolve } from 'node:path';
import { namespacesWithoutKeys, readAccessFile, type AccessFile } from '../../codec-server/access-file.ts';
import { makeCodec, type Codec } from '../../codec-server/codec.ts';
import type { Metrics } from '../../codec-server/metrics.ts';
import type { CodecSettings } from '../../codec-server/settings.ts';
import type { KeySetPlace, Listening } from '../../codec-server/socket.ts';
import { isLongEnough, staticTokens, type Authenticate, type StaticToken } from '../../codec-server/tokens.ts';
import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { fingerprint } from '../../payload/families/candidates.ts';
import { openKeys } from '../../payload/keys/keys.ts';
import type { Keyring } from '../../payload/keys/keyring.ts';
import { readThrough } from '../../payload/usable.ts';
import { isPerNamespace, type StorageRule } from '../../payload/model/storage.ts';
import type { SecretSource } from '../../profile/profile.ts';
import { locateSecret } from '../../profile/secret.ts';
import type { Secrets } from '../../profile/secrets.ts';
import { parseToml } from '../../profile/toml.ts';
import type { Started } from '../../views/codec-server.ts';
import { presetWarnings, ringOf, type Ring } from '../payload/keys-of.ts';
import { secretsOf } from '../secrets-of.ts';
import type { AuditLog } from './audit-log.ts';
import type { ServerSetup } from './setup.ts';

type Flags = Parameters<typeof ringOf>[1] & { readonly access?: string | undefined };

interface Observers {
  readonly metrics: Metrics;
  readonly log: AuditLog;
  readonly now: () => number;
}

/** Keyring, tokens and grants as they are now; replaced as a whole when a file has changed. */
export interface ServerWorld {
  readonly codec: () => Codec;
  readonly guard: CodecSettings['guard'];
  readonly authentication: Started['authentication'];
  readonly keyNames: () => readonly string[];
  readonly warnings: () => readonly string[];
  /** Files to look at for changes: those that the state in use was read from. */
  readonly paths: () => readonly string[];
  /** Reads everything anew; false when something cannot be loaded, which leaves the last good state in use. */
  readonly reload: (server: Listening) => Promise<boolean>;
}

interface State {
  readonly ring: Ring;
  readonly codec: Codec;
  readonly access: Access | null;
  readonly secrets: Secrets;
}

interface Access {
  readonly file: AccessFile;
  readonly authenticate: Authenticate;
}

export async function loadWorld(
  context: Context,
  flags: Flags,
  setup: ServerSetup,
  { metrics, log, now }: Observers,
): Promise<ServerWorld> {
  const accessPath = flags.access === undefined ? undefined : resolve(context.cwd, flags.access);
  const jwtAuthenticator = rememberKeySet(context, ({ code, message }) => {
    const time = new Date(now()).toISOString();
    log.event({
      time,
      event: 'key-set-failed',
      error: code,
      message: `${message}; the keys that are known stay in use`,
    });
  });
  const load = async (): Promise<State> => {
    const ring = await ringOf(context, flags);
    const secrets = secretsOf(context, flags);
    const access = accessPath === undefined ? null : await loadAccess(context, accessPath, secrets, jwtAuthenticator);
    if (access !== null) {
      refuseUnmapped(access.file, ring.keyring);
      refuseSharedStorage(access.file, flags.resolve ?? []);
    }
    await readThrough(openKeys(ring.keyring, ring.ports), ring.keyring.keys.values());
    const codec = makeCodec(ring.keyring, (keyring, namespace) =>
      openKeys(keyring, ring.ports, { namespace, now, storage: flags.resolve }),
    );
    return { ring, codec, access, secrets };
  };
  let state = await load();
  metrics.keyring(true, now());
  const first = state.access;
  return {
    codec: () => state.codec,
    guard:
      first === null
        ? { kind: 'loopback', tls: setup.tls !== null, pathSecret: setup.pathSecret?.value ?? null }
        : {
            kind: 'authenticated',
            authenticate: (token) => (state.access ?? first).authenticate(token),
            get grants() {
              return (state.access ?? first).file.grants;
            },
          },
    authentication: first === null ? 'none' : waysOf(first.file),
    keyNames: () => [...namesOf(state.ring.keyring)],
    warnings: () => [
      ...presetWarnings(state.ring.keyring),
      ...state.ring.secrets.warnings(),
      ...state.secrets.warnings(),
    ],
    paths: () => [
      ...new Set([
        ...pathsOf(state.ring, context),
        ...(accessPath === undefined ? [] : [accessPath]),
        ...(state.access === null ? [] : accessPaths(state.access.file, context)),
        ...(setup.tls?.paths ?? []),
      ]),
    ],
    reload: async (server) => {
      const time = new Date(now()).toISOString();
      try {
        const next = await load();
        if (setup.tls !== null) server.useCertificate(await setup.tls.again());
        state = next;
        metrics.keyring(true, now());
        log.event({ time, event: 'reloaded', keys: [...namesOf(state.ring.keyring)] });
        return true;
      } catch (error) {
        metrics.keyring(false, now());
        const code = error instanceof NexusctlError ? error.code : 'INTERNAL';
        const message = error instanceof NexusctlError ? error.message : 'it could not be loaded';
        log.event({
          time,
          event: 'reload-failed',
          error: code,
          message: `${message}; the last good state stays in use, and it is tried again`,
        });
        return false;
      }
    },
  };
}

async function loadAccess(
  context: Context,
  path: string,
  secrets: Secrets,
  jwtAuthenticator: (settings: KeySetPlace) => Promise<Authenticate>,
): Promise<Access> {
  const files = await context.ports.files();
  const bytes = await files.read(path);
  if (bytes === null)
    throw new NexusctlError('FILE_UNREADABLE', `the access file ${path} is not there`, {
      hint: 'docs/codec-server.md shows one',
    });
  const file = readAccessFile(await parseToml(bytes, path), path, dirname(path), false);
  const tokens = await Promise.all(
    file.tokens.map(async ({ subject, roles, source }): Promise<StaticToken> => {
      const secret = Buffer.from(await secrets.resolve(source))
        .toString('utf8')
        .trim();
      if (!isLongEnough(secret))
        throw new NexusctlError('KEY_INVALID', `the token of '${subject}' is too short: 128 random bits are needed`, {
          hint: 'openssl rand -hex 32',
        });
      return { subject, roles, secret };
    }),
  );
  const byToken = staticTokens(tokens);
  const { jwt } = file;
  if (jwt === undefined) return { file, authenticate: byToken };
  const ca = jwt.ca === undefined ? {} : { caPem: Buffer.from(await secrets.resolve(jwt.ca)).toString('utf8') };
  const byJwt = await jwtAuthenticator({ ...jwt, ...ca });
  return { file, authenticate: (token) => byToken(token) ?? byJwt(token) };
}

/** The key set of an identity provider outlives reloads: a token can be taken back while the provider is away. */
function rememberKeySet(context: Context, failed: (error: NexusctlError) => void) {
  let known: { readonly settings: string; readonly authenticate: Authenticate } | undefined;
  return async (place: KeySetPlace): Promise<Authenticate> => {
    const settings = JSON.stringify(place);
    // A file costs nothing to read, and may be what has changed.
    if (known?.settings === settings && 'url' in place.jwks) return known.authenticate;
    const authenticate = await (await context.ports.codecSockets()).jwtAuthenticator(place, failed);
    known = { settings, authenticate };
    return authenticate;
  };
}

/** The mapping to keys is required (security.md 15): nobody gets all keys by an omission. */
function refuseUnmapped({ grants }: AccessFile, { namespaces }: Keyring): void {
  const [name] = namespacesWithoutKeys(grants, namespaces);
  if (name === undefined) return;
  throw new NexusctlError(
    'SETTING_INVALID',
    `no keys are mapped to the namespace '${name}' that the access file grants`,
    {
      hint: `list them in the keyring: [keyring.namespaces] "${name}" = ["KEY"], or in the grant: keys = ["KEY"]`,
    },
  );
}

/** A reference chooses any object below a rule: one namespace must not reach what another one stored. */
function refuseSharedStorage({ grants }: AccessFile, rules: readonly StorageRule[]): void {
  const shared = rules.find((rule) => !isPerNamespace(rule));
  if (shared === undefined || new Set(grants.flatMap(({ namespaces }) => namespaces)).size < 2) return;
  throw new NexusctlError('SETTING_INVALID', `every granted namespace could read all of s3://${shared.bucket}`, {
    hint: `give each its own part: --resolve 's3://${shared.bucket}/v0/ns/{namespace}', the keys that SDKs write`,
  });
}

function waysOf({ tokens, jwt }: AccessFile): Started['authentication'] {
  if (jwt === undefined) return 'token';
  return tokens.length > 0 ? 'token, jwt' : 'jwt';
}

function* namesOf({ keys, presets }: Keyring): Iterable<string> {
  for (const id of keys.keys()) yield id.startsWith('base64key://') ? `sha256:${fingerprint(id)}` : id;
  for (const preset of presets) yield `preset ${preset}`;
}

function pathsOf({ path, keyring }: Ring, context: Context): readonly string[] {
  const files = [...keyring.keys.values()].flatMap((key) => {
    if (key.kind === 'vault') return fileOf(key.token, context);
    return key.kind === 'secret' ? fileOf(key.source, context) : [];
  });
  return path === undefined ? files : [path, ...files];
}

/** A token is taken back by changing its file, so those are looked at too. */
function accessPaths({ tokens, jwt }: AccessFile, context: Context): readonly string[] {
  const sources = [...tokens.map(({ source }) => source), ...(jwt?.ca === undefined ? [] : [jwt.ca])];
  const keySet = jwt !== undefined && 'path' in jwt.jwks ? [jwt.jwks.path] : [];
  return [...sources.flatMap((source) => fileOf(source, context)), ...keySet];
}

function fileOf(source: SecretSource, { platform }: Context): readonly string[] {
  const location = locateSecret(source, platform);
  return location.kind === 'file' ? [location.path] : [];
}
