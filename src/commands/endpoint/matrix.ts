import type { Context } from '../../context.ts';
import { accessMatrix, namespacesOn, overdue } from '../../endpoints/matrix.ts';
import { globOf } from '../../endpoints/api.ts';
import { sharingTarget, type Endpoint } from '../../endpoints/endpoint.ts';
import { matrixView } from '../../views/access.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { collect, examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { listsOf } from './lists-of.ts';
import { withFiles } from './offline.ts';

export function endpointMatrix(command: Command, context: Context) {
  return withFiles(withConnection(withOutput(command, 'text', 'json', 'jsonl', 'table', 'csv', 'mermaid')))
    .option('--name <glob>', 'only endpoints like this')
    .option('--from <namespace>', 'only this caller; repeatable', collect)
    .option('--check', 'exit 1 when an entry has expired and is still there')
    .addHelpText(
      'after',
      examples(
        ['who may call what', 'nexusctl endpoint matrix'],
        ['for a spreadsheet', 'nexusctl endpoint matrix -o csv > matrix.csv'],
        ['as a picture for a pull request', "nexusctl endpoint matrix --name 'billing-*' -o mermaid"],
      ),
    )
    .action(async (options) => {
      const { envelope, endpoints: all, warnings } = await listsOf(context, options, { rights: true });
      const wanted = options.name === undefined ? null : globOf(options.name);
      const endpoints = all.filter(({ name }) => wanted === null || wanted.test(name));
      const namespaces = options.from ?? namespacesOn(endpoints);
      // Cloud itself knows neither: what the files have ended or blocked is still allowed there.
      const live = envelope.backend === 'cloud' && options.offline !== true;
      const matrix = accessMatrix(endpoints, live, namespaces);
      const late = overdue(matrix);
      const open = endpoints.filter(({ everyone }) => everyone === true).map(({ name }) => name);
      const result = {
        ...envelope,
        ...matrix,
        sharedTargets: sharedGroups(endpoints),
        warnings: [
          ...warnings,
          ...(open.length === 0 ? [] : [`open to every namespace: ${open.join(', ')}`]),
          ...late.map(
            ({ endpoint, from, blocked }) =>
              `${blocked === true ? `${from} is blocked at ${endpoint}` : `the entry of ${from} at ${endpoint} has expired`}${live ? ', and Temporal Cloud still allows it' : ''}`,
          ),
        ],
      };
      const stale = late.length > 0 && (options.check === true || live);
      await emitWarned(context, options, matrixView, result, stale ? 1 : 0);
    });
}

/** Endpoints that lead to the same place, each group once. */
function sharedGroups(endpoints: readonly Endpoint[]): readonly (readonly string[])[] {
  const groups = endpoints.map((endpoint) => [endpoint.name, ...sharingTarget(endpoint, endpoints)].sort());
  const several = groups.filter((names) => names.length > 1);
  return [...new Map(several.map((names) => [names.join('\n'), names])).values()];
}
