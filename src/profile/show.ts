import type { Loaded } from './load.ts';
import {
  originText,
  usesTls,
  type Origin,
  type Profile,
  type ProfileFinding,
  type SecretSource,
  type Setting,
} from './profile.ts';
import { readers, seenBy, type ReaderName, type Seen } from './readers.ts';
import { resolveProfile } from './resolve.ts';
import { describeSecret } from './secret.ts';

/** One effective setting for `config show`. A secret's value is masked; its reference is shown. */
export interface ShownSetting {
  readonly setting: string;
  readonly value: string;
  readonly secret?: true;
  readonly origin: Origin;
  /** Other programs that see something else in the same files and variables; null: unset there. */
  readonly readers?: Partial<Record<ReaderName, string | null>>;
}

export interface ShownProfile {
  readonly profile: Profile;
  readonly items: readonly ShownSetting[];
  readonly findings: readonly ProfileFinding[];
}

const masked = '********';

export function showProfile({ sources, findings }: Loaded): ShownProfile {
  const profile = resolveProfile(sources, findings);
  const items = list(profile);
  // Flags are nexusctl's alone: what the others see is compared with what nexusctl sees without them.
  const bare = new Map(list(resolveProfile({ ...sources, flags: {} })).map((item) => [item.setting, item]));
  const seen = readers.map((reader) => [reader, seenBy(reader, sources)] as const);
  const names = new Set([...items.map(({ setting }) => setting), ...seen.flatMap(([, map]) => [...map.keys()])]);
  const shown = [...names].flatMap((setting): ShownSetting[] => {
    const item = items.find((candidate) => candidate.setting === setting);
    const others = differences(setting, bare.get(setting), seen);
    if (item !== undefined) return [{ ...item, ...others }];
    return others === undefined ? [] : [{ setting, value: '', origin: { kind: 'default' }, ...others }];
  });
  return { profile, items: shown, findings: profile.findings };
}

function list(profile: Profile): readonly ShownSetting[] {
  const { tls, codec, cloud } = profile;
  const text = (setting: string, found: Setting<string | boolean> | undefined): ShownSetting[] =>
    found === undefined ? [] : [{ setting, value: String(found.value), origin: found.origin }];
  const secret = (setting: string, found: Setting<SecretSource> | undefined): ShownSetting[] =>
    found === undefined
      ? []
      : [
          found.value.kind === 'data'
            ? { setting, value: masked, secret: true, origin: found.origin }
            : { setting, value: describeSecret(found.value), origin: found.origin },
        ];
  const headers = (group: string, pairs: Profile['grpcMeta']): ShownSetting[] =>
    pairs.map(({ name, origin }) => ({ setting: `${group}.${name}`, value: masked, secret: true as const, origin }));
  return [
    ...text('address', profile.address),
    ...text('namespace', profile.namespace),
    ...text('tls', { value: usesTls(profile) ? 'on' : 'off', origin: tlsOrigin(profile) }),
    ...secret('tls.client_cert', tls.clientCert),
    ...secret('tls.client_key', tls.clientKey),
    ...secret('tls.server_ca', tls.serverCa),
    ...text('tls.server_name', tls.serverName),
    ...text('tls.disable_host_verification', tls.disableHostVerification),
    ...secret('api_key', profile.apiKey),
    ...text('auth', profile.auth),
    ...text('authority', profile.authority),
    ...headers('grpc_meta', profile.grpcMeta),
    ...text('codec.endpoint', codec.endpoint),
    ...secret('codec.auth', codec.auth),
    ...headers('codec.header', codec.headers),
    ...text('backend', profile.backend ?? undefined),
    ...text(
      'cloud_address',
      profile.backend?.value === 'self-hosted' && cloud.address.origin.kind === 'default' ? undefined : cloud.address,
    ),
    ...secret('cloud_api_key', cloud.apiKey),
    ...secret('cloud_ca', cloud.ca),
    ...text('account_id', profile.account),
    ...text('policy_file', profile.policyFile),
    ...text('keyring', profile.keyring),
  ];
}

/** What turned TLS on, when nobody said so: the first credential or TLS setting. */
function tlsOrigin({ tls, apiKey }: Profile): Origin {
  const { enabled, clientCert, clientKey, serverCa, serverName, disableHostVerification } = tls;
  const cause = enabled ?? apiKey ?? clientCert ?? clientKey ?? serverCa ?? serverName ?? disableHostVerification;
  return cause?.origin ?? { kind: 'default' };
}

function differences(
  setting: string,
  ours: ShownSetting | undefined,
  seen: readonly (readonly [ReaderName, ReadonlyMap<string, Seen>])[],
): { readonly readers: Partial<Record<ReaderName, string | null>> } | undefined {
  // Settings that only nexusctl has differ for everybody by nature.
  if (/^(auth|backend|cloud_\w+|account_id|policy_file|keyring|codec\.header\..*)$/.test(setting)) return undefined;
  const others = seen.flatMap(([reader, map]): (readonly [ReaderName, string | null])[] => {
    const theirs = map.get(setting);
    if (sameAs(ours, theirs)) return [];
    return [
      [reader, theirs === undefined ? null : `${theirs.value}${theirs.from === undefined ? '' : ` (${theirs.from})`}`],
    ];
  });
  return others.length === 0 ? undefined : { readers: Object.fromEntries(others) };
}

function sameAs(ours: ShownSetting | undefined, theirs: Seen | undefined): boolean {
  if (ours === undefined || theirs === undefined)
    return ours === theirs || (ours === undefined && theirs?.value === 'false');
  if (ours.secret === true) return theirs.value === masked && fromOf(ours.origin) === theirs.from;
  // A relative path of a file has its own finding (CFG019).
  return ours.value === theirs.value;
}

function fromOf(origin: Origin): string | undefined {
  switch (origin.kind) {
    case 'environment':
    case 'flag':
      return origin.name;
    case 'file':
      return origin.key;
    case 'default':
      return originText(origin);
  }
}
