import type { Context } from '../../context.ts';
import type { EndpointApi } from '../../endpoints/api.ts';
import { endpointNotFound, rewrite } from '../../endpoints/change.ts';
import { enforcementNotes } from '../../endpoints/consequences.ts';
import type { Held, Wish } from '../../endpoints/endpoint.ts';
import { lintWish } from '../../endpoints/lint.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { changeView } from '../../views/endpoint.ts';
import { withBackend } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { confirm } from '../confirm.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { descriptionOf } from './description.ts';
import { checkRegistered } from './registered.ts';
import { changedTarget } from './target.ts';
import { withWriting, writeThenSay } from './writing.ts';

export function endpointUpdate(command: Command, context: Context) {
  return withConnection(withWriting(withOutput(command, 'text', 'json')))
    .argument('<endpoint>', 'name or id')
    .option('--rename <name>', 'a new name (Cloud only)')
    .option('--target-namespace <namespace>', 'another namespace of the handler')
    .option('--target-task-queue <name>', 'another task queue of the handler')
    .option('--target-url <url>', 'another URL, for an endpoint that has one')
    .option('--description <text>', 'another description; what else its payload says stays')
    .option('--description-file <path>', 'the same from a file, - for stdin')
    .option('--unset-description', 'no description')
    .addHelpText(
      'after',
      examples(
        ['another description, from a file', 'nexusctl endpoint update billing --description-file billing.md'],
        [
          'another task queue, first as a dry run',
          'nexusctl endpoint update billing --target-task-queue billing-v2 --dry-run',
        ],
        [
          'only if nobody has changed it since',
          'nexusctl endpoint update billing --unset-description --resource-version 00000000000000a1',
        ],
      ),
    )
    .action(async (name, options) => {
      const description = await descriptionOf(context, options);
      await withBackend(context, options, 'write', async (opened) => {
        const held = await opened.api.find(name, context.signal);
        if (held === null) throw endpointNotFound(name);
        const target = changedTarget(held.endpoint.target, options);
        const wish: Wish = {
          ...(options.rename === undefined ? {} : { name: options.rename }),
          ...(target === undefined ? {} : { target }),
          ...(description === undefined ? {} : { description }),
        };
        if (Object.keys(wish).length === 0)
          throw new NexusctlError('USAGE', 'nothing to update was given', {
            hint: 'give --rename, a --target-… or a description; callers are changed with allow, revoke and set-callers',
          });
        const warnings = [...opened.warnings, ...lintWish(wish, opened.kind)];
        if (wish.name !== undefined) await checkRename(opened.api, opened.kind, held, wish.name, context.signal);
        if (target?.kind === 'worker' && options.targetNamespace !== undefined)
          warnings.push(
            ...(await checkRegistered(context, opened, [target.namespace], 'target', options.force === true)),
          );
        const moves = wish.name !== undefined || target !== undefined;
        if (moves && options.dryRun !== true)
          await confirm(context, options, {
            text: `${held.endpoint.name}: ${wish.name === undefined ? 'another target: new operations go there; running ones are cancelled there too' : `callers name it ${held.endpoint.name}; under the name ${wish.name} they find it no more until they are changed`}`,
          });
        if (opened.kind === 'self-hosted')
          warnings.push(...enforcementNotes(await opened.enforcement(), opened.policy !== null));
        await writeThenSay(context, options, async (writing) => {
          const { change, pending } = await rewrite(opened.api, 'update', held, wish, writing);
          return async () =>
            emitWarned(
              context,
              options,
              changeView,
              { ...(await opened.envelope()), ...change, warnings },
              pending ? 8 : 0,
            );
        });
      });
    });
}

async function checkRename(
  api: EndpointApi,
  kind: 'cloud' | 'self-hosted',
  held: Held,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  if (name === held.endpoint.name) return;
  if (kind === 'self-hosted')
    throw new NexusctlError('UNSUPPORTED_BY_SERVER', 'a self-hosted server cannot rename an endpoint safely', {
      hint: 'it does not check that the new name is free, and keeps the old one too: create a new endpoint, move the callers, delete this one',
    });
  const other = await api.find(name, signal);
  if (other !== null && other.endpoint.id !== held.endpoint.id)
    throw new NexusctlError('ALREADY_EXISTS', `there is an endpoint ${name} already`, { hint: 'choose another name' });
}
