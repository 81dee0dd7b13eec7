import type { Context } from '../../context.ts';
import { openPayload } from '../../payload/layers.ts';
import type { Change } from '../../payload/transform.ts';
import { Option, type Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { documentOf } from './input-of.ts';
import { keysOf } from './keys-of.ts';
import { withInput, withKeys } from './options.ts';
import { intoTarget, targetOf } from './output-of.ts';
import { remoteOf } from './remote-of.ts';
import { writeDocument, writeValues } from './write.ts';

export function payloadDecode(command: Command, context: Context): unknown {
  return declare(command)
    .addHelpText(
      'after',
      examples(
        [
          'one payload: its value and nothing else',
          'nexusctl payload decode --key orders-2026=file:./orders.key p.json',
        ],
        [
          'every payload of a history, with what stayed closed',
          'temporal workflow show -w ID -o json | nexusctl payload decode -o json',
        ],
        [
          'a history that SDK replayers load',
          'nexusctl payload decode --mode replay --out run.json run.encrypted.json',
        ],
        [
          'without keys, through a codec server',
          'nexusctl payload decode --codec-endpoint https://codec.example -n NS run.json',
        ],
        ['what the Go sample wrote', 'nexusctl payload decode --preset go p.json'],
      ),
    )
    .addHelpText(
      'after',
      '\nDecoded is not authentic: most formats bind neither the position of a payload nor its namespace.',
    )
    .action(async (file, options) => {
      const inUse = await keysOf(context, options);
      const { keys, warnings } = inUse;
      const remote = await remoteOf(context, inUse);
      const document = await documentOf(context, file, options.inputForm);
      const target = await targetOf(context, options.out);
      const change: Change = remote ?? ((payload, position) => openPayload(payload, keys, position));
      await intoTarget(target, async () => {
        const output = { ...options, target, warnings, isFile: options.out !== undefined };
        const summary =
          options.mode === 'values'
            ? await writeValues(context, document, change, output)
            : await writeDocument(context, document, change, options.mode, output);
        context.outcome.exitCode = summary.failed > 0 && options.partial !== true ? 1 : 0;
      });
    });
}

function declare(command: Command) {
  return withKeys(
    withConnection(
      withOutput(withInput(command), 'text', 'json', 'jsonl')
        .addOption(
          new Option('--mode <mode>', 'values: what is in them; readable, replay: the whole document')
            .choices(['values', 'readable', 'replay'] as const)
            .default('values' as const),
        )
        .option('--partial', 'exit 0 although some payloads could not be opened')
        .option('--out <file>', 'write to a file that only you may read'),
    ),
  );
}
