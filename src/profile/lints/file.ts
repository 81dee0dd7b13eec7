import { fileOrigin, isTable, profileNames, tableAt, type ConfigurationFile } from '../configuration-file.ts';
import { nearest } from '../nearest.ts';
import type { Profile, ProfileFinding } from '../profile.ts';
import type { Sources } from '../reader.ts';
import { places } from '../settings.ts';

type Draft = Omit<Profile, 'findings'>;

/** For the loader: a profile that was asked for by name and is in no file. */
export function missingProfile(
  name: string,
  files: readonly (ConfigurationFile | null)[],
  origin: ProfileFinding['origin'],
): ProfileFinding {
  const names = [...new Set(files.flatMap(profileNames))];
  const close = nearest(name, names);
  const list = names.length === 0 ? 'there are no profiles' : `there are: ${names.slice(0, 12).join(', ')}`;
  return {
    code: 'CFG004',
    severity: 'error',
    error: 'PROFILE_NOT_FOUND',
    message: `profile '${name}' is not there; ${list}`,
    ...(origin === undefined ? {} : { origin }),
    fix: close === undefined ? 'nexusctl config list shows the profiles' : `did you mean ${close}?`,
  };
}

const knownKeys: Readonly<Record<string, readonly string[]>> = {
  profile: ['address', 'namespace', 'api_key', 'authority', 'tls', 'codec', 'grpc_meta', 'oauth'],
  tls: [
    'disabled',
    'client_cert_path',
    'client_cert_data',
    'client_key_path',
    'client_key_data',
    'server_ca_cert_path',
    'server_ca_cert_data',
    'server_name',
    'disable_host_verification',
  ],
  codec: ['endpoint', 'auth'],
  own: [
    'api_key',
    'tls',
    'backend',
    'cloud_address',
    'cloud_api_key',
    'cloud_ca',
    'account_id',
    'policy_file',
    'keyring',
  ],
  ownTls: ['client_cert', 'client_key', 'server_ca'],
};

/** Keys that every reader passes over in silence: a typing error there looks like a setting. */
export function unknownKeys({ temporal, nexusctl, profile }: Sources): ProfileFinding[] {
  const check = (file: ConfigurationFile | null, path: readonly string[], known: readonly string[] = []) => {
    const table = file === null ? null : tableAt(file.document, path);
    if (file === null || table === null) return [];
    return Object.keys(table)
      .filter((key) => !known.includes(key))
      .map((key) => unknownKey(file, [...path, key], known));
  };
  return [
    ...check(temporal, [], ['profile']),
    ...check(temporal, ['profile', profile], knownKeys['profile']),
    ...check(temporal, ['profile', profile, 'tls'], knownKeys['tls']),
    ...check(temporal, ['profile', profile, 'codec'], knownKeys['codec']),
    ...check(nexusctl, [], ['profile', 'keyring']),
    ...check(nexusctl, ['profile', profile], knownKeys['own']),
    ...check(nexusctl, ['profile', profile, 'tls'], knownKeys['ownTls']),
  ];
}

function unknownKey(file: ConfigurationFile, path: readonly string[], known: readonly string[]): ProfileFinding {
  const key = path.at(-1) ?? '';
  const belongs = path.length === 1 && knownKeys['profile']?.includes(key) === true;
  const close = nearest(key, known);
  const fix = belongs
    ? `put it under [profile.NAME]`
    : close === undefined
      ? 'remove it, or look up its name: nexusctl config show lists what is read'
      : `did you mean ${close}?`;
  return {
    code: 'CFG005',
    severity: 'warning',
    message: `${path.length === 1 && isTable(file.document[key]) ? `[${key}]` : path.join('.')} in ${file.path} is not known and has no effect`,
    origin: fileOrigin(file, path),
    fix,
  };
}

/** Relative paths in temporal.toml: from the file here (security.md 4), from the working folder in the SDKs. */
export function relativePaths({ tls }: Draft, { temporal, cwd, profile }: Sources): ProfileFinding[] {
  if (temporal === null || temporal.folder === cwd) return [];
  const table = tableAt(temporal.document, ['profile', profile, 'tls']);
  return [places['tls.client_cert'], places['tls.client_key'], places['tls.server_ca']].flatMap(
    ({ temporal: path }) => {
      const key = path.slice('tls.'.length);
      const value = table?.[key];
      if (typeof value !== 'string' || value === '' || /^([/\\~]|[A-Za-z]:[/\\])/.test(value)) return [];
      const origin = fileOrigin(temporal, ['profile', profile, 'tls', key]);
      const used = [tls.clientCert, tls.clientKey, tls.serverCa].some(
        (setting) =>
          setting?.origin.kind === 'file' && setting.origin.key === (origin.kind === 'file' ? origin.key : ''),
      );
      if (!used) return [];
      return [
        {
          code: 'CFG020',
          severity: 'info',
          message: `${key} is relative: nexusctl starts from ${temporal.folder}, the SDKs from the folder they run in`,
          origin,
          fix: 'write an absolute path',
        },
      ];
    },
  );
}
