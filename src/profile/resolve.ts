import { inferBackend, isCloudHost, hostOf } from './backend.ts';
import { profileTable, tableAt, fileOrigin } from './configuration-file.ts';
import { configurationFindings } from './findings.ts';
import { usesTls, type Profile, type ProfileFinding, type Setting, type TlsSettings } from './profile.ts';
import { makeReader, type Reader, type Sources } from './reader.ts';
import { places } from './settings.ts';

const defaultConnectMs = 10_000;

/**
 * Merges flag, environment, file and default, in this order, for every setting. Pure: nothing is read or resolved,
 * and nothing is thrown: what is wrong stands in `findings`.
 * @param loading what was found while the files were read
 */
export function resolveProfile(sources: Sources, loading: readonly ProfileFinding[] = []): Profile {
  const findings: ProfileFinding[] = [...loading];
  const read = makeReader(sources, (finding) => findings.push(finding));
  const namespace = read.text(places.namespace) ?? { value: 'default', origin: { kind: 'default' } };
  const address = expand(
    read.text(places.address) ?? { value: 'localhost:7233', origin: { kind: 'default' } },
    namespace,
  );
  const tls = readTls(read, sources);
  const apiKey = read.secret(places.api_key);
  const cloudAddress = read.text(places.cloud_address) ?? {
    value: 'saas-api.tmprl.cloud:443',
    origin: { kind: 'default' },
  };
  const cloudKey = read.secret(places.cloud_api_key);
  const named = read.choice(places.backend, ['cloud', 'self-hosted'] as const);
  const backend = inferBackend({ named, address, serverName: tls.serverName, cloudAddress, cloudKey });
  // A self-hosted profile's key never goes to Cloud: it stands in for the Cloud key only beside a Cloud address or none.
  const sharesKey =
    backend?.value === 'cloud' &&
    (backend.origin === address.origin ||
      backend.origin === tls.serverName?.origin ||
      address.origin.kind === 'default' ||
      isCloudHost(hostOf(address.value)));
  const profile: Omit<Profile, 'findings'> = {
    name: sources.profile,
    address,
    namespace,
    tls,
    ...present({ apiKey, auth: read.choice(places.auth, ['mtls', 'api-key'] as const) }),
    grpcMeta: readMetadata(sources),
    codec: {
      ...present({ endpoint: read.text(places['codec.endpoint']), auth: read.secret(places['codec.auth']) }),
      headers: pairs(sources.flags.codecHeader, '--codec-header'),
    },
    backend,
    cloud: {
      address: cloudAddress,
      ...present({ apiKey: cloudKey ?? (sharesKey ? apiKey : undefined), ca: read.secret(places.cloud_ca) }),
    },
    ...present({
      authority: read.text(places.authority),
      account: read.text(places.account_id),
      policyFile: read.path(places.policy_file),
      keyring: read.path(places.keyring),
      ownFile: sources.nexusctl ?? undefined,
      plaintextKeyHost: flagSetting(sources.flags.allowPlaintextKey, '--allow-plaintext-key'),
    }),
    timeouts: { connectMs: sources.flags.clientConnectTimeout ?? defaultConnectMs },
  };
  const whole = { ...profile, findings: [...findings, ...configurationFindings(profile, sources, usesTls(profile))] };
  return sources.variablePlaces === undefined ? whole : withPlaces(whole, sources.variablePlaces);
}

function readTls(read: Reader, sources: Sources): TlsSettings {
  return present({
    enabled: read.boolean(places.tls) ?? tlsOfFile(read, sources),
    clientCert: read.secret(places['tls.client_cert']),
    clientKey: read.secret(places['tls.client_key']),
    serverCa: read.secret(places['tls.server_ca']),
    serverName: read.text(places['tls.server_name']),
    disableHostVerification: read.boolean(places['tls.disable_host_verification']),
  });
}

/** `tls.disabled`, and an empty `[tls]` table, which alone turns TLS on in every SDK. */
function tlsOfFile(read: Reader, { temporal, profile }: Sources): Setting<boolean> | undefined {
  const disabled = read.raw(temporal, 'tls.disabled');
  if (typeof disabled?.value === 'boolean') return { value: !disabled.value, origin: disabled.origin };
  const plain = read.raw(temporal, 'tls');
  if (typeof plain?.value === 'boolean') return { value: plain.value, origin: plain.origin };
  return plain === undefined || temporal === null || profileTable(temporal, profile) === null
    ? undefined
    : { value: true, origin: plain.origin };
}

/** `${namespace}` in an address, as the temporal CLI expands it. */
function expand(address: Setting<string>, namespace: Setting<string>): Setting<string> {
  return { ...address, value: address.value.replaceAll('${namespace}', namespace.value) };
}

/** Every origin that is a variable of a file says where in the file it stands. */
function withPlaces<T>(value: T, places: NonNullable<Sources['variablePlaces']>): T {
  if (Array.isArray(value)) return value.map((item: unknown) => withPlaces(item, places)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => [key, withPlaces(item, places)]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  const place = copy['kind'] === 'environment' ? places.get(String(copy['name'])) : undefined;
  return (place === undefined ? copy : { ...copy, ...place }) as T;
}

/** File, then variables (an empty one removes the name), then flags; names in lower case with hyphens. */
function readMetadata({ temporal, profile, env, flags }: Sources): Profile['grpcMeta'] {
  const found = new Map<string, Setting<string> & { readonly name: string }>();
  const table = temporal === null ? null : tableAt(temporal.document, ['profile', profile, 'grpc_meta']);
  for (const key of Object.keys(table ?? {})) {
    const value = table?.[key];
    if (typeof value !== 'string' || temporal === null) continue;
    const name = metadataName(key);
    found.set(name, { name, value, origin: fileOrigin(temporal, ['profile', profile, 'grpc_meta', key]) });
  }
  for (const variable of Object.keys(env).filter((candidate) => candidate.startsWith(metadataPrefix))) {
    const name = metadataName(variable.slice(metadataPrefix.length));
    const value = env[variable] ?? '';
    if (value === '') found.delete(name);
    else found.set(name, { name, value, origin: { kind: 'environment', name: variable } });
  }
  for (const pair of pairs(flags.grpcMeta, '--grpc-meta')) {
    const name = pair.name.toLowerCase();
    found.set(name, { ...pair, name });
  }
  return [...found.values()];
}

const metadataPrefix = 'TEMPORAL_GRPC_META_';

function metadataName(key: string): string {
  return key.toLowerCase().replaceAll('_', '-');
}

function pairs(list: readonly string[] | undefined, flag: string): readonly (Setting<string> & { name: string })[] {
  return (list ?? []).map((pair) => {
    const at = pair.indexOf('=');
    const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    return { name, value, origin: { kind: 'flag', name: flag } };
  });
}

function flagSetting(value: string | undefined, name: string): Setting<string> | undefined {
  return value === undefined ? undefined : { value, origin: { kind: 'flag', name } };
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out what is undefined: an absent setting is an absent key. */
function present<T extends object>(record: T): Present<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Present<T>;
}
