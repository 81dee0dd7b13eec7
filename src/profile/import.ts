import { NexusctlError } from '../errors/nexusctl-error.ts';
import { isTable, tableAt } from './configuration-file.ts';
import { olderNames } from './older-names.ts';
import { places, type Places } from './settings.ts';
import type { ConfigurationPath } from './paths.ts';

/** One value that an import would write. */
export interface Imported {
  readonly profile: string;
  readonly file: ConfigurationPath['file'];
  /** Under the profile's table. */
  readonly key: readonly string[];
  readonly value: string | boolean;
  readonly secret: boolean;
  /** The variable or the key it comes from. */
  readonly from: string;
}

export interface ImportResult {
  readonly values: readonly Imported[];
  /** What was seen and has no place in a profile. */
  readonly warnings: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** Everything that the environment says about a connection, older names included; a modern name wins. */
export function importVariables(env: Env, profile: string): ImportResult {
  const values = new Map<string, Imported>();
  const warnings: string[] = [];
  const take = (imported: Imported): void => {
    const id = `${imported.file} ${imported.key.join('.')}`;
    if (!values.has(id)) values.set(id, imported);
  };
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || text === '') continue;
    const value = targetOf(name, text);
    if (value === 'no-boolean') warnings.push(notBoolean(name));
    else if (value !== null) take({ ...value, profile, from: name });
  }
  for (const { name, modern } of olderNames) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    const value = modern === null ? withoutEqual(name, text) : targetOf(modern, text.replace(/^Bearer\s+/, ''));
    if (value === 'no-boolean') warnings.push(notBoolean(name));
    else if (value === null) warnings.push(`${name} has no equal in a profile`);
    else take({ ...value, profile, from: name });
  }
  return { values: [...values.values()], warnings };
}

/** tcld's variables. Its key stays where it is and is named by reference. */
export function importTcld(env: Env, profile: string): ImportResult {
  const own = (key: string, value: string, from: string): Imported => ({
    profile,
    file: 'nexusctl.toml',
    key: [key],
    value,
    secret: false,
    from,
  });
  const namespace = env['TEMPORAL_CLOUD_NAMESPACE'];
  const server = env['TEMPORAL_CLOUD_API_SERVER'];
  const values: Imported[] = [];
  if (namespace)
    values.push({
      profile,
      file: 'temporal.toml',
      key: ['namespace'],
      value: namespace,
      secret: false,
      from: 'TEMPORAL_CLOUD_NAMESPACE',
    });
  if (server) values.push(own('cloud_address', server, 'TEMPORAL_CLOUD_API_SERVER'));
  if (env['TEMPORAL_CLOUD_API_KEY'])
    values.push(own('cloud_api_key', 'env:TEMPORAL_CLOUD_API_KEY', 'TEMPORAL_CLOUD_API_KEY'));
  if (values.length > 0) values.push(own('backend', 'cloud', 'tcld'));
  return { values, warnings: [] };
}

/**
 * The CLI's deprecated `temporal env` store: each of its environments becomes the profile of that name.
 * @param text YAML: `env: { NAME: { FLAG: VALUE } }`
 * @param only the one environment to take
 * @throws NexusctlError INPUT_INVALID, PROFILE_NOT_FOUND
 */
export async function importEnvStore(text: string, path: string, only?: string): Promise<ImportResult> {
  const { parse } = await import('yaml');
  let document: unknown;
  try {
    // Every scalar as it is written; the parser's own warnings show lines of the file.
    document = parse(text.replace(/^\ufeff/, ''), {
      maxAliasCount: 100,
      schema: 'failsafe',
      merge: true,
      logLevel: 'error',
    });
  } catch (cause) {
    // The parser's message shows lines of the file, which hold keys.
    throw new NexusctlError('INPUT_INVALID', `${path} is not valid YAML`, { hint: 'see https://yaml.org', cause });
  }
  const store = isTable(document) ? tableAt(document, ['env']) : null;
  if (store === null)
    throw new NexusctlError('INPUT_INVALID', `${path} is no \`temporal env\` store: it has no env table`, {
      hint: 'the store is ~/.config/temporalio/temporal.yaml, or what TEMPORAL_ENV_FILE names',
    });
  const names = Object.keys(store);
  if (only !== undefined && !names.includes(only))
    throw new NexusctlError('PROFILE_NOT_FOUND', `${path} has no environment '${only}'`, {
      hint: `there are: ${names.join(', ')}`,
    });
  const results = names
    .filter((name) => only === undefined || name === only)
    .map((name) => importEnvironment(name, Object.hasOwn(store, name) ? store[name] : null));
  return { values: results.flatMap(({ values }) => values), warnings: results.flatMap(({ warnings }) => warnings) };
}

