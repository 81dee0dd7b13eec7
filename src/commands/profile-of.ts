import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { ConnectionFlags } from '../profile/flags.ts';
import { secretsOfDocument, secretsOfVariables } from '../profile/known-secrets.ts';
import { loadSources, type Loaded } from '../profile/load.ts';
import { originText, type Profile, type ProfileFinding } from '../profile/profile.ts';
import type { Sources } from '../profile/reader.ts';
import { resolveProfile } from '../profile/resolve.ts';
import { Option } from './commander.ts';
import { collect, parseDuration } from './options.ts';

/**
 * Every flag that says where to connect and as whom, under headings of their own in the help. The type of the options
 * is named and not inferred: thirty links of a chain cost the compiler minutes.
 */
export function withConnection<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
): Command<A, O & ConnectionOptions, G> {
  const declared = command as unknown as Command;
  for (const option of [...fileFlags(), ...credentialFlags(), ...cloudFlags()])
    declared.addOption(option.helpGroup('Connection:'));
  for (const option of otherFlags()) declared.addOption(option.helpGroup('Keys and codec:'));
  return declared as unknown as Command<A, O & ConnectionOptions, G>;
}

/** As commander's types write options: mapped, because an interface is no `OptionValues`. */
type ConnectionOptions = { -readonly [K in keyof ConnectionFlags]?: Exclude<ConnectionFlags[K], undefined> };

type Flag = InstanceType<typeof Option>;

function fileFlags(): readonly Flag[] {
  return [
    new Option('--profile <name>', 'profile of temporal.toml'),
    new Option('--config-file <path>', 'another temporal.toml'),
    new Option('--disable-config-file', 'read no configuration file'),
    new Option('--disable-config-env', 'read no setting from the environment'),
    new Option('--env <name>').hideHelp(),
    new Option('--address <host:port>', 'frontend'),
    new Option('-n, --namespace <name>', 'namespace'),
    new Option('--client-connect-timeout <duration>', 'bound on one connection').argParser(parseDuration),
    new Option('--grpc-meta <name=value>', 'header for each call; repeatable').argParser(collect),
  ];
}

function credentialFlags(): readonly Flag[] {
  return [
    new Option('--api-key-file <ref>', 'API key: a path or another reference'),
    new Option('--auth <which>', 'which of two credentials').choices(['mtls', 'api-key']),
    new Option('--tls', 'TLS even without a credential'),
    new Option('--no-tls', 'no TLS'),
    new Option('--tls-cert-path <ref>', 'client certificate'),
    new Option('--tls-key-path <ref>', 'its key'),
    new Option('--tls-ca-path <ref>', 'CA of the server'),
    new Option('--tls-server-name <name>', 'name to verify and to send as SNI'),
    new Option('--tls-disable-host-verification', 'trust any server; no credential is sent then'),
    new Option('--no-tls-disable-host-verification').hideHelp(),
    new Option(
      '--allow-plaintext-key <host>',
      "let an API key, or a proxy's password, go to this host on loopback in clear text",
    ),
  ];
}

function cloudFlags(): readonly Flag[] {
  return [
    new Option('--backend <kind>', 'kind of server').choices(['cloud', 'self-hosted']),
    new Option('--cloud-address <host:port>', 'Cloud control plane'),
    new Option('--cloud-api-key-file <ref>', 'its API key'),
    new Option('--cloud-tls-ca-path <ref>', 'its CA'),
    new Option('--account <id>', 'refuse to act on another account'),
  ];
}

function otherFlags(): readonly Flag[] {
  return [
    new Option('--codec-endpoint <url>', 'codec server that decodes for you; {namespace} is filled in'),
    new Option('--codec-auth-file <ref>', 'Authorization header for the codec server'),
    new Option('--codec-header <name=value>', 'header for the codec server; repeatable').argParser(collect),
    new Option('--policy-file <path>', 'allowlist of a self-hosted cluster: a file or a folder'),
    new Option('--keyring <file>', 'payload keys'),
    new Option('--allow-exec', 'let exec: references of any configuration file run'),
    new Option('--strict', 'treat warnings as failures'),
  ];
}

/**
 * Flags, environment, files and defaults merged.
 * @throws NexusctlError the first finding of severity error: no connection can be meant by such a configuration
 */
export async function profileOf(context: Context, options: ConnectionFlags): Promise<Profile> {
  const profile = await examineProfile(context, options);
  const wrong = profile.findings.find(({ severity, error }) => error !== undefined && isFatal(severity));
  if (wrong?.error === undefined) return profile;
  const place = wrong.origin === undefined || wrong.origin.kind === 'file' ? '' : ` (${originText(wrong.origin)})`;
  throw new NexusctlError(wrong.error, `${wrong.message}${wrong.message.includes(place.slice(2, -1)) ? '' : place}`, {
    hint: wrong.fix,
    details: { finding: wrong.code },
  });
}

/**
 * The same for commands that look at the configuration itself (connect-test, config): what is wrong stays in
 * `findings`.
 * @throws NexusctlError ENV_STORE_UNSUPPORTED for --env and TEMPORAL_ENV
 */
export async function examineProfile(context: Context, options: ConnectionFlags): Promise<Profile> {
  refuseEnvStore(context, options);
  return (await loadRemembered(context, options)).profile;
}

/** With what the profile was made from, for commands that show it. Its secrets are known to the redactor. */
export async function loadRemembered(
  context: Context,
  options: ConnectionFlags,
): Promise<{ readonly loaded: Loaded; readonly profile: Profile }> {
  const loaded = await loadSources(await context.ports.files(), context, options);
  const profile = resolveProfile(loaded.sources, loaded.findings);
  rememberSecrets(loaded.sources, profile, context);
  return { loaded, profile };
}

/** Findings that a command passes on in `warnings[]`. */
export function profileWarnings({ findings }: { readonly findings: readonly ProfileFinding[] }): readonly string[] {
  return findings.filter(({ severity }) => severity === 'warning').map(({ code, message }) => `${code}: ${message}`);
}

function isFatal(severity: ProfileFinding['severity']): boolean {
  return severity === 'error' || severity === 'critical';
}

/** The CLI's deprecated `temporal env` store is a second, invisible source: never half-honoured. */
export function refuseEnvStore(context: Context, options: ConnectionFlags): void {
  const variable = options.disableConfigEnv === true ? undefined : context.env['TEMPORAL_ENV'];
  const name = options.env ?? variable;
  if (!name) return;
  const how = options.env === undefined ? 'TEMPORAL_ENV' : '--env';
  throw new NexusctlError('ENV_STORE_UNSUPPORTED', `${how} names '${name}' of the deprecated \`temporal env\` store`, {
    hint: `move it to a profile: nexusctl config import --from temporal-env, then use --profile ${name} and unset ${how}`,
  });
}

/** Values that stand in variables and files are secrets before anything is resolved. */
function rememberSecrets({ env, temporal }: Sources, profile: Profile, { redactor }: Context): void {
  const { apiKey, tls, codec, cloud } = profile;
  for (const setting of [apiKey, tls.clientKey, codec.auth, cloud.apiKey]) {
    if (setting?.value.kind === 'data') redactor.add(setting.value.data);
  }
  const metadata = new Set([...profile.grpcMeta, ...codec.headers].map(({ value }) => value));
  for (const secret of [...metadata, ...secretsOfVariables(env), ...secretsOfDocument(temporal?.document ?? {})])
    redactor.add(secret, metadata.has(secret) ? 'perhaps' : undefined);
}
