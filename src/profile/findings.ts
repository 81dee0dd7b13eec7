import { hostOf } from './backend.ts';
import {
  profileNames,
  profileTable,
  tableAt,
  fileOrigin,
  isTable,
  type ConfigurationFile,
} from './configuration-file.ts';
import { nearest } from './nearest.ts';
import { olderNames } from './older-names.ts';
import { originText, type Profile, type ProfileFinding } from './profile.ts';
import type { Sources } from './reader.ts';
import { places } from './settings.ts';

type Draft = Omit<Profile, 'findings'>;

/** What the configuration itself tells, before anything is read or connected: connections.md 1.3, 1.4 and 4.1. */
export function configurationFindings(profile: Draft, sources: Sources, tls: boolean): readonly ProfileFinding[] {
  return [
    ...nothingConfigured(profile, sources),
    ...unknownKeys(sources),
    ...olderVariables(profile, sources),
    ...shadowing(profile, sources),
    ...halfPair(profile),
    ...plaintextKey(profile, tls),
    ...twoCredentials(profile),
    ...booleans(profile, sources, tls),
    ...emptyVariables(sources),
    ...ignoredBySdks(profile, sources),
    ...metadata(profile, sources),
    ...addressTemplate(sources),
    ...foreignAddress(profile, sources),
    ...relativePaths(profile, sources),
  ];
}

