import { profileTable, tableAt } from './configuration-file.ts';
import { olderNames } from './older-names.ts';
import type { TomlTable } from './profile.ts';
import type { Sources } from './reader.ts';
import { describeSecret } from './secret.ts';
import { places, type Places } from './settings.ts';
import { dotted } from './toml-lines.ts';

/** The programs that read the same files and variables; `core` are the SDKs for Python, .NET and Ruby. */
export const readers = ['cli', 'typescript', 'go', 'core'] as const;
export type ReaderName = (typeof readers)[number];

/** What one reader makes of a setting. Of data only the place is told, never the value. */
export interface Seen {
  readonly value: string;
  /** The variable or key it comes from; absent for a default. */
  readonly from?: string;
}

type Env = Sources['env'];
type Found = Seen | undefined;

/**
 * The settings as another program would see them, by the rules of its own loader (connections.md 1.1 to 1.4), flags
 * left out. A setting that is missing is unset there.
 */
export function seenBy(reader: ReaderName, sources: Sources): ReadonlyMap<string, Seen> {
  const env = sources.env;
  const table = tableOf(reader, sources);
  const seen = new Map<string, Seen>();
  const put = (name: string, found: Found): void => {
    if (found !== undefined) seen.set(name, found);
  };
  const text = ({ variable, temporal }: Places): Found =>
    ofVariable(env, variable) ?? ofTable(table, sources.profile, temporal);
  put('namespace', text(places.namespace) ?? { value: 'default' });
  put('address', template(reader, text(places.address) ?? { value: 'localhost:7233' }, seen));
  put('api_key', apiKey(reader, env, table, sources.profile));
  for (const name of ['tls.client_cert', 'tls.client_key', 'tls.server_ca'] as const)
    put(name, material(reader, env, table, sources.profile, places[name]));
  if (reader === 'typescript' && seen.has('tls.client_cert') !== seen.has('tls.client_key')) {
    // Its loader drops a pair of which one half is missing, without a word.
    seen.delete('tls.client_cert');
    seen.delete('tls.client_key');
  }
  put('tls.server_name', text(places['tls.server_name']));
  if (reader === 'cli' || reader === 'go') {
    put('tls.disable_host_verification', verification(env, table, sources.profile));
    put('authority', text(places.authority));
  }
  if (reader === 'cli') {
    put('codec.endpoint', text(places['codec.endpoint']));
    put('codec.auth', hidden(text({ variable: 'TEMPORAL_CODEC_AUTH', temporal: 'codec.auth' })));
    // What `temporal cloud login` left: a credential that works here and nowhere else.
    if (tableAt(table, ['oauth']) !== null)
      put('oauth', { value: '********', from: `profile.${sources.profile}.oauth` });
  }
  for (const [name, from] of metadata(reader, env, table, sources.profile))
    put(`grpc_meta.${name}`, { value: '********', from });
  put('tls', tls(reader, env, table, sources.profile, seen));
  return seen;
}

/** Names as they are sent: TypeScript makes hyphens of the first two underscores only. */
function metadata(reader: ReaderName, env: Env, table: TomlTable, profile: string): ReadonlyMap<string, string> {
  const sent = (key: string): string => {
    const name = key.toLowerCase();
    return reader === 'typescript' ? name.replace('_', '-').replace('_', '-') : name.replaceAll('_', '-');
  };
  const names = new Map<string, string>();
  for (const [key, value] of Object.entries(tableAt(table, ['grpc_meta']) ?? {}))
    if (typeof value === 'string') names.set(sent(key), dotted(['profile', profile, 'grpc_meta', key]));
  const prefix = 'TEMPORAL_GRPC_META_';
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(prefix)) continue;
    const name = sent(variable.slice(prefix.length));
    if (value === undefined || value === '') names.delete(name);
    else names.set(name, variable);
  }
  return names;
}

function tableOf(reader: ReaderName, { env, temporal, profile }: Sources): TomlTable {
  const lost = reader === 'typescript' && (env['TEMPORAL_CONFIG_FILE'] === '' || env['TEMPORAL_PROFILE'] === '');
  return lost ? {} : (profileTable(temporal, profile) ?? {});
}

