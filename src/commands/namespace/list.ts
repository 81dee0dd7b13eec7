import type { Context } from '../../context.ts';
import { globOf } from '../../endpoints/api.ts';
import { expiringCas } from '../../endpoints/namespace.ts';
import { namespaceListView } from '../../views/namespace.ts';
import { withBackend } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { examples, parseDuration, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';

export function namespaceList(command: Command, context: Context) {
  return withConnection(withOutput(command, 'text', 'json', 'jsonl'))
    .option('--name <glob>', 'only names like this')
    .option('--expires-in <duration>', 'exit 1 when a client CA ends sooner, e.g. 14d', parseDuration)
    .addHelpText(
      'after',
      examples(
        ['all namespaces of the account or cluster', 'nexusctl namespace list'],
        ['fail when a client CA ends within two weeks', 'nexusctl namespace list --expires-in 14d'],
      ),
    )
    .action(async (options) => {
      await withBackend(context, options, 'read', async (opened) => {
        const wanted = options.name === undefined ? null : globOf(options.name);
        const items = (await opened.namespaces.list(context.signal)).filter(
          ({ name }) => wanted === null || wanted.test(name),
        );
        const within = options.expiresIn;
        const ending = within === undefined ? [] : expiringCas(items, new Date(context.now().getTime() + within));
        const warnings = [
          ...opened.warnings,
          ...ending.map(
            ({ namespace, subject, notAfter }) => `${namespace}: the client CA ${subject} ends at ${notAfter}`,
          ),
          ...(within !== undefined && opened.kind === 'self-hosted'
            ? ['a self-hosted server does not say which client CAs it trusts: --expires-in says nothing here']
            : []),
        ];
        const result = { ...(await opened.envelope()), items, warnings };
        await emitWarned(context, options, namespaceListView, result, ending.length > 0 ? 1 : 0);
      });
    });
}