function nothingConfigured({ address }: Draft, { env }: Sources): ProfileFinding[] {
  if (address.origin.kind !== 'default') return [];
  const older = olderNames
    .filter(({ name, modern }) => modern === 'TEMPORAL_ADDRESS' && env[name])
    .map(({ name }) => name);
  const seen = older.length === 0 ? '' : `; ${older.join(', ')} is set, but nothing reads it`;
  return [
    {
      code: 'CFG001',
      severity: 'info',
      message: `no address is configured: localhost:7233 is taken${seen}`,
      fix: 'set TEMPORAL_ADDRESS, --address or `address` of the profile',
    },
  ];
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
function unknownKeys({ temporal, nexusctl, profile }: Sources): ProfileFinding[] {
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

function olderVariables(profile: Draft, { env }: Sources): ProfileFinding[] {
  const used = new Set(
    [
      profile.apiKey,
      profile.tls.clientCert,
      profile.tls.clientKey,
      profile.tls.serverCa,
      profile.tls.serverName,
    ].flatMap((setting) => (setting?.origin.kind === 'environment' ? [setting.origin.name] : [])),
  );
  return olderNames
    .filter(({ name }) => env[name] !== undefined && env[name] !== '')
    .map(({ name, modern, from }) => {
      const isUsed = used.has(name);
      const replaced = modern !== null && env[modern] !== undefined && env[modern] !== '';
      const instead = modern === null ? 'remove it' : replaced ? `unset ${name}` : `set ${modern} instead of ${name}`;
      return {
        code: 'CFG006',
        severity:
          isUsed || (modern !== null && !replaced && from !== 'tcld') ? ('warning' as const) : ('info' as const),
        message: isUsed
          ? `${name} (a name of ${from}) is read by nexusctl, but no SDK reads it`
          : `${name} (a name of ${from}) is set, but it is not read${replaced ? `: ${modern} counts` : ''}`,
        origin: { kind: 'environment' as const, name },
        fix: instead,
        ...(isUsed ? { affects: ['typescript-client', 'core', 'go'] as const } : {}),
      };
    });
}

/** A value of the file that a variable hides, where the two say different things. */
function shadowing({ address, namespace }: Draft, sources: Sources): ProfileFinding[] {
  const table = profileTable(sources.temporal, sources.profile);
  const hidden = (
    [
      ['address', address],
      ['namespace', namespace],
    ] as const
  ).flatMap(([key, setting]) => {
    const inFile = table?.[key];
    if (
      setting.origin.kind !== 'environment' ||
      typeof inFile !== 'string' ||
      inFile === '' ||
      inFile === setting.value
    )
      return [];
    return [
      {
        code: 'CFG007',
        severity: 'info' as const,
        message: `${setting.origin.name} (${setting.value}) hides ${key} of profile ${sources.profile} (${inFile})`,
        origin: setting.origin,
        fix: `unset ${setting.origin.name} if the profile is meant`,
      },
    ];
  });
  return [...hidden, ...legacyInCli(sources)];
}

/** The CLI lets its older names win over the modern ones; the SDKs do not read them at all. */
function legacyInCli({ env }: Sources): ProfileFinding[] {
  return olderNames
    .filter(({ name, modern }) => name.startsWith('TEMPORAL_TLS_') && modern !== null && env[name] && env[modern])
    .filter(({ name, modern }) => env[name] !== env[modern ?? ''])
    .map(({ name, modern }) => ({
      code: 'CFG007',
      severity: 'warning' as const,
      message: `the temporal CLI takes ${name}, nexusctl and the SDKs take ${modern ?? ''}, and they differ`,
      origin: { kind: 'environment' as const, name },
      fix: `unset ${name}`,
    }));
}

function halfPair({ tls: { clientCert, clientKey } }: Draft): ProfileFinding[] {
  const [there, missing] =
    clientCert === undefined ? [clientKey, 'certificate'] : [clientKey === undefined ? clientCert : undefined, 'key'];
  if (there === undefined) return [];
  return [
    {
      code: 'CFG009',
      severity: 'error',
      error: 'SETTING_INVALID',
      message: `a client ${missing === 'key' ? 'certificate' : 'key'} without its ${missing} (${originText(there.origin)})`,
      origin: there.origin,
      fix:
        missing === 'key'
          ? 'set TEMPORAL_TLS_CLIENT_KEY_PATH or --tls-key-path'
          : 'set TEMPORAL_TLS_CLIENT_CERT_PATH or --tls-cert-path',
    },
  ];
}

function plaintextKey({ apiKey, plaintextKeyHost, address }: Draft, tls: boolean): ProfileFinding[] {
  if (apiKey === undefined || tls || plaintextKeyHost?.value === hostOf(address.value)) return [];
  return [
    {
      code: 'CFG010',
      severity: 'critical',
      error: 'INSECURE_CREDENTIAL',
      message: 'an API key is set while TLS is off: it would travel in clear text',
      origin: apiKey.origin,
      fix: 'turn TLS on (TEMPORAL_TLS=true), or allow it for this very host with --allow-plaintext-key HOST',
    },
  ];
}

function twoCredentials({ apiKey, auth, tls: { clientCert } }: Draft): ProfileFinding[] {
  if (apiKey === undefined || clientCert === undefined || auth !== undefined) return [];
  return [
    {
      code: 'CFG011',
      severity: 'warning',
      message: `an API key (${originText(apiKey.origin)}) and a client certificate (${originText(clientCert.origin)}) are both set`,
      origin: apiKey.origin,
      fix: 'choose one with --auth mtls or --auth api-key, or unset the other',
    },
  ];
}

/** Spellings of a boolean on which the SDKs disagree: TypeScript knows `1` and `true`, Go and core any case of 1, 0, true, false. */
function booleans({ apiKey }: Draft, { env }: Sources, tls: boolean): ProfileFinding[] {
  return ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'].flatMap((name): ProfileFinding[] => {
    const value = env[name];
    if (value === undefined || ['1', '0', 'true', 'false'].includes(value)) return [];
    const known = /^(true|false)$/i.test(value);
    const exposes = name === 'TEMPORAL_TLS' && apiKey !== undefined && !/^false$/i.test(value);
    return [
      {
        code: 'CFG012',
        severity: exposes ? 'critical' : 'warning',
        message:
          `${name}=${JSON.stringify(value.slice(0, 16))}: the TypeScript SDK reads ${name === 'TEMPORAL_TLS' ? 'TLS off' : 'false'}, ` +
          (known ? `Go and the Rust core ${value.toLowerCase()}` : 'Go and the Rust core ignore it') +
          (exposes ? '; TypeScript would send the API key in clear text' : ''),
        origin: { kind: 'environment', name },
        fix: `write ${name}=${/^(false|no|off|n|f)$/i.test(value) || (!known && !tls) ? 'false' : 'true'}`,
        affects: known ? ['typescript-client'] : ['typescript-client', 'core', 'go'],
      },
    ];
  });
}

