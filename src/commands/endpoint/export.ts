import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { globOf } from '../../endpoints/api.ts';
import { editNexusFile } from '../../endpoints/nexus-file/edit.ts';
import { readNexusFile } from '../../endpoints/nexus-file/nexus-file.ts';
import { nexusPieces } from '../../endpoints/nexus-file/text.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { OutputOptions } from '../../output/emit.ts';
import { escapeTerminalBlock } from '../../output/escape.ts';
import { exportView } from '../../views/export.ts';
import { terraformText } from '../../views/terraform.ts';
import { Option, type Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { readInput } from '../input.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { listsOf } from './lists-of.ts';

const largest = 64 * 1024 * 1024;

export function endpointExport(command: Command, context: Context) {
  return withConnection(withOutput(command, 'text', 'json'))
    .option('--name <glob>', 'only endpoints like this')
    .option('--merge <path>', 'put what is live into this nexus.yaml; comments, owners, reasons and ends stay')
    .option('--dry-run', 'with --merge: print the file instead of writing it')
    .addOption(
      new Option('--format <format>', 'what to write').choices(['yaml', 'terraform'] as const).default('yaml' as const),
    )
    .addHelpText(
      'after',
      examples(
        ['a nexus.yaml of what is there', 'nexusctl endpoint export > nexus.yaml'],
        ['take what was clicked into the reviewed file', 'nexusctl endpoint export --merge nexus.yaml'],
        ['Terraform, with import blocks', 'nexusctl endpoint export --format terraform > endpoints.tf'],
      ),
    )
    .action(async (options) => {
      const { merge, format, name } = options;
      if (merge !== undefined && format !== 'yaml')
        throw new NexusctlError('USAGE', '--merge writes a nexus.yaml, not Terraform');
      const { envelope, endpoints: all, warnings, cluster } = await listsOf(context, options, { name: true });
      if (format === 'terraform' && envelope.backend === 'self-hosted')
        throw new NexusctlError(
          'UNSUPPORTED_BY_SERVER',
          'the temporalcloud provider of Terraform knows Temporal Cloud only',
          {
            hint: 'use the default format, nexus.yaml',
          },
        );
      const wanted = name === undefined ? null : globOf(name);
      const endpoints = all.filter((one) => wanted === null || wanted.test(one.name));
      const account = envelope.account === undefined ? {} : { account: envelope.account };
      const about = cluster === undefined ? account : { cluster };
      if (merge === undefined) {
        const pieces = format === 'terraform' ? [terraformText(endpoints)] : nexusPieces(endpoints, about);
        await printDocument(context, options, { ...envelope, format, warnings }, pieces);
        return;
      }
      const path = resolve(context.cwd, merge);
      const old = await readInput(context, merge, largest);
      const file = await readNexusFile(merge, old);
      const inScope = file.scope?.map((glob) => globOf(glob));
      const mine = endpoints.filter((one) => inScope === undefined || inScope.some((glob) => glob.test(one.name)));
      const text = await editNexusFile(
        merge,
        old,
        mine.map((endpoint) => ({ kind: 'merge', endpoint })),
      );
      const changed = text !== old;
      const dryRun = options.dryRun === true;
      if (changed && !dryRun) await (await context.ports.files()).write(path, text, { mode: 0o644 });
      const live = new Map(
        mine.map((endpoint) => [endpoint.name, new Set(endpoint.callers.map(({ namespace }) => namespace))]),
      );
      const stale = file.endpoints.flatMap(({ name: endpoint, allow = [] }) =>
        allow
          .filter(({ namespace }) => live.get(endpoint)?.has(namespace) !== true)
          .map(({ namespace }) => `${namespace} at ${endpoint} is in the file, not live; it stays in the file`),
      );
      if (dryRun) {
        const result = { ...envelope, format, changed, dryRun, warnings: [...warnings, ...stale] };
        await printDocument(context, options, result, [text]);
        return;
      }
      await emitWarned(context, options, exportView, {
        ...envelope,
        format,
        path: merge,
        changed,
        dryRun,
        warnings: [...warnings, ...stale],
      });
    });
}

/** The document itself goes out as it is into a pipe or file; on a terminal what could move a cursor is escaped. */
async function printDocument(
  context: Context,
  options: OutputOptions,
  result: Parameters<typeof exportView.text>[0],
  pieces: Iterable<string>,
): Promise<void> {
  if (options.output === 'json') {
    await emitWarned(context, options, exportView, { ...result, text: [...pieces].join('') });
    return;
  }
  await emitWarned(context, options, { text: () => '' }, result);
  const { stdout } = context;
  for (const piece of pieces) await stdout.write(stdout.isTTY ? escapeTerminalBlock(piece) : piece);
}
