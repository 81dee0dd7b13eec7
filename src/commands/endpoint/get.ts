import type { Context } from '../../context.ts';
import { endpointNotFound } from '../../endpoints/change.ts';
import { enforcementNotes } from '../../endpoints/consequences.ts';
import { sharingTarget } from '../../endpoints/endpoint.ts';
import { underPolicy } from '../../endpoints/self-hosted.ts';
import { endpointView } from '../../views/endpoint.ts';
import { withBackend } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';

export function endpointGet(command: Command, context: Context) {
  return withConnection(withOutput(command, 'text', 'json'))
    .argument('<endpoint>', 'name or id')
    .addHelpText(
      'after',
      examples(
        ['one endpoint', 'nexusctl endpoint get billing'],
        ['its version for a later write', 'nexusctl endpoint get billing -o json | jq -r .resourceVersion'],
      ),
    )
    .action(async (name, options) => {
      await withBackend(context, options, 'read', async (opened) => {
        const [all, policy] = await Promise.all([opened.api.list(context.signal), opened.policy?.read() ?? null]);
        const held =
          all.find(({ endpoint }) => endpoint.name === name) ?? all.find(({ endpoint }) => endpoint.id === name);
        if (held === undefined) throw endpointNotFound(name);
        const cloud = opened.kind === 'cloud';
        const endpoint = cloud ? held.endpoint : underPolicy(held.endpoint, policy, context.now());
        const sharesTargetWith = sharingTarget(
          endpoint,
          all.map((one) => one.endpoint),
        );
        const warnings = [
          ...opened.warnings,
          ...(held.unknownPolicies === 0
            ? []
            : [`${String(held.unknownPolicies)} policies of a kind that this nexusctl does not know; they are kept`]),
          ...(cloud ? [] : enforcementNotes(await opened.enforcement(), policy !== null)),
        ];
        const envelope = await opened.envelope();
        await emitWarned(context, options, endpointView, {
          ...envelope,
          ...endpoint,
          ...(sharesTargetWith.length === 0 ? {} : { sharesTargetWith }),
          warnings,
        });
      });
    });
}