function emptyVariables({ env }: Sources): ProfileFinding[] {
  const empty: readonly (readonly [name: string, code: string, effect: string])[] = [
    ['TEMPORAL_API_KEY', 'TOK001', 'TypeScript turns TLS on and sends no key; the others count it as unset'],
    ['TEMPORAL_PROFILE', 'CFG004', 'TypeScript loads an empty profile; the others take the default one'],
    ['TEMPORAL_CONFIG_FILE', 'CFG002', 'TypeScript reads no file at all; the others take the default one'],
  ];
  return empty
    .filter(([name]) => env[name] === '')
    .map(([name, code, effect]) => ({
      code,
      severity: 'warning' as const,
      message: `${name} is set but empty: ${effect}`,
      origin: { kind: 'environment' as const, name },
      fix: `unset ${name}`,
      affects: ['typescript-client'] as const,
    }));
}

function ignoredBySdks({ tls, authority, codec }: Draft, { temporal, profile }: Sources): ProfileFinding[] {
  const findings: ProfileFinding[] = [];
  const ignored = (origin: ProfileFinding['origin'], what: string, who: string, affects: ProfileFinding['affects']) =>
    findings.push({
      code: 'CFG013',
      severity: 'info',
      message: `${what} is ignored by ${who}`,
      ...(origin === undefined ? {} : { origin }),
      ...(affects === undefined ? {} : { affects }),
    });
  if (tls.disableHostVerification?.value === true) {
    findings.push({
      code: 'CFG013',
      severity: 'warning',
      message: 'disable_host_verification is honoured by Go and the CLI only; the other SDKs verify and fail',
      origin: tls.disableHostVerification.origin,
      fix: 'give the CA with --tls-ca-path (TEMPORAL_TLS_SERVER_CA_CERT_PATH) instead',
      affects: ['typescript-client', 'core'],
    });
  }
  if (authority !== undefined) ignored(authority.origin, 'authority', 'all SDKs but Go', ['typescript-client', 'core']);
  if (codec.endpoint?.origin.kind === 'file')
    ignored(codec.endpoint.origin, 'codec', 'the TypeScript loader', undefined);
  const oauth = temporal === null ? null : tableAt(temporal.document, ['profile', profile, 'oauth']);
  if (temporal !== null && oauth !== null)
    ignored(
      fileOrigin(temporal, ['profile', profile, 'oauth']),
      'the login of `temporal cloud login` (oauth)',
      'all SDKs and by nexusctl: it works in the CLI only',
      ['typescript-client', 'core', 'go'],
    );
  return findings;
}

