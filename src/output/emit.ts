import type { ExitCode } from '../errors/exit-codes.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { escapeDeep, escapeJson, escapeTerminal } from './escape.ts';
import { jsonPieces } from './json-pieces.ts';
import { makeStyle, wantsColor, type ColorChoice } from './style.ts';
import type { Format, View } from './view.ts';

/** The part of the Context that writing needs. */
interface Output {
  readonly stdout: {
    readonly write: (chunk: string) => Promise<void>;
    readonly isTTY: boolean;
    readonly columns: number;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly outcome: { exitCode: number };
  readonly redactor: { readonly hide: (text: string) => string };
}

export interface OutputOptions {
  readonly output: Format;
  readonly color: ColorChoice;
}

/** Characters that are written at once: a large document is never one text. */
const enough = 256 * 1024;

/**
 * Renders a result once, writes it to stdout and sets the exit code of the command. Secrets in it are masked, unless
 * the view's product is one.
 */
export async function emit<T>(
  context: Output,
  options: OutputOptions,
  view: View<T>,
  result: T,
  exitCode: ExitCode = 0,
): Promise<void> {
  const shown = view.showsSecrets === true ? result : escapeDeep(result, context.redactor.hide);
  const pieces = await render(context, options, view, shown);
  context.outcome.exitCode = exitCode;
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < enough) continue;
    await context.stdout.write(text);
    text = '';
  }
  if (text !== '') await context.stdout.write(text);
}

async function render<T>(
  context: Output,
  options: OutputOptions,
  view: View<T>,
  result: T,
): Promise<Iterable<string, void>> {
  const format = options.output;
  if (format === 'json') return jsonText(jsonOf(view, result));
  if (format === 'jsonl') return linesOf(view, result);
  const { isTTY, columns } = context.stdout;
  const color = wantsColor(options.color, isTTY, context.env);
  const style = await makeStyle(color, isTTY ? columns : Infinity);
  if (format === 'text') return [ended(view.text(escapeDeep(result, escapeTerminal), style))];
  const raw = view.raw?.[format];
  if (raw === undefined) throw new NexusctlError('USAGE', `this command has no output format ${format}`);
  // RFC 4180 ends lines so, the last one too.
  return [ended(raw(result, style), format === 'csv' ? '\r\n' : '\n')];
}

function ended(text: string, end = '\n'): string {
  return text === '' || text.endsWith('\n') ? text : `${text}${end}`;
}

function* jsonText(document: object): Generator<string, void> {
  for (const piece of jsonPieces(document)) yield escapeJson(piece);
  yield '\n';
}

function jsonOf<T>(view: View<T>, result: T): object {
  return view.json === undefined ? { schemaVersion: 1, ...(result as object) } : view.json(result);
}

function* linesOf<T>(view: View<T>, result: T): Generator<string, void> {
  const document = jsonOf(view, result);
  const items = view.jsonl?.(result) ?? ('items' in document ? (document.items as object[]) : [document]);
  for (const item of items) yield `${escapeJson(JSON.stringify(item))}\n`;
}
