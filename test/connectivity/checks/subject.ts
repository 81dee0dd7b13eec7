import type { Subject, Material } from '../../../src/connectivity/check.ts';
import type { Profile, Setting, SecretSource, TlsSettings } from '../../../src/profile/profile.ts';

/** What a row of a table says about its configuration; everything else is as on a fresh machine. */
export interface Given {
  readonly address?: string;
  readonly namespace?: string;
  readonly serverName?: string;
  readonly backend?: 'cloud' | 'self-hosted';
  readonly auth?: 'mtls' | 'api-key';
  readonly tls?: boolean;
  readonly cert?: string | Uint8Array | Material;
  readonly key?: string | Uint8Array | Material;
  readonly ca?: string | Uint8Array | Material;
  /** As in a variable; a Material for anything else. */
  readonly apiKey?: string | Material;
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: Date;
  readonly findings?: Profile['findings'];
}

export function subjectOf(given: Given): Subject {
  const clientCert = fileOf(given.cert, 'client.pem');
  const clientKey = fileOf(given.key, 'client.key');
  const serverCa = fileOf(given.ca, 'ca.pem');
  const apiKey =
    given.apiKey === undefined || typeof given.apiKey !== 'string'
      ? (given.apiKey ?? absent)
      : variable(given.apiKey, 'TEMPORAL_API_KEY');
  const tls: TlsSettings = {
    ...settingOf('clientCert', clientCert),
    ...settingOf('clientKey', clientKey),
    ...settingOf('serverCa', serverCa),
    ...(given.serverName === undefined ? {} : { serverName: typed(given.serverName) }),
  };
  const profile: Profile = {
    name: 'default',
    address: typed(given.address ?? 'localhost:7233'),
    namespace:
      given.namespace === undefined ? { value: 'default', origin: { kind: 'default' } } : typed(given.namespace),
    tls,
    grpcMeta: [],
    codec: { headers: [] },
    backend: given.backend === undefined ? null : typed(given.backend),
    cloud: { address: { value: 'saas-api.tmprl.cloud:443', origin: { kind: 'default' } } },
    timeouts: { connectMs: 1000 },
    findings: given.findings ?? [],
    ...(given.auth === undefined ? {} : { auth: typed(given.auth) }),
    ...(apiKey.state === 'absent' ? {} : { apiKey: apiKey.setting }),
  };
  return {
    profile,
    tls: given.tls ?? (clientCert.state !== 'absent' || apiKey.state !== 'absent'),
    cloud: null,
    material: { clientCert, clientKey, serverCa, apiKey },
    now: given.now ?? new Date(),
    env: given.env ?? {},
    platform: 'linux',
    home: '/home/somebody',
    container: false,
    certificateExpiryMs: 30 * 86_400_000,
    keyExpiryMs: 14 * 86_400_000,
    sdk: null,
    strict: false,
    idleMs: 0,
  };
}

const absent: Material = { state: 'absent' };

/** The text of a variable. */
export function variable(data: string, name: string): Material {
  return {
    state: 'read',
    bytes: Buffer.from(data),
    name,
    setting: { value: { kind: 'data', data }, origin: { kind: 'environment', name } },
  };
}

/** A file with permission bits. */
export function file(bytes: string | Uint8Array, path: string, mode = 0o600): Material {
  return { state: 'read', bytes: Buffer.from(bytes as string), name: path, mode, setting: reference(path) };
}

export function unreadable(why: (Material & { state: 'unreadable' })['why'], path: string): Material {
  return { state: 'unreadable', why, name: path, message: `${path}: ${why}`, setting: reference(path) };
}

function reference(path: string): Setting<SecretSource> {
  return {
    value: { kind: 'reference', reference: path, base: '/etc' },
    origin: { kind: 'file', path: '/etc/temporal.toml', key: 'profile.default.tls', line: 7 },
  };
}

function fileOf(given: string | Uint8Array | Material | undefined, path: string): Material {
  if (given === undefined) return absent;
  return typeof given === 'string' || given instanceof Uint8Array ? file(given, path) : given;
}

function settingOf<K extends 'clientCert' | 'clientKey' | 'serverCa'>(
  name: K,
  material: Material,
): Pick<TlsSettings, K> {
  return (material.state === 'absent' ? {} : { [name]: material.setting }) as Pick<TlsSettings, K>;
}

function typed<T>(value: T): Setting<T> {
  return { value, origin: { kind: 'flag', name: '--flag' } };
}
