import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { enforcementNotes, removalSentence } from '../../endpoints/consequences.ts';
import type { Endpoint, Held } from '../../endpoints/endpoint.ts';
import { notRegistered } from '../../endpoints/lint.ts';
import type { Namespace } from '../../endpoints/namespace.ts';
import type { NexusContent } from '../../endpoints/nexus-file/content.ts';
import { joinFiles, type Joined } from '../../endpoints/nexus-file/nexus-file.ts';
import { lintPlan, strangersIn } from '../../endpoints/plan/lint.ts';
import { makePlan, type Plan } from '../../endpoints/plan/plan.ts';
import { underPolicy } from '../../endpoints/self-hosted.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { ConnectionFlags } from '../../profile/flags.ts';
import type { Opened } from '../backend-of.ts';
import { Option } from '../commander.ts';
import { parseDuration } from '../options.ts';
import { nexusFiles } from './offline.ts';

const dayMs = 86_400_000;

export function withPlanning<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return command
    .addOption(new Option('--prune', 'delete what is in the scope of the files and in none of them'))
    .addOption(
      new Option('--soon <duration>', 'list entries that end within this time')
        .argParser(parseDuration)
        .default(14 * dayMs, '14d'),
    );
}

export type PlanFlags = ConnectionFlags & {
  readonly file?: string | undefined;
  readonly var?: readonly string[] | undefined;
  readonly prune?: true | undefined;
  readonly soon: number;
};

/** The files of `-f`, joined, with the account guard of their own. */
export async function wantedOf(context: Context, options: PlanFlags): Promise<Joined> {
  return joinFiles(await nexusFiles(context, options));
}

export type Live = ReadonlyMap<string, { readonly held: Held; readonly endpoint: Endpoint }>;

/** Everything that is live, with its list. */
export async function liveOf(context: Context, { api, kind, policy }: Opened): Promise<Live> {
  const [held, read] = await Promise.all([api.list(context.signal), policy?.read() ?? null]);
  return new Map(
    held.map((one) => {
      const endpoint = kind === 'cloud' ? one.endpoint : underPolicy(one.endpoint, read, context.now());
      return [endpoint.name, { held: one, endpoint }] as const;
    }),
  );
}

/** A plan that can be shown and carried out. */
export interface Planned {
  readonly plan: Plan;
  readonly live: Live;
  readonly warnings: readonly string[];
  /** What those who lose a call will see. */
  readonly notes: readonly string[];
}

/** A plan of the files against what is live, with what a reviewer should know. */
export async function planOf(
  context: Context,
  opened: Opened,
  options: PlanFlags,
): Promise<Planned & { readonly wanted: Joined }> {
  const wanted = await wantedOf(context, options);
  await guardSubject(context, opened, wanted);
  const [live, namespaces] = await Promise.all([liveOf(context, opened), namespacesOrNone(context, opened)]);
  const endpoints = [...live.values()].map(({ endpoint }) => endpoint);
  const plan = makePlan(wanted, endpoints, {
    backend: opened.kind,
    now: context.now(),
    soonMs: options.soon,
    prune: options.prune === true,
  });
  const enforcement = await opened.enforcement();
  const loses = plan.changes.some((change) => change.loses.length > 0);
  return {
    plan,
    live,
    wanted,
    notes: loses ? [removalSentence(opened.kind, enforcement)] : [],
    warnings: [
      ...opened.warnings,
      ...lintPlan(plan, endpoints, namespaces, opened.kind),
      ...(opened.kind === 'self-hosted' ? enforcementNotes(enforcement, opened.policy !== null) : []),
    ],
  };
}

/** The files say which account or cluster they are about; another one is exit 3. */
export async function guardSubject(
  { signal }: Context,
  opened: Opened,
  { account, cluster }: Pick<NexusContent, 'account' | 'cluster'>,
): Promise<void> {
  if (opened.kind === 'self-hosted') {
    if (account !== undefined)
      throw new NexusctlError(
        'ACCOUNT_MISMATCH',
        `the files are about the Cloud account ${account}, the profile is self-hosted`,
        {
          hint: 'choose the profile that belongs to the files',
        },
      );
    if (cluster !== undefined) await guardCluster(opened, cluster, signal);
    return;
  }
  const found = (await opened.envelope()).account;
  const wanted = account ?? (cluster === undefined ? undefined : `cluster ${cluster}`);
  if (wanted === undefined || wanted === found) return;
  throw new NexusctlError(
    'ACCOUNT_MISMATCH',
    `the files are about ${wanted}, the key belongs to account ${found ?? '(unknown)'}`,
    {
      hint: 'choose the profile that belongs to the files',
      details: { wanted, ...(found === undefined ? {} : { found }) },
    },
  );
}

/** A cluster is meant by its name or its id. One that does not say who it is might be any. */
async function guardCluster(opened: Opened, wanted: string, signal: AbortSignal): Promise<void> {
  const { name, id } = await (await opened.frontend()).cluster(signal);
  if (wanted === name || (id !== '' && wanted === id)) return;
  const found = name || id;
  throw new NexusctlError(
    'ACCOUNT_MISMATCH',
    found === ''
      ? `the files are about cluster ${wanted}, and the server does not say what it is called`
      : `the files are about cluster ${wanted}, the server is ${name}${id === '' ? '' : ` (${id})`}`,
    {
      hint: 'choose the profile that belongs to the files, or correct `cluster`',
      details: { wanted, ...(found === '' ? {} : { found }) },
    },
  );
}

async function namespacesOrNone({ signal }: Context, { namespaces }: Opened): Promise<readonly Namespace[]> {
  try {
    return await namespaces.list(signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof NexusctlError) || error.code !== 'PERMISSION_DENIED') throw error;
    return [];
  }
}

/**
 * Names that are not registered grant nothing today and something to whoever registers them tomorrow: they need --force
 * (security.md 18).
 * @throws NexusctlError NAMESPACE_NOT_FOUND with the nearest name
 */
export async function refuseStrangers(context: Context, opened: Opened, plan: Plan, force: boolean): Promise<void> {
  if (force || !plan.changes.some(({ gains }) => gains.length > 0)) return;
  const namespaces = await namespacesOrNone(context, opened);
  const [first] = strangersIn(plan, namespaces);
  if (first === undefined) return;
  const known = namespaces.map(({ name }) => name);
  throw notRegistered(first.namespace, known, `a caller of ${first.endpoint}`);
}