function ofVariable(env: Env, name: string | undefined): Found {
  const value = name === undefined ? undefined : env[name];
  return name === undefined || value === undefined || value === '' ? undefined : { value, from: name };
}

function ofTable(table: TomlTable, profile: string, key: string | undefined): Found {
  if (key === undefined) return undefined;
  const [first = '', second] = key.split('.');
  const value = second === undefined ? table[first] : tableAt(table, [first])?.[second];
  if (typeof value !== 'string' && typeof value !== 'boolean') return undefined;
  return value === '' ? undefined : { value: String(value), from: `profile.${profile}.${key}` };
}

/** Only the CLI fills in `${namespace}`. */
function template(reader: ReaderName, address: Seen, seen: ReadonlyMap<string, Seen>): Seen {
  if (reader !== 'cli') return address;
  return { ...address, value: address.value.replaceAll('${namespace}', seen.get('namespace')?.value ?? '') };
}

function apiKey(reader: ReaderName, env: Env, table: TomlTable, profile: string): Found {
  if (reader === 'typescript' && env['TEMPORAL_API_KEY'] === '')
    return { value: 'an empty key: TLS on, no header', from: 'TEMPORAL_API_KEY' };
  return hidden(ofVariable(env, 'TEMPORAL_API_KEY') ?? ofTable(table, profile, 'api_key'));
}

function material(reader: ReaderName, env: Env, table: TomlTable, profile: string, place: Places): Found {
  const older = (modern: string | undefined): Found =>
    olderNames
      .filter(({ name, modern: to }) => reader === 'cli' && to === modern && name.startsWith('TEMPORAL_TLS_'))
      .map(({ name }) => ofVariable(env, name))
      .find((found) => found !== undefined);
  // In the CLI the older names win over everything but flags.
  const path = older(place.variable) ?? ofVariable(env, place.variable);
  const data = older(place.dataVariable) ?? ofVariable(env, place.dataVariable);
  if (path !== undefined || data !== undefined) return hidden(data) ?? described(path);
  return hidden(ofTable(table, profile, place.temporalData)) ?? described(ofTable(table, profile, place.temporal));
}

function verification(env: Env, table: TomlTable, profile: string): Found {
  const name = 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION';
  const value = goBoolean(env[name]);
  if (value !== undefined) return { value: String(value), from: name };
  return ofTable(table, profile, 'tls.disable_host_verification');
}

/** TLS on or off, and why. */
function tls(reader: ReaderName, env: Env, table: TomlTable, profile: string, seen: ReadonlyMap<string, Seen>): Seen {
  const said = env['TEMPORAL_TLS'];
  const boolean = reader === 'typescript' ? tsBoolean(said) : goBoolean(said);
  if (boolean !== undefined) return { value: boolean ? 'on' : 'off', from: 'TEMPORAL_TLS' };
  const disabled = ofTable(table, profile, 'tls.disabled');
  if (disabled !== undefined) return { value: disabled.value === 'true' ? 'off' : 'on', ...fromOf(disabled) };
  const implied = ['api_key', 'tls.client_cert', 'tls.client_key', 'tls.server_ca', 'tls.server_name']
    .map((name) => seen.get(name))
    .find((found) => found !== undefined);
  if (implied !== undefined) return { value: 'on', ...fromOf(implied) };
  const presence = verification(env, table, profile);
  if (presence !== undefined) return { value: 'on', ...fromOf(presence) };
  return tableAt(table, ['tls']) === null ? { value: 'off' } : { value: 'on', from: `profile.${profile}.tls` };
}

function fromOf({ from }: Seen): { readonly from?: string } {
  return from === undefined ? {} : { from };
}

function hidden(found: Found): Found {
  return found && { ...found, value: '********' };
}

/** A path, unless somebody put the key there. */
function described(found: Found): Found {
  return found && { ...found, value: describeSecret({ kind: 'reference', reference: found.value, base: '' }) };
}

function tsBoolean(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === '1' || text === 'true';
}

function goBoolean(text: string | undefined): boolean | undefined {
  const value = text?.toLowerCase();
  if (value === '1' || value === 'true') return true;
  return value === '0' || value === 'false' ? false : undefined;
}
