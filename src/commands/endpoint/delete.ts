import type { Context } from '../../context.ts';
import { deleteEndpoint, endpointNotFound } from '../../endpoints/change.ts';
import { outcome } from '../../endpoints/write.ts';
import { enforcementNotes, removalSentence } from '../../endpoints/consequences.ts';
import { sharingTarget, theyLead } from '../../endpoints/endpoint.ts';
import { readForChange, rewritePolicy } from '../../endpoints/policy/change.ts';
import { underPolicy } from '../../endpoints/self-hosted.ts';
import { changeView } from '../../views/endpoint.ts';
import { withBackend } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { confirm } from '../confirm.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { withWriting, writeThenSay } from './writing.ts';

export function endpointDelete(command: Command, context: Context) {
  return withConnection(withWriting(withOutput(command, 'text', 'json')))
    .argument('<endpoint>', 'name or id')
    .option('--if-exists', 'no endpoint of that name is success')
    .option('--keep-policy', 'leave its entry in the policy file (self-hosted)')
    .addHelpText(
      'after',
      examples(
        ['asks for the name before it deletes', 'nexusctl endpoint delete billing'],
        ['in a script', 'nexusctl endpoint delete billing --yes --if-exists'],
      ),
    )
    .action(async (name, options) => {
      await withBackend(context, options, 'write', async (opened) => {
        const [held, policy] = await Promise.all([
          opened.api.find(name, context.signal),
          opened.policy?.read() ?? null,
        ]);
        const warnings = [...opened.warnings];
        if (held === null) {
          if (options.ifExists !== true) throw endpointNotFound(name);
          const nothing = { ...outcome('delete', null, null, { changed: false }).change, endpoint: name };
          await emitWarned(context, options, changeView, { ...(await opened.envelope()), ...nothing, warnings });
          return;
        }
        const cloud = opened.kind === 'cloud';
        const before = cloud ? held.endpoint : underPolicy(held.endpoint, policy, context.now());
        const shared = sharingTarget(
          before,
          (await opened.api.list(context.signal)).map(({ endpoint }) => endpoint),
        );
        if (shared.length > 0)
          warnings.push(`${theyLead(shared)} to the same target and ${shared.length === 1 ? 'stays' : 'stay'}`);
        const entry = policy?.endpoints.get(before.name);
        if (!cloud) warnings.push(...enforcementNotes(await opened.enforcement(), policy !== null));
        const callers =
          before.everyone === true
            ? 'every namespace may call it'
            : `callers: ${before.callers.map(({ namespace }) => namespace).join(', ') || 'nobody'}`;
        if (options.dryRun !== true)
          await confirm(context, options, {
            text: [
              `${before.name} will be deleted (${callers}).`,
              'Workflows that call it: their next workflow task fails and is retried until an endpoint of that name is there again.',
              ...(entry === undefined
                ? []
                : [
                    options.keepPolicy === true
                      ? 'Its entry in the policy file stays.'
                      : 'Its entry in the policy file goes too.',
                  ]),
            ].join('\n'),
            word: before.name,
          });
        await writeThenSay(context, options, async (writing) => {
          const { change, pending } = await deleteEndpoint(opened.api, held, writing);
          if (entry !== undefined && options.keepPolicy === true)
            warnings.push(`the policy entry of ${before.name} stays: it is for whoever makes an endpoint of that name`);
          if (entry !== undefined && options.keepPolicy !== true) {
            const [seen, store] = await readForChange(opened.policy);
            await rewritePolicy(store, seen, new Map([[before.name, null]]), writing.dryRun);
          }
          const result = {
            ...change,
            before,
            warnings,
            notes: [removalSentence(opened.kind, await opened.enforcement())],
          };
          return async () =>
            emitWarned(context, options, changeView, { ...(await opened.envelope()), ...result }, pending ? 8 : 0);
        });
      });
    });
}