function importEnvironment(profile: string, flags: unknown): ImportResult {
  const values: Imported[] = [];
  const warnings: string[] = [];
  if (profile === '') return { values, warnings: ['an environment has no name'] };
  if (!isTable(flags)) return { values, warnings: [`${profile} is no table of flags`] };
  for (const [flag, raw] of Object.entries(flags)) {
    const from = `${profile}.${flag}`;
    if (flag === 'grpc-meta') {
      const pairs = metadataOf(raw);
      if (pairs.length === 0) warnings.push(`${from} is no list of NAME=VALUE`);
      values.push(...pairs.map(([name, value]) => metadata(profile, name, value, from)));
      continue;
    }
    const variable = variableOfFlag[flag];
    if (variable !== undefined && (raw === null || raw === '')) {
      warnings.push(`${from} is empty`);
      continue;
    }
    const target = variable === undefined || typeof raw !== 'string' ? null : targetOf(variable, raw);
    if (target === 'no-boolean') warnings.push(notBoolean(from));
    else if (target === null) warnings.push(`${from} has no equal in a profile`);
    else values.push({ ...target, profile, from });
  }
  return { values, warnings };
}

/** The flags that an environment of the store holds, and the variable that says the same. */
const variableOfFlag: Readonly<Record<string, string>> = {
  address: 'TEMPORAL_ADDRESS',
  namespace: 'TEMPORAL_NAMESPACE',
  'api-key': 'TEMPORAL_API_KEY',
  tls: 'TEMPORAL_TLS',
  'tls-cert-path': 'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'tls-cert-data': 'TEMPORAL_TLS_CLIENT_CERT_DATA',
  'tls-key-path': 'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'tls-key-data': 'TEMPORAL_TLS_CLIENT_KEY_DATA',
  'tls-ca-path': 'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'tls-ca-data': 'TEMPORAL_TLS_SERVER_CA_CERT_DATA',
  'tls-server-name': 'TEMPORAL_TLS_SERVER_NAME',
  'tls-disable-host-verification': 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
  'codec-endpoint': 'TEMPORAL_CODEC_ENDPOINT',
  'codec-auth': 'TEMPORAL_CODEC_AUTH',
  'client-authority': 'TEMPORAL_CLIENT_AUTHORITY',
};

type Target = Pick<Imported, 'file' | 'key' | 'value' | 'secret'>;

/** Where the value of a variable stands in the files; null for a variable that is no setting. */
function targetOf(variable: string, text: string): Target | 'no-boolean' | null {
  if (variable === 'TEMPORAL_TLS') return boolean(['tls', 'disabled'], text, true);
  const header = /^TEMPORAL_GRPC_META_(.+)$/.exec(variable)?.[1];
  if (header !== undefined) return metadata('', header.toLowerCase().replaceAll('_', '-'), text, '');
  for (const place of Object.values<Places>(places)) {
    if (place.variable !== variable && place.dataVariable !== variable) continue;
    if (place === places['tls.disable_host_verification']) return boolean(keyOf(place.temporal), text, false);
    // A path variable that holds the PEM itself is a common mistake of the older names.
    const data = place.dataVariable === variable || text.includes('-----BEGIN');
    const key = data ? place.temporalData : place.temporal;
    if (key !== undefined) return { file: 'temporal.toml', key: keyOf(key), value: text, secret: data };
    if (place.nexusctl === undefined) return null;
    if (place.dataVariable === variable)
      return { file: 'nexusctl.toml', key: keyOf(place.nexusctl), value: `env:${variable}`, secret: false };
    return { file: 'nexusctl.toml', key: keyOf(place.nexusctl), value: text, secret: false };
  }
  return null;
}

/** Names whose sense is the reverse of the modern one. */
function withoutEqual(name: string, text: string): Target | 'no-boolean' | null {
  return name.endsWith('ENABLE_HOST_VERIFICATION') ? boolean(['tls', 'disable_host_verification'], text, true) : null;
}

function notBoolean(from: string): string {
  return `${from} is neither true nor false`;
}

function boolean(key: readonly string[], text: string, inverse: boolean): Target | 'no-boolean' {
  const value = /^(1|true|yes|on)$/i.test(text) ? true : /^(0|false|no|off)$/i.test(text) ? false : null;
  return value === null ? 'no-boolean' : { file: 'temporal.toml', key, value: value !== inverse, secret: false };
}

function metadata(profile: string, name: string, value: string, from: string): Imported {
  return { profile, file: 'temporal.toml', key: ['grpc_meta', name], value, secret: true, from };
}

function metadataOf(raw: unknown): readonly (readonly [string, string])[] {
  const list = Array.isArray(raw) ? raw : [raw];
  return list
    .filter((pair): pair is string => typeof pair === 'string' && pair.indexOf('=') > 0)
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
}

function keyOf(dottedKey: string | undefined): readonly string[] {
  return (dottedKey ?? '').split('.');
}
