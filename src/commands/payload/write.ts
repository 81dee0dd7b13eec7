import type { Context } from '../../context.ts';
import { escapeJson } from '../../output/escape.ts';
import { makeStyle, wantsColor, type ColorChoice } from '../../output/style.ts';
import type { Document } from '../../payload/document.ts';
import { renderBatch, type RenderMode } from '../../payload/render.ts';
import { count, reportJson, type Summary } from '../../payload/report.ts';
import { transformDocument, type Change, type Handled } from '../../payload/transform.ts';
import { valueOf } from '../../payload/value.ts';
import { decodedLine, failureText, shownValue } from '../../views/payload.ts';
import type { Target } from './output-of.ts';

interface Output {
  readonly output: 'text' | 'json' | 'jsonl';
  readonly color: ColorChoice;
  readonly target: Target;
  /** Not the standard output: nobody is looking. */
  readonly isFile: boolean;
  readonly warnings: () => readonly string[];
}

/** Failures that are told one by one on stderr. */
const shownFailures = 20;

/** Writes what is in the payloads: one prints its value and nothing else, several print a list. */
export async function writeValues(
  context: Context,
  document: Document,
  change: Change,
  output: Output,
): Promise<Summary> {
  switch (output.output) {
    case 'text':
      return writeText(context, document, change, output);
    case 'json':
      return writeJson(document, change, output);
    case 'jsonl':
      return writeLines(document, change, output);
  }
}

async function writeText(context: Context, document: Document, change: Change, output: Output): Promise<Summary> {
  const summary = { decoded: 0, unchanged: 0, failed: 0 };
  const { isTTY, columns } = context.stdout;
  const style = await makeStyle(wantsColor(output.color, isTTY, context.env), columns);
  let only: Handled | undefined;
  let several = false;
  for await (const batch of transformDocument(document, change)) {
    const lines: string[] = [];
    for (const handled of batch.handled) {
      if (handled.blob !== undefined) continue;
      count(summary, handled);
      if (only === undefined && !several) {
        only = handled;
        continue;
      }
      if (only !== undefined) lines.push(decodedLine(only, style));
      several = true;
      only = undefined;
      lines.push(decodedLine(handled, style));
    }
    if (lines.length > 0) await output.target.write(`${lines.join('\n')}\n`);
  }
  if (only !== undefined) await writeOne(context, only, output);
  if (several) await context.stderr.write(`${summaryText(summary)}\n`);
  await warn(context, output);
  return summary;
}

/** Into a pipe or a file the value goes as it is; a terminal and a CI log get it escaped. */
async function writeOne(context: Context, handled: Handled, output: Output): Promise<void> {
  const { payload, status } = handled.opened;
  if (status === 'failed' || payload === null) {
    await context.stderr.write(`${failureText(handled)}\n`);
    return;
  }
  const watched = !output.isFile && (context.stdout.isTTY || Boolean(context.env['CI']));
  const value = valueOf(payload);
  if (watched) await output.target.write(`${shownValue(handled)}\n`);
  else await output.target.write('json' in value ? `${value.json}\n` : value.bytes);
}

async function writeJson(document: Document, change: Change, output: Output): Promise<Summary> {
  const summary = { decoded: 0, unchanged: 0, failed: 0 };
  let started = false;
  for await (const batch of transformDocument(document, change)) {
    const entries: string[] = [];
    for (const handled of batch.handled) {
      if (handled.blob !== undefined) continue;
      count(summary, handled);
      entries.push(escapeJson(`    ${reportJson(handled, 2).replace(/\n/g, '\n    ')}`));
    }
    if (entries.length === 0) continue;
    await output.target.write(
      `${started ? ',\n' : '{\n  "schemaVersion": 1,\n  "payloads": [\n'}${entries.join(',\n')}`,
    );
    started = true;
  }
  const rest = JSON.stringify({ summary, warnings: output.warnings() }, null, 2).slice(1);
  const head = started ? '\n  ],' : '{\n  "schemaVersion": 1,\n  "payloads": [],';
  await output.target.write(`${head}${escapeJson(rest)}\n`);
  return summary;
}

async function writeLines(document: Document, change: Change, output: Output): Promise<Summary> {
  const summary = { decoded: 0, unchanged: 0, failed: 0 };
  for await (const batch of transformDocument(document, change)) {
    const lines: string[] = [];
    for (const handled of batch.handled) {
      if (handled.blob !== undefined) continue;
      count(summary, handled);
      lines.push(`${escapeJson(reportJson(handled, 0).replace(/\n\s*/g, ' '))}\n`);
    }
    await output.target.write(lines.join(''));
  }
  return summary;
}

/** Writes the whole document back with its payloads changed, in the container it came in. */
export async function writeDocument(
  context: Context,
  document: Document,
  change: Change,
  mode: RenderMode,
  output: Output,
): Promise<Summary> {
  const summary = { decoded: 0, unchanged: 0, failed: 0 };
  const failures: string[] = [];
  for await (const batch of transformDocument(document, change)) {
    for (const handled of batch.handled) {
      if (handled.blob !== undefined) continue;
      count(summary, handled);
      if (handled.opened.status === 'failed' && failures.length < shownFailures) failures.push(failureText(handled));
    }
    const bytes = renderBatch(batch, mode);
    await output.target.write(document.kind === 'proto' && document.base64 ? `${bytes.toString('base64')}\n` : bytes);
  }
  if (output.output !== 'text') return summary;
  if (failures.length > 0) {
    const more = summary.failed - failures.length;
    await context.stderr.write(`${failures.join('\n')}\n${more > 0 ? `… and ${String(more)} more\n` : ''}`);
    await context.stderr.write(`${summaryText(summary)}\n`);
  }
  await warn(context, output);
  return summary;
}

async function warn(context: Context, output: Output): Promise<void> {
  for (const warning of output.warnings()) await context.stderr.write(`warning: ${warning}\n`);
}

function summaryText({ decoded, unchanged, failed }: Summary): string {
  return `${String(decoded)} decoded, ${String(unchanged)} unchanged, ${String(failed)} failed`;
}
