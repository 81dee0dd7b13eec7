import type { Context } from '../context.ts';
import type { EndpointApi } from '../endpoints/api.ts';
import type { Frontend } from '../endpoints/frontend.ts';
import type { NamespaceApi } from '../endpoints/namespace.ts';
import type { PolicyStore } from '../endpoints/policy/store.ts';
import { enforcementOf, unknownEnforcement, type Enforcement } from '../endpoints/self-hosted.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { backendToRead, backendToWrite } from '../profile/backend.ts';
import type { ConnectionFlags } from '../profile/flags.ts';
import type { Backend, Profile } from '../profile/profile.ts';
import { controlPlaneConnection, frontendConnection } from './connection-of.ts';
import { withNearestEndpoint } from './nearest-endpoint.ts';
import { profileOf, profileWarnings } from './profile-of.ts';
import { secretsOf } from './secrets-of.ts';

/** What every result carries: where it came from, and what a person should know. */
export interface Envelope {
  readonly backend: Backend;
  readonly account?: string;
}

/** The account or cluster that a profile means, opened for one command. */
export interface Opened {
  readonly kind: Backend;
  readonly profile: Profile;
  readonly api: EndpointApi;
  readonly namespaces: NamespaceApi;
  /** The policy of a self-hosted cluster, when one is named. */
  readonly policy: PolicyStore | null;
  /** The namespace's own frontend; on Cloud it may need credentials that are not there. */
  readonly frontend: () => Promise<Frontend>;
  /** Whether the cluster enforces an allowlist; on Cloud always. */
  readonly enforcement: () => Promise<Enforcement>;
  /** Waits for the account's id, which is asked for beside the command's own questions. */
  readonly envelope: () => Promise<Envelope>;
  readonly warnings: string[];
}

/**
 * Opens what the profile means, runs a command on it and closes the connections.
 * @param purpose a write stops where the backend is ambiguous or the account is not the wanted one
 */
export async function withBackend<T>(
  context: Context,
  options: ConnectionFlags,
  purpose: 'read' | 'write',
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const profile = await profileOf(context, options);
  const { backend, note } = purpose === 'write' ? { backend: backendToWrite(profile) } : backendToRead(profile);
  const warnings = [...relevant(profile, backend), ...(note === undefined ? [] : [note])];
  const closers: (() => void)[] = [];
  try {
    const opened =
      backend === 'cloud'
        ? await openCloud(context, options, profile, purpose, warnings, closers)
        : await openCluster(context, options, profile, warnings, closers);
    try {
      return await work(opened);
    } catch (error) {
      throw await withNearestEndpoint(error, opened.api, context.signal);
    }
  } finally {
    for (const close of closers) close();
  }
}

/** The control plane takes only a key: what is odd about a frontend's certificates is no matter there. */
function relevant(profile: Profile, backend: Backend): readonly string[] {
  const findings = backend === 'cloud' ? profile.findings.filter(({ code }) => code !== 'CFG011') : profile.findings;
  return profileWarnings({ findings });
}

async function openCloud(
  context: Context,
  options: ConnectionFlags,
  profile: Profile,
  purpose: 'read' | 'write',
  warnings: string[],
  closers: (() => void)[],
): Promise<Opened> {
  const { ports, signal } = context;
  const secrets = secretsOf(context, options);
  const [adapters, openRpc] = await Promise.all([ports.endpoints(), ports.rpc()]);
  const rpc = openRpc(await controlPlaneConnection(context, profile, secrets, adapters.cloudApiVersion));
  closers.push(rpc.close);
  const account = guardAccount(adapters.cloudAccount(rpc, signal), profile);
  // Asked for beside the command's own questions; a failure is told where it is awaited.
  account.catch(() => undefined);
  if (purpose === 'write' || profile.account !== undefined) await account;
  return {
    kind: 'cloud',
    profile,
    api: adapters.cloudEndpoints(rpc),
    namespaces: adapters.cloudNamespaces(rpc),
    policy: null,
    frontend: frontendOf(context, profile, options, closers),
    enforcement: () => Promise.resolve({ enforced: true, callersAuthenticated: true }),
    envelope: async () => {
      const id = await account;
      return { backend: 'cloud', ...(id === undefined ? {} : { account: id }) };
    },
    warnings,
  };
}

async function guardAccount(
  asked: Promise<string | undefined>,
  { account: wanted }: Profile,
): Promise<string | undefined> {
  const found = await asked;
  if (wanted === undefined || found === wanted.value) return found;
  throw new NexusctlError(
    'ACCOUNT_MISMATCH',
    found === undefined
      ? `it cannot be told whether the key belongs to account ${wanted.value}: it may not read the account`
      : `the key belongs to account ${found}, not to ${wanted.value}`,
    {
      hint: 'use the key of the wanted account, or correct account_id, NEXUSCTL_ACCOUNT or --account',
      details: { wanted: wanted.value, ...(found === undefined ? {} : { found }) },
    },
  );
}

async function openCluster(
  context: Context,
  options: ConnectionFlags,
  profile: Profile,
  warnings: string[],
  closers: (() => void)[],
): Promise<Opened> {
  const { ports, signal } = context;
  const adapters = await ports.endpoints();
  const openRpc = await ports.rpc();
  const rpc = openRpc(await frontendConnection(context, profile, secretsOf(context, options)));
  closers.push(rpc.close);
  const frontend = adapters.frontend(rpc);
  let asked: Promise<Enforcement> | undefined;
  return {
    kind: 'self-hosted',
    profile,
    api: adapters.operatorEndpoints(rpc),
    namespaces: frontend.namespaces,
    policy: await policyOf(context, profile),
    frontend: () => Promise.resolve(frontend),
    enforcement: () => (asked ??= frontend.headers(signal).then(enforcementOf, () => unknownEnforcement)),
    envelope: () => Promise.resolve({ backend: 'self-hosted' }),
    warnings,
  };
}

export async function policyOf(context: Context, profile: Profile): Promise<PolicyStore | null> {
  if (profile.policyFile === undefined) return null;
  const adapters = await context.ports.endpoints();
  return adapters.policyAt(profile.policyFile.value, await context.ports.files());
}

function frontendOf(
  context: Context,
  profile: Profile,
  options: ConnectionFlags,
  closers: (() => void)[],
): () => Promise<Frontend> {
  let made: Promise<Frontend> | undefined;
  const make = async (): Promise<Frontend> => {
    const [adapters, openRpc] = await Promise.all([context.ports.endpoints(), context.ports.rpc()]);
    const rpc = openRpc(await frontendConnection(context, profile, secretsOf(context, options)));
    closers.push(rpc.close);
    return adapters.frontend(rpc);
  };
  return () => (made ??= make());
}