function metadata({ grpcMeta, apiKey }: Draft, { flags, temporal, profile }: Sources): ProfileFinding[] {
  const findings: ProfileFinding[] = [];
  for (const pair of [...(flags.grpcMeta ?? []), ...(flags.codecHeader ?? [])]) {
    if (pair.indexOf('=') > 0) continue;
    findings.push({
      code: 'CFG014',
      severity: 'error',
      error: 'SETTING_INVALID',
      message: 'metadata is written NAME=VALUE',
      origin: { kind: 'flag', name: flags.grpcMeta?.includes(pair) === true ? '--grpc-meta' : '--codec-header' },
    });
  }
  for (const { name, value, origin } of grpcMeta) {
    if (!/^[0-9a-z_.-]+$/.test(name) || /[^\x20-\x7e]/.test(value))
      findings.push({
        code: 'CFG014',
        severity: 'error',
        error: 'SETTING_INVALID',
        message: `metadata ${JSON.stringify(name.slice(0, 64))} has a character that no header may have`,
        origin,
        fix: 'names: letters, digits, - _ . only; values: printable ASCII, no newline at the end',
      });
    if (name === 'authorization' && apiKey !== undefined)
      findings.push({
        code: 'CFG014',
        severity: 'warning',
        message: 'metadata `authorization` silently replaces the API key in the TypeScript client',
        origin,
        fix: 'keep one of the two',
        affects: ['typescript-client'],
      });
  }
  const table = temporal === null ? null : tableAt(temporal.document, ['profile', profile, 'grpc_meta']);
  for (const key of Object.keys(table ?? {})) {
    if (temporal === null || key.split('_').length < 4) continue;
    findings.push({
      code: 'CFG014',
      severity: 'warning',
      message: `metadata ${key}: TypeScript keeps its underscores from the third on, the others write hyphens`,
      origin: fileOrigin(temporal, ['profile', profile, 'grpc_meta', key]),
      fix: `write it with hyphens: "${key.toLowerCase().replaceAll('_', '-')}"`,
      affects: ['typescript-client'],
    });
  }
  return findings;
}

function addressTemplate({ flags, env, temporal, profile }: Sources): ProfileFinding[] {
  const table = profileTable(temporal, profile);
  const text =
    flags.address ??
    (env['TEMPORAL_ADDRESS'] !== undefined && env['TEMPORAL_ADDRESS'] !== ''
      ? env['TEMPORAL_ADDRESS']
      : table?.['address']);
  if (typeof text !== 'string' || !text.includes('${namespace}')) return [];
  const inFile = text === table?.['address'] && temporal !== null;
  return [
    {
      code: 'ADR006',
      severity: 'warning',
      message: '${namespace} in the address is expanded by the temporal CLI and nexusctl; every SDK takes it literally',
      ...(inFile ? { origin: fileOrigin(temporal, ['profile', profile, 'address']) } : {}),
      fix: 'write the address out',
      affects: ['typescript-client', 'core', 'go'],
    },
  ];
}

/** Whoever edits a file that is not the user's own chooses where the key of the environment goes (security.md 2). */
function foreignAddress({ apiKey, address, cloud }: Draft, sources: Sources): ProfileFinding[] {
  const meets = (key: Draft['apiKey'], target: Draft['address']): boolean => {
    if (key?.origin.kind !== 'environment' || target.origin.kind !== 'file') return false;
    const { path } = target.origin;
    return [sources.temporal, sources.nexusctl].some((file) => file?.path === path && !file.isDefault);
  };
  const found = [
    { key: apiKey, target: address },
    { key: cloud.apiKey, target: cloud.address },
  ].filter(({ key, target }) => meets(key, target));
  return found.map(({ key, target }) => ({
    code: 'CFG018',
    severity: sources.flags.strict === true ? ('error' as const) : ('warning' as const),
    error: 'INSECURE_CREDENTIAL' as const,
    message: `the key of ${key === undefined ? '' : originText(key.origin)} goes to ${hostOf(target.value)}, chosen by ${originText(target.origin)}`,
    origin: target.origin,
    fix: 'check that file, or name the address with --address or TEMPORAL_ADDRESS',
  }));
}

/** Relative paths in temporal.toml: from the file here (security.md 4), from the working folder in the SDKs. */
function relativePaths({ tls }: Draft, { temporal, cwd, profile }: Sources): ProfileFinding[] {
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
          code: 'CFG019',
          severity: 'info' as const,
          message: `${key} is relative: nexusctl starts from ${temporal.folder}, the SDKs from the folder they run in`,
          origin,
          fix: 'write an absolute path',
        },
      ];
    },
  );
}

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
