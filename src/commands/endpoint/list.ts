import type { Context } from '../../context.ts';
import { matches, type Filter } from '../../endpoints/api.ts';
import { enforcementNotes } from '../../endpoints/consequences.ts';
import { byName, resourceStates } from '../../endpoints/endpoint.ts';
import { underPolicy } from '../../endpoints/self-hosted.ts';
import { endpointListView } from '../../views/endpoint.ts';
import { withBackend } from '../backend-of.ts';
import { noProjects } from './projects.ts';
import { InvalidArgumentError, type Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';

export function endpointList(command: Command, context: Context) {
  return withConnection(withOutput(command, 'text', 'json', 'jsonl'))
    .option('--target-namespace <namespace>', 'only those that lead to this namespace')
    .option('--task-queue <name>', 'only those that lead to this task queue')
    .option('--name <glob>', 'only names like this, e.g. billing-*')
    .option('--caller <namespace>', 'only those whose list has this namespace')
    .option('--state <state>', 'only those in this state, e.g. active', parseState)
    .option('--project <id>', 'only those of this project (Cloud)')
    .addHelpText(
      'after',
      examples(
        ['all endpoints of the account or cluster', 'nexusctl endpoint list'],
        ['what leads to a namespace, as JSON', 'nexusctl endpoint list --target-namespace billing.a1b2c -o json'],
        ['names and ids by a script', "nexusctl endpoint list --name 'billing-*' -o jsonl"],
      ),
    )
    .action(async (options) => {
      const filter = filterOf(options);
      await withBackend(context, options, 'read', async (opened) => {
        if (options.project !== undefined && opened.kind === 'self-hosted') throw noProjects();
        const [held, policy] = await Promise.all([
          opened.api.list(context.signal, opened.kind === 'cloud' ? filter : withoutCaller(filter)),
          opened.policy?.read() ?? null,
        ]);
        const unknown = held.filter(({ unknownPolicies }) => unknownPolicies > 0);
        const items = held
          .map((one) =>
            opened.kind === 'cloud' ? one : { ...one, endpoint: underPolicy(one.endpoint, policy, context.now()) },
          )
          .filter((one) => matches(one, filter))
          .map(({ endpoint }) => endpoint)
          .sort(byName);
        const warnings = [
          ...opened.warnings,
          ...unknown.map(
            ({ endpoint }) => `${endpoint.name} has policies of a kind that this nexusctl does not know; they are kept`,
          ),
          ...(opened.kind === 'cloud' ? [] : enforcementNotes(await opened.enforcement(), policy !== null)),
        ];
        await emitWarned(context, options, endpointListView, { ...(await opened.envelope()), items, warnings });
      });
    });
}

function parseState(text: string): string {
  const state = text.toLowerCase().replaceAll('_', '-');
  if ((resourceStates as readonly string[]).includes(state) || /^state-\d+$/.test(state)) return state;
  throw new InvalidArgumentError(`States are ${resourceStates.slice(1).join(', ')}.`);
}

type Options = Omit<Filter, 'projectId'> & { readonly project?: string };

function filterOf({
  name,
  caller,
  state,
  taskQueue,
  targetNamespace,
  project,
}: { readonly [K in keyof Options]?: string | undefined }): Filter {
  return {
    ...(name === undefined ? {} : { name }),
    ...(caller === undefined ? {} : { caller }),
    ...(state === undefined ? {} : { state }),
    ...(taskQueue === undefined ? {} : { taskQueue }),
    ...(targetNamespace === undefined ? {} : { targetNamespace }),
    ...(project === undefined ? {} : { projectId: project }),
  };
}

/** The cluster knows no callers: the policy does. */
function withoutCaller(filter: Filter): Filter {
  const { name, state, taskQueue, targetNamespace } = filter;
  return filterOf({ name, state, taskQueue, targetNamespace });
}
