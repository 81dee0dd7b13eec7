import { randomUUID } from 'node:crypto';
import type { Context } from '../../context.ts';
import { applyPlan, type Applied } from '../../endpoints/plan/apply.ts';
import { removalSentence } from '../../endpoints/consequences.ts';
import { readSavedPlan, type SavedPlan } from '../../endpoints/plan/saved-plan.ts';
import { combineExitCodes, type ExitCode } from '../../errors/exit-codes.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { escapeDeep, escapeTerminal } from '../../output/escape.ts';
import { makeStyle, marks, wantsColor } from '../../output/style.ts';
import { wrapLine } from '../../output/wrap.ts';
import { applyView, type AppliedResult } from '../../views/apply.ts';
import { planLines } from '../../views/plan.ts';
import { withBackend, type Opened } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { confirm } from '../confirm.ts';
import { emitWarned } from '../emit-warned.ts';
import { readInput } from '../input.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { withNexusFiles } from './offline.ts';
import {
  guardSubject,
  liveOf,
  planOf,
  refuseStrangers,
  withPlanning,
  type Planned,
  type PlanFlags,
} from './planning.ts';
import { whileWriting, withWriting } from './writing.ts';

const largestPlan = 512 * 1024 * 1024;

export function endpointApply(command: Command, context: Context) {
  return withPlanning(
    withNexusFiles(withConnection(withWriting(withOutput(command, 'text', 'json'))), 'nexus.yaml, or a folder of them'),
  )
    .argument('[plan]', 'a plan that `plan --out` saved; none with -f')
    .addHelpText(
      'after',
      examples(
        ['plan, show, ask, do', 'nexusctl endpoint apply -f nexus.yaml'],
        ['what was reviewed, to the letter or not at all', 'nexusctl endpoint apply plan.json --yes'],
        ['also delete what the scope owns and no file names', 'nexusctl endpoint apply -f nexus/ --prune'],
      ),
    )
    .action(async (path, options) => {
      if ((path === undefined) === (options.file === undefined))
        throw new NexusctlError('USAGE', 'give a saved plan or -f nexus.yaml, one of them');
      if (path !== undefined && (options.prune === true || options.var !== undefined))
        throw new NexusctlError('USAGE', 'a saved plan is followed to the letter: --prune and --var go with -f', {
          hint: 'give them to `nexusctl endpoint plan --out`',
        });
      const saved = path === undefined ? null : readSavedPlan(path, await readInput(context, path, largestPlan));
      await withBackend(context, options, 'write', async (opened) => {
        const planned =
          saved === null ? await planOf(context, opened, options) : await followed(context, opened, saved);
        const { plan, live, warnings, notes } = planned;
        await refuseStrangers(context, opened, plan, options.force === true);
        if (options.dryRun !== true && plan.changes.length > 0) await ask(context, options, planned);
        const applied = await whileWriting(
          context,
          { ...options, requestId: options.requestId ?? randomUUID() },
          (writing) =>
            applyPlan(
              plan.changes,
              { api: opened.api, policy: opened.policy, live },
              { ...writing, resourceVersion: undefined },
            ),
        );
        const exitCode = combineExitCodes(applied.map(exitOf));
        const result = {
          ...(await opened.envelope()),
          digest: plan.digest,
          results: applied.map(resultOf),
          notes,
          warnings,
        };
        await emitWarned(context, options, applyView, result, exitCode);
      });
    });
}

/** A saved plan is compared with the account it was made against; its changes are compared in `applyPlan`. */
async function followed(context: Context, opened: Opened, saved: SavedPlan): Promise<Planned> {
  const { account } = await opened.envelope();
  if (saved.backend !== opened.kind || (saved.metAccount !== undefined && saved.metAccount !== account))
    throw new NexusctlError(
      'ACCOUNT_MISMATCH',
      `the plan was made against ${saved.metAccount ?? saved.backend}, not ${account ?? opened.kind}`,
      {
        hint: 'choose the profile that the plan was made with',
      },
    );
  await guardSubject(context, opened, saved);
  const loses = saved.changes.some((change) => change.loses.length > 0);
  return {
    plan: saved,
    live: await liveOf(context, opened),
    warnings: opened.warnings,
    notes: loses ? [removalSentence(opened.kind, await opened.enforcement())] : [],
  };
}

type Asking = PlanFlags & {
  readonly yes?: true | undefined;
  readonly input: boolean;
  readonly color: 'auto' | 'always' | 'never';
};

async function ask(context: Context, options: Asking, { plan, warnings, notes }: Planned): Promise<void> {
  if (options.yes === true) return;
  const { stdin, stderr } = context;
  const deletes = plan.summary.delete > 0 ? { word: 'delete' } : {};
  if (options.input && stdin.isTTY === true && stderr.isTTY) {
    const style = await makeStyle(wantsColor(options.color, true, context.env), stderr.columns);
    const shown = escapeDeep({ ...plan, warnings, notes }, escapeTerminal);
    const said = shown.warnings.map((warning) => style.yellow(wrapLine(`${marks.warn} ${warning}`, stderr.columns)));
    await stderr.write(`${[...planLines(shown, style), ...said].join('\n')}\n`);
  }
  const { create, update, delete: gone } = plan.summary;
  const text = `${String(create)} to create, ${String(update)} to update, ${String(gone)} to delete`;
  await confirm(context, options, { text, told: true, ...deletes });
}

function exitOf(applied: Applied): ExitCode {
  switch (applied.kind) {
    case 'done':
      return applied.outcome.pending ? 8 : 0;
    case 'failed':
      return applied.error.exitCode;
  }
}

function resultOf(applied: Applied): AppliedResult['results'][number] {
  switch (applied.kind) {
    case 'done':
      return applied.outcome.change;
    case 'failed': {
      const { code, message, hint, exitCode } = applied.error;
      return {
        endpoint: applied.endpoint,
        changed: false,
        error: { code, message, ...(hint === undefined ? {} : { hint }), exitCode },
      };
    }
  }
}
