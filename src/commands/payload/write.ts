import type { Context } from '../../context.ts';
import { escapeJson } from '../../output/escape.ts';
import { makeStyle, wantsColor, type ColorChoice } from '../../output/style.ts';
import { makeProgress, type Progress } from '../../output/progress.ts';
import { renderBatch, type RenderMode } from '../../payload/render.ts';
import { count, reportJson, type Summary } from '../../payload/report.ts';
import type { Change, Handled, HandledBatch } from '../../payload/handled.ts';
import { transformDocument } from '../../payload/transform.ts';
import { valueOf } from '../../payload/json/value.ts';
import { decodedLine, failureText, shownValue } from '../../views/payload.ts';
import type { Target } from './output-of.ts';
import type { Source, Sources } from './sources-of.ts';

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
  sources: Sources,
  change: Change,
  output: Output,
): Promise<Summary> {
  switch (output.output) {
    case 'text':
      return writeText(context, sources, change, output);
    case 'json':
      return writeJson(context, sources, change, output);
    case 'jsonl':
      return writeLines(context, sources, change, output);
  }
}

async function writeText(context: Context, sources: Sources, change: Change, output: Output): Promise<Summary> {
  const summary = { decoded: 0, unchanged: 0, failed: 0 };
  const { isTTY, columns } = context.stdout;
  const style = await makeStyle(wantsColor(output.color, isTTY, context.env), columns);
  let only: Handled | undefined;
  let several = false;
  for await (const { source, batch } of batchesOf(context, sources, change, output)) {
    const lines: string[] = [];
    for (const one of batch.handled) {
      if (one.blob !== undefined) continue;
      const handled = source.name === '' ? one : { ...one, path: `${source.name}:${one.path}` };
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

async function writeJson(context: Context, sources: Sources, change: Change, output: Output): Promise<Summary> {
  const summary = { decoded: 0, unchanged: 0, failed: 0 };
  let started = false;
  for await (const { source, batch } of batchesOf(context, sources, change, output)) {
    const entries: string[] = [];
    for (const handled of batch.handled) {
      if (handled.blob !== undefined) continue;
      count(summary, handled);
      entries.push(escapeJson(`    ${reportJson(handled, 2, source.execution).replace(/\n/g, '\n    ')}`));
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

async function writeLines(context: Context, sources: Sources, change: Change, output: Output): Promise<Summary> {
  const summary = { decoded: 0, unchanged: 0, failed: 0 };
  for await (const { source, batch } of batchesOf(context, sources, change, output)) {
    const lines: string[] = [];
    for (const handled of batch.handled) {
      if (handled.blob !== undefined) continue;
      count(summary, handled);
      lines.push(`${escapeJson(reportJson(handled, 0, source.execution).replace(/\n\s*/g, ' '))}\n`);
    }
    await output.target.write(lines.join(''));
  }
  return summary;
}

/** Writes the whole document back with its payloads changed, in the container it came in. */
export async function writeDocument(
  context: Context,
  sources: Sources,
  change: Change,
  mode: RenderMode,
  output: Output,
): Promise<Summary> {
  const summary = { decoded: 0, unchanged: 0, failed: 0 };
  const failures: string[] = [];
  let before: Source | undefined;
  // What came in base64 goes out so: whole, for its pieces would not fit together.
  let held: Buffer[] = [];
  const encoded = (): string => {
    const text = held.length === 0 ? '' : `${Buffer.concat(held).toString('base64')}\n`;
    held = [];
    return text;
  };
  for await (const { source, batch } of batchesOf(context, sources, change, output, mode)) {
    for (const handled of batch.handled) {
      if (handled.blob !== undefined) continue;
      count(summary, handled);
      if (handled.opened.status === 'failed' && failures.length < shownFailures) failures.push(failureText(handled));
    }
    if (before !== undefined && before !== source) {
      await output.target.write(encoded());
      await output.target.write('\n');
    }
    before = source;
    const { document } = source;
    const bytes = renderBatch(batch, mode);
    if (document.base64 === true) held.push(bytes);
    else await output.target.write(bytes);
  }
  await output.target.write(encoded());
  if (sources.several && before !== undefined) await output.target.write('\n');
  if (output.output !== 'text') return summary;
  if (failures.length > 0) {
    const more = summary.failed - failures.length;
    await context.stderr.write(`${failures.join('\n')}\n${more > 0 ? `… and ${String(more)} more\n` : ''}`);
    await context.stderr.write(`${summaryText(summary)}\n`);
  }
  await warn(context, output);
  return summary;
}

interface SourceBatch {
  readonly source: Source;
  readonly batch: HandledBatch;
}

/** All batches of all documents, with a line on the terminal that says how far the work is. */
async function* batchesOf(
  context: Context,
  sources: Sources,
  change: Change,
  output: Output,
  mode?: RenderMode,
): AsyncGenerator<SourceBatch> {
  const progress = progressOf(context, output);
  let documents = 0;
  let payloads = 0;
  try {
    progress.show('reading');
    for await (const source of sources.documents) {
      documents += 1;
      for await (const batch of transformDocument(source.document, change, mode)) {
        payloads += batch.handled.length;
        const of = sources.several ? ` of ${String(documents)} workflows` : '';
        progress.show(`${grouped(payloads)} payloads${of}`);
        yield { source, batch };
      }
    }
  } finally {
    progress.clear();
  }
}

/** 1,234,567; `toLocaleString` would load a library for 16 ms. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Not where the result itself goes to the terminal: the two would write into each other's lines. */
function progressOf(context: Context, { isFile }: Output): Progress {
  return makeProgress(context, isFile || !context.stdout.isTTY);
}

async function warn(context: Context, output: Output): Promise<void> {
  for (const warning of output.warnings()) await context.stderr.write(`warning: ${warning}\n`);
}

function summaryText({ decoded, unchanged, failed }: Summary): string {
  return `${String(decoded)} decoded, ${String(unchanged)} unchanged, ${String(failed)} failed`;
}
