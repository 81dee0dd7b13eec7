import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { makePlan, type Plan } from '../../endpoints/plan/plan.ts';
import type { SavedPlan } from '../../endpoints/plan/saved-plan.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { planView } from '../../views/plan.ts';
import { withBackend } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { fromFiles, withFiles } from './offline.ts';
import { planOf, wantedOf, withPlanning } from './planning.ts';

export function endpointPlan(command: Command, context: Context) {
  return withPlanning(withFiles(withConnection(withOutput(command, 'text', 'json', 'markdown'))))
    .option('--check', 'exit 1 when there is something to do or an entry has expired')
    .option('--out <path>', 'save the plan; `apply PATH` does that and nothing else')
    .option('--live <path>', 'with --offline: the other side, a file that `export` or `policy` wrote')
    .addHelpText(
      'after',
      examples(
        ['what would change', 'nexusctl endpoint plan -f nexus.yaml'],
        ['drift, for a nightly job', 'nexusctl endpoint plan -f nexus/ --check'],
        [
          'for a pull request, and for the job that applies it',
          'nexusctl endpoint plan -f nexus.yaml -o markdown --out plan.json',
        ],
      ),
    )
    .action(async (options) => {
      if (options.live !== undefined && options.offline !== true)
        throw new NexusctlError('USAGE', '--live goes with --offline: without it the server says what is live');
      if (options.out !== undefined && options.offline === true)
        throw new NexusctlError('USAGE', 'what is planned --offline cannot be saved: it was compared with no server');
      if (options.offline === true) {
        const plan = await planOffline(context, options, options.live);
        const result = { backend: plan.backend, ...plan.plan, warnings: [] };
        await emitWarned(context, options, planView, result, options.check === true ? exitOf(plan.plan) : 0);
        return;
      }
      await withBackend(context, options, 'read', async (opened) => {
        const { plan, warnings, notes, wanted } = await planOf(context, opened, options);
        const envelope = await opened.envelope();
        if (options.out !== undefined) {
          const { account, cluster } = wanted;
          const saved: SavedPlan = {
            schemaVersion: 1,
            kind: 'nexusctl-plan',
            backend: opened.kind,
            ...(envelope.account === undefined ? {} : { metAccount: envelope.account }),
            ...(account === undefined ? {} : { account }),
            ...(cluster === undefined ? {} : { cluster }),
            madeAt: context.now().toISOString(),
            ...plan,
            warnings,
          };
          const files = await context.ports.files();
          await files.write(resolve(context.cwd, options.out), `${JSON.stringify(saved, null, 2)}\n`);
        }
        await emitWarned(
          context,
          options,
          planView,
          { ...envelope, ...plan, notes, warnings },
          options.check === true ? exitOf(plan) : 0,
        );
      });
    });
}

function exitOf({ changes, expired }: Plan): 0 | 1 {
  return changes.length > 0 || expired.length > 0 ? 1 : 0;
}

async function planOffline(
  context: Context,
  options: Parameters<typeof wantedOf>[1],
  live: string | undefined,
): Promise<{ readonly backend: 'cloud' | 'self-hosted'; readonly plan: Plan }> {
  if (live === undefined && options.policyFile === undefined)
    throw new NexusctlError('USAGE', '--offline needs something to compare with', {
      hint: 'give --live exported.yaml (made by `nexusctl endpoint export`) or --policy-file',
    });
  const wanted = await wantedOf(context, options);
  const other = await fromFiles(context, { ...options, file: live });
  const circumstances = { now: context.now(), soonMs: options.soon, prune: options.prune === true };
  return {
    backend: other.backend,
    plan: makePlan(wanted, other.endpoints, { ...circumstances, backend: other.backend }),
  };
}
