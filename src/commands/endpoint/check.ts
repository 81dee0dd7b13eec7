import type { Context } from '../../context.ts';
import { checkAccess, type Sight } from '../../endpoints/access.ts';
import type { Endpoint } from '../../endpoints/endpoint.ts';
import { unknownEnforcement } from '../../endpoints/self-hosted.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { checkView } from '../../views/access.ts';
import { withBackend, type Opened } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { fromFiles, withFiles, type Answers } from './offline.ts';

export function endpointCheck(command: Command, context: Context) {
  return withFiles(withConnection(withOutput(command, 'text', 'json')))
    .argument('<endpoint>', 'name or id')
    .requiredOption('--from <namespace>', 'the caller namespace; on Cloud its id')
    .option('--policy', 'what the list says, whether a server enforces it or not')
    .option('--callable', 'also no (exit 1) when it may call but cannot: nobody polls, target gone, not active')
    .addHelpText(
      'after',
      examples(
        ['may orders call billing? exit 0 or 1', 'nexusctl endpoint check billing --from orders.a1b2c'],
        ['a gate in a pipeline', 'nexusctl endpoint check billing --from orders.a1b2c --callable -o json'],
        [
          'what the file says, without a server',
          'nexusctl endpoint check billing --from orders -f nexus-policy.json --offline',
        ],
      ),
    )
    .action(async (name, options) => {
      const listOnly = options.policy === true;
      const question = { name, from: options.from, listOnly, now: context.now() };
      if (options.offline === true) {
        const answers = await fromFiles(context, options);
        const check = checkAccess({
          ...question,
          listOnly: true,
          backend: answers.policy === null ? 'cloud' : 'self-hosted',
          endpoint:
            answers.endpoints.find((endpoint) => endpoint.name === name) ??
            (answers.policy === null ? null : undefined),
          all: answers.endpoints,
          policy: answers.policy,
          enforcement: unknownEnforcement,
          sight: {},
        });
        await emitWarned(
          context,
          options,
          checkView,
          { backend: answers.backend, ...check, warnings: [] },
          check.allowed ? 0 : 1,
        );
        return;
      }
      await withBackend(context, options, 'read', async (opened) => {
        const file = options.file === undefined ? null : await fromFiles(context, options);
        const [held, policy] = await Promise.all([opened.api.list(context.signal), opened.policy?.read() ?? null]);
        const all = held.map(({ endpoint }) => endpoint);
        const endpoint = all.find((one) => one.name === name) ?? all.find((one) => one.id === name) ?? null;
        const [sight, enforcement] = await Promise.all([look(context, opened, endpoint), opened.enforcement()]);
        const check = checkAccess({
          ...question,
          backend: opened.kind,
          endpoint,
          all,
          policy,
          file: file === null ? undefined : entryIn(file, endpoint?.name ?? name, options.from),
          enforcement,
          sight,
        });
        const stale = check.reasons.some(({ code }) => code.endsWith('_STILL_ALLOWED'));
        const no = !check.allowed || stale || (options.callable === true && check.callable === false);
        const result = { ...(await opened.envelope()), ...check, warnings: opened.warnings };
        await emitWarned(context, options, checkView, result, no ? 1 : 0);
      });
    });
}

function entryIn({ endpoints }: Answers, name: string, from: string) {
  const endpoint = endpoints.find((one) => one.name === name);
  const caller = endpoint?.callers.find(({ namespace }) => namespace === from);
  return {
    over: caller?.status === 'expired',
    blocked: endpoint?.blocked?.includes(from) === true,
    ...(caller?.until === undefined ? {} : { until: caller.until }),
  };
}

/** What can be seen; a question that is refused or fails leaves its answer unknown, which never means no. */
async function look(context: Context, opened: Opened, endpoint: Endpoint | null): Promise<Sight> {
  const { target } = endpoint ?? {};
  if (target?.kind !== 'worker') return {};
  const { signal } = context;
  const exists = seen(signal, async () => (await opened.namespaces.get(target.namespace, signal)) !== null);
  // On Cloud another namespace's frontend wants that namespace's address and credentials.
  const foreign = opened.kind === 'cloud' && opened.profile.namespace.value !== target.namespace;
  const polled = foreign
    ? { unseen: `only a profile of ${target.namespace} can ask who polls its task queues` }
    : seen(signal, async () => (await opened.frontend()).pollers(target.namespace, target.taskQueue, signal));
  const [namespace, pollers] = await Promise.all([exists, polled]);
  const unseen = 'unseen' in namespace ? namespace.unseen : 'unseen' in pollers ? pollers.unseen : undefined;
  return {
    ...('value' in namespace ? { targetNamespaceExists: namespace.value } : {}),
    ...('value' in pollers ? { pollers: pollers.value } : {}),
    ...(unseen === undefined ? {} : { unseen }),
  };
}

type Seen<T> = { readonly value: T } | { readonly unseen: string };

async function seen<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (signal.aborted || !(error instanceof NexusctlError)) throw error;
    return { unseen: `it could not be asked: ${error.message}` };
  }
}
