import type { Ending, Plan } from '../endpoints/plan/plan.ts';
import type { PlannedChange } from '../endpoints/plan/planned-change.ts';
import { escapeMarkdown } from '../output/escape.ts';
import { marks, type Style } from '../output/style.ts';
import type { View } from '../output/view.ts';
import { wrapLine } from '../output/wrap.ts';
import { diffLines } from './endpoint.ts';

export type PlanResult = Plan & { readonly warnings: readonly string[]; readonly notes?: readonly string[] };

export const planView: View<PlanResult> = {
  text: (plan, style) => planLines(plan, style).join('\n'),
  raw: { markdown: (plan) => markdown(plan) },
};

/** A plan reads like a review: what changes, who gains, who loses and what happens to them, what ends. */
export function planLines(plan: PlanResult, style: Style): string[] {
  const { changes, expired, expiring, unmanaged, notes = [], digest } = plan;
  return [
    ...changes.flatMap((change) => [headOf(change, style), ...diffLines(change.before, change.after, style, '    ')]),
    ...notes.map((note) => wrapLine(`${marks.info} ${note}`, style.width)),
    ...endingLines('expired', expired, style, style.red),
    ...endingLines('ends soon', expiring, style, style.yellow),
    ...(unmanaged.length === 0 ? [] : [style.dim(wrapLine(`in no file: ${unmanaged.join(', ')}`, style.width))]),
    style.bold(summaryOf(plan)),
    style.dim(`digest ${digest}`),
  ];
}

function headOf({ action, endpoint }: PlannedChange, style: Style): string {
  switch (action) {
    case 'create':
      return style.green(`+ ${endpoint}`);
    case 'update':
      return style.yellow(`~ ${endpoint}`);
    case 'delete':
      return style.red(`- ${endpoint}`);
  }
}

function endingLines(
  what: string,
  endings: readonly Ending[],
  { width }: Style,
  paint: (text: string) => string,
): string[] {
  return endings.map(({ endpoint, namespace, until, owner, live }) =>
    paint(
      wrapLine(
        `${marks.warn} ${what}: ${namespace} at ${endpoint} (${until}${owner === undefined ? '' : `, ${owner}`}${live ? '' : ', not live'})`,
        width,
      ),
    ),
  );
}

function summaryOf({ summary }: Plan): string {
  const { create, update, delete: deleted, unchanged } = summary;
  return `${String(create)} to create, ${String(update)} to update, ${String(deleted)} to delete, ${String(unchanged)} unchanged`;
}

function markdown(plan: PlanResult): string {
  const { changes, expired, expiring, unmanaged, warnings, notes = [], digest } = plan;
  const rows = changes.map(
    ({ action, endpoint, before, after, gains, loses }) =>
      `| ${action} | ${escapeMarkdown(endpoint)} | ${names(gains)} | ${names(loses)} | ${otherChanges(before, after)} |`,
  );
  const list = (title: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`**${title}**`, '', ...items.map((item) => `- ${item}`), ''];
  return [
    `### Nexus endpoints: ${summaryOf(plan)}`,
    '',
    ...(rows.length === 0
      ? []
      : ['| | endpoint | gains | loses | also |', '| --- | --- | --- | --- | --- |', ...rows, '']),
    ...list('What it means', notes.map(escapeMarkdown)),
    ...list('Warnings', warnings.map(escapeMarkdown)),
    ...list('Expired', expired.map(endingText)),
    ...list('Ends soon', expiring.map(endingText)),
    ...list('In no file', unmanaged.map(escapeMarkdown)),
    `Digest \`${digest}\``,
  ].join('\n');
}

function names(list: readonly string[]): string {
  const shown = list.slice(0, 20).map(escapeMarkdown).join(', ');
  return list.length > 20 ? `${shown} and ${String(list.length - 20)} more` : shown;
}

function otherChanges(before: PlannedChange['before'], after: PlannedChange['after']): string {
  if (before === null || after === null) return '';
  const target = JSON.stringify(before.target) === JSON.stringify(after.target) ? [] : ['target'];
  const description = before.description === after.description ? [] : ['description'];
  return [...target, ...description].join(', ');
}

function endingText({ endpoint, namespace, until, owner }: Ending): string {
  return escapeMarkdown(`${namespace} at ${endpoint}: ${until}${owner === undefined ? '' : ` (${owner})`}`);
}
