import { isTable, profileTable } from '../configuration-file.ts';
import { olderNames } from '../older-names.ts';
import type { Profile, ProfileFinding } from '../profile.ts';
import type { Sources } from '../reader.ts';
import { places } from '../settings.ts';

type Draft = Omit<Profile, 'findings'>;

export function olderVariables(profile: Draft, { env }: Sources): ProfileFinding[] {
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
    .map(({ name, modern, from }): ProfileFinding => {
      const isUsed = used.has(name);
      const replaced = modern !== null && env[modern] !== undefined && env[modern] !== '';
      const instead = modern === null ? 'remove it' : replaced ? `unset ${name}` : `set ${modern} instead of ${name}`;
      return {
        code: 'CFG006',
        severity: isUsed || (modern !== null && !replaced && from !== 'tcld') ? 'warning' : 'info',
        message: isUsed
          ? `${name} (a name of ${from}) is read by nexusctl, but no SDK reads it`
          : `${name} (a name of ${from}) is set, but it is not read${replaced ? `: ${modern} counts` : ''}`,
        origin: { kind: 'environment', name },
        fix: instead,
        ...(isUsed ? { affects: ['typescript-client', 'core', 'go'] } : {}),
      };
    });
}

/** A value of the file that a variable hides, where the two say different things. */
export function shadowing({ address, namespace }: Draft, sources: Sources): ProfileFinding[] {
  const table = profileTable(sources.temporal, sources.profile);
  const hidden = (
    [
      ['address', address],
      ['namespace', namespace],
    ] as const
  ).flatMap(([key, setting]): ProfileFinding[] => {
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
        severity: 'info',
        message: `${setting.origin.name} (${setting.value}) hides ${key} of profile ${sources.profile} (${inFile})`,
        origin: setting.origin,
        fix: `unset ${setting.origin.name} if the profile is meant`,
      },
    ];
  });
  return [...hidden, ...mixedForms(sources), ...legacyInCli(sources)];
}

/** A variable with the data beside a path in the file, or the other way round: Go merges both and then refuses them. */
function mixedForms({ env, temporal, profile }: Sources): ProfileFinding[] {
  const tls = profileTable(temporal, profile)?.['tls'];
  if (temporal === null || !isTable(tls)) return [];
  return [places['tls.client_cert'], places['tls.client_key'], places['tls.server_ca']].flatMap((place) => {
    const pairs = [
      [place.dataVariable, place.temporal],
      [place.variable, place.temporalData],
    ] as const;
    return pairs.flatMap(([variable, key]): ProfileFinding[] => {
      const inFile = tls[key.slice('tls.'.length)];
      if (!env[variable] || typeof inFile !== 'string' || inFile === '') return [];
      return [
        {
          code: 'CFG008',
          severity: 'warning',
          message: `${variable} stands beside ${key} of profile ${profile}: nexusctl takes the variable, Go refuses the two`,
          origin: { kind: 'environment', name: variable },
          fix: `unset ${variable}, or remove ${key} from the profile`,
          affects: ['go'],
        },
      ];
    });
  });
}

/** The CLI lets its older names win over the modern ones; the SDKs do not read them at all. */
function legacyInCli({ env }: Sources): ProfileFinding[] {
  return olderNames
    .filter(({ name, modern }) => name.startsWith('TEMPORAL_TLS_') && modern !== null && env[name] && env[modern])
    .filter(({ name, modern }) => env[name] !== env[modern ?? ''])
    .map(({ name, modern }): ProfileFinding => ({
      code: 'CFG007',
      severity: 'warning',
      message: `the temporal CLI takes ${name}, nexusctl and the SDKs take ${modern ?? ''}, and they differ`,
      origin: { kind: 'environment', name },
      fix: `unset ${name}`,
    }));
}

/** Spellings of a boolean on which the SDKs disagree: TypeScript knows `1` and `true`, Go and core any case of 1, 0, true, false. */
export function booleans({ apiKey }: Draft, { env }: Sources, tls: boolean): ProfileFinding[] {
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

export function emptyVariables({ env }: Sources): ProfileFinding[] {
  const empty: readonly (readonly [name: string, code: ProfileFinding['code'], effect: string])[] = [
    ['TEMPORAL_API_KEY', 'TOK001', 'TypeScript turns TLS on and sends no key; the others count it as unset'],
    ['TEMPORAL_PROFILE', 'CFG004', 'TypeScript loads an empty profile; the others take the default one'],
    ['TEMPORAL_CONFIG_FILE', 'CFG002', 'TypeScript reads no file at all; the others take the default one'],
  ];
  return empty
    .filter(([name]) => env[name] === '')
    .map(([name, code, effect]): ProfileFinding => ({
      code,
      severity: 'warning',
      message: `${name} is set but empty: ${effect}`,
      origin: { kind: 'environment', name },
      fix: `unset ${name}`,
      affects: ['typescript-client'],
    }));
}

/** gRPC for Node, the Rust core and nexusctl verify all the same; other HTTPS of such a process does not. */
export function verificationSwitchedOff({ env }: Sources): ProfileFinding[] {
  const name = 'NODE_TLS_REJECT_UNAUTHORIZED';
  if (env[name] !== '0') return [];
  return [
    {
      code: 'CFG013',
      severity: 'info',
      message: `${name}=0 is ignored by nexusctl and by the SDKs: every server is verified; other programs of Node trust anybody`,
      origin: { kind: 'environment', name },
      fix: `unset ${name} and give the CA with --tls-ca-path (TEMPORAL_TLS_SERVER_CA_CERT_PATH)`,
    },
  ];
}
