import type { Context } from '../../context.ts';
import { accessMatrix } from '../../endpoints/access.ts';
import { sharingTarget, targetText } from '../../endpoints/endpoint.ts';
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
      const { envelope, endpoints, warnings } = await listsOf(context, options);
      const allowed = new Set(accessMatrix(endpoints, [from]).flatMap((one) => (one.allowed ? [one.endpoint] : [])));
      const items = endpoints
        .filter(({ name }) => allowed.has(name))
        .map((endpoint) => {
          const sharesTargetWith = sharingTarget(endpoint, endpoints);
          return {
            endpoint: endpoint.name,
            ...(endpoint.target === undefined ? {} : { target: targetText(endpoint.target) }),
            because: endpoint.everyone === true ? 'open to every namespace' : 'listed',
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
