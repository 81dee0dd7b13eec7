import type { Context } from '../../context.ts';
import { enforcementNotes } from '../../endpoints/consequences.ts';
import { byName, type Endpoint } from '../../endpoints/endpoint.ts';
import { isMispinned } from '../../endpoints/policy/policy.ts';
import { underPolicy } from '../../endpoints/self-hosted.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { ConnectionFlags } from '../../profile/flags.ts';
import { withBackend, type Envelope, type Opened } from '../backend-of.ts';
import { fromFiles } from './offline.ts';

interface Lists {
  readonly envelope: Envelope;
  readonly endpoints: readonly Endpoint[];
  readonly warnings: readonly string[];
  /** What the cluster calls itself, when it was asked for and says so. */
  readonly cluster?: string;
}

type Flags = ConnectionFlags & {
  readonly file?: string | undefined;
  readonly offline?: boolean | undefined;
  readonly var?: readonly string[] | undefined;
};

/**
 * Every endpoint with its list: from the server (and the policy), or from files alone with --offline.
 * @param ask `name`: a cluster for its name too; `rights`: who may call, so that a list that a pinned id keeps from
 *   counting is empty
 */
export async function listsOf(
  context: Context,
  options: Flags,
  ask: { readonly name?: true; readonly rights?: true },
): Promise<Lists> {
  if (options.offline === true) {
    const { backend, endpoints } = await fromFiles(context, options);
    return { envelope: { backend }, endpoints, warnings: [] };
  }
  return await withBackend(context, options, 'read', async (opened) => {
    const [held, policy] = await Promise.all([opened.api.list(context.signal), opened.policy?.read() ?? null]);
    const all = held.map(({ endpoint }) => endpoint).sort(byName);
    const cloud = opened.kind === 'cloud';
    const file = options.file === undefined ? null : await fromFiles(context, options);
    const known = new Map(file?.endpoints.map((endpoint) => [endpoint.name, endpoint]));
    const cluster = ask.name === true && !cloud ? await clusterOf(context, opened) : '';
    const mispinned = all.flatMap(({ name, id }) =>
      ask.rights === true && policy !== null && id !== undefined && isMispinned(policy, name, id) ? [name] : [],
    );
    return {
      envelope: await opened.envelope(),
      ...(cluster === '' ? {} : { cluster }),
      endpoints: cloud
        ? all.map((endpoint) => withEnds(endpoint, known.get(endpoint.name)))
        : all.map((endpoint) =>
            mispinned.includes(endpoint.name)
              ? { ...endpoint, callers: [] }
              : underPolicy(endpoint, policy, context.now()),
          ),
      warnings: [
        ...opened.warnings,
        ...(cloud ? [] : enforcementNotes(await opened.enforcement(), policy !== null)),
        ...(mispinned.length === 0
          ? []
          : [`nobody may call ${mispinned.join(', ')}: the policy pins the entry to another endpoint id`]),
      ],
    };
  });
}

/** The name of the cluster, else its id; empty when it does not say or may not be asked. */
async function clusterOf({ signal }: Context, opened: Opened): Promise<string> {
  try {
    const { name, id } = await (await opened.frontend()).cluster(signal);
    return name || id;
  } catch (error) {
    if (signal.aborted || !(error instanceof NexusctlError)) throw error;
    return '';
  }
}

/** Cloud knows no `until`: what a nexus.yaml says of a live entry is put to it, its status as well. */
function withEnds(endpoint: Endpoint, known: Endpoint | undefined): Endpoint {
  if (known === undefined) return endpoint;
  const entries = new Map(known.callers.map((caller) => [caller.namespace, caller]));
  return {
    ...endpoint,
    callers: endpoint.callers.map((caller) => entries.get(caller.namespace) ?? caller),
    ...(known.blocked === undefined ? {} : { blocked: known.blocked }),
  };
}
