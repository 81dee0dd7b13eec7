import type { Context } from '../../context.ts';
import { accessMatrix, accessOf, type Access } from '../../endpoints/matrix.ts';
import { sharingTarget, targetText, type Endpoint } from '../../endpoints/endpoint.ts';
import { reachableView } from '../../views/access.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { listsOf } from './lists-of.ts';
import { withFiles } from './offline.ts';

export function endpointReachable(command: Command, context: Context) {
  return withFiles(withConnection(withOutput(command, 'text', 'json', 'jsonl')))
    .requiredOption('--from <namespace>', 'the caller namespace; on Cloud its id')
    .addHelpText(
      'after',
      examples(
        ['what may orders call', 'nexusctl endpoint reachable --from orders.a1b2c'],
        [
          'by the policy file alone',
          'nexusctl endpoint reachable --from orders --policy-file nexus-policy.json --offline',
        ],
      ),
    )
    .action(async (options) => {
      const { from } = options;
      const { envelope, endpoints, warnings } = await listsOf(context, options, { rights: true });
      const live = envelope.backend === 'cloud' && options.offline !== true;
      const access = accessOf(accessMatrix(endpoints, live, [from]));
      const allowed = new Map(access.flatMap((one) => (one.allowed ? [[one.endpoint, one]] : [])));
      const items = endpoints
        .filter(({ name }) => allowed.has(name))
        .map((endpoint) => {
          const sharesTargetWith = sharingTarget(endpoint, endpoints);
          return {
            endpoint: endpoint.name,
            ...(endpoint.target === undefined ? {} : { target: targetText(endpoint.target) }),
            because: becauseOf(endpoint, allowed.get(endpoint.name)),
            ...(sharesTargetWith.length === 0 ? {} : { sharesTargetWith }),
          };
        });
      // Who reaches the same handler by another name is told so, also where the list of this name says no.
      const around = endpoints.filter(
        (endpoint) =>
          !allowed.has(endpoint.name) && sharingTarget(endpoint, endpoints).some((name) => allowed.has(name)),
      );
      const detours = around.map(
        ({ name }) =>
          `${from} is not on the list of ${name}, but reaches its handler through another endpoint with the same target`,
      );
      await emitWarned(context, options, reachableView, {
        ...envelope,
        from,
        items,
        warnings: [...warnings, ...detours],
      });
    });
}

function becauseOf({ everyone }: Endpoint, access: Access | undefined): string {
  if (access?.blocked === true) return 'listed; the file blocks it, Temporal Cloud still allows it';
  if (access?.expired === true) return 'listed; its entry has expired, Temporal Cloud still allows it';
  return everyone === true ? 'open to every namespace' : 'listed';
}
