import type { Context } from '../context.ts';
import type { ExitCode } from '../errors/exit-codes.ts';
import { emit, type OutputOptions } from '../output/emit.ts';
import { escapeTerminal } from '../output/escape.ts';
import { makeStyle, marks, wantsColor } from '../output/style.ts';
import type { View } from '../output/view.ts';
import { wrapLine } from '../output/wrap.ts';

/**
 * Emits a result that carries warnings: in JSON they are part of it, otherwise they are for people and go to stderr,
 * so that a table stays a table in a pipe.
 */
export async function emitWarned<T extends { readonly warnings: readonly string[] }>(
  context: Context,
  options: OutputOptions,
  view: View<T>,
  result: T,
  exitCode: ExitCode = 0,
): Promise<void> {
  if (options.output !== 'json' && options.output !== 'jsonl') {
    const { stderr } = context;
    const width = stderr.isTTY ? stderr.columns : Infinity;
    const style = await makeStyle(wantsColor(options.color, stderr.isTTY, context.env), width);
    for (const warning of new Set(result.warnings))
      await stderr.write(`${style.yellow(wrapLine(`${marks.warn} ${escapeTerminal(warning)}`, width))}\n`);
  }
  await emit(context, options, view, result, exitCode);
}
