import { Readable } from 'node:stream';
import type { Context } from '../../context.ts';
import { readDocument, type Document } from '../../payload/documents/document.ts';
import { forOthers, openPayload } from '../../payload/layers.ts';
import type { Change } from '../../payload/handled.ts';
import { limits } from '../../payload/model/limits.ts';
import { after } from '../../payload/model/maybe.ts';
import { Option, type Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { keysOf } from './keys-of.ts';
import { resolveOption, withHistories, withInput, withKeys } from './options.ts';
import { intoTarget, targetOf } from './output-of.ts';
import { remoteOf } from './remote-of.ts';
import { withSources, type Sources } from './sources-of.ts';
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
        ['every payload of a workflow, fetched', 'nexusctl payload decode --profile prod --workflow-id order-42'],
        [
          'the histories of many, a line each',
          `nexusctl payload decode --query "WorkflowType='Order'" --mode replay --out orders.jsonl`,
        ],
        ['every payload of a saved history, with what stayed closed', 'nexusctl payload decode -o json run.json'],
        [
          'a history that SDK replayers load',
          'nexusctl payload decode --mode replay --out run.json run.encrypted.json',
        ],
        [
          'without keys, through a codec server',
          'nexusctl payload decode --codec-endpoint https://codec.example -n NS run.json',
        ],
        ['with payloads that lie in S3', 'nexusctl payload decode --resolve s3://my-payloads/v0 run.json'],
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
      const change: Change =
        remote ??
        ((payload, position, budget) => {
          // Whoever raised the bound of a layer trusts the writer.
          const trusted = keys.layerBytes > limits.layerBytes;
          const opened = openPayload(payload, keys, position, false, trusted ? undefined : budget);
          // A replayer has the codec of another layer: it gets what that one wrote.
          return options.mode === 'replay' ? after(opened, forOthers) : opened;
        });
      await withSources(context, file === undefined ? [] : [file], options.inputForm, options, async (sources) => {
        const target = await targetOf(context, options.out);
        await intoTarget(target, async () => {
          const told = () => [...warnings(), ...sources.warnings()];
          const output = { ...options, target, warnings: told, isFile: options.out !== undefined };
          const summary =
            options.mode === 'values'
              ? await writeValues(context, sources, change, output)
              : await writeDocument(context, inMode(sources, options.mode), change, options.mode, output);
          context.outcome.exitCode = summary.failed > 0 && options.partial !== true ? 1 : 0;
        });
      });
    });
}

/** A message of the protocol has no place for plain values: to be read it becomes JSON; to be replayed it stays. */
function inMode(sources: Sources, mode: 'readable' | 'replay'): Sources {
  if (mode === 'replay') return sources;
  const asJson = async function* () {
    for await (const source of sources.documents) yield { ...source, document: await jsonOf(source.document) };
  };
  return { ...sources, documents: asJson() };
}

async function jsonOf(document: Document): Promise<Document> {
  switch (document.kind) {
    case 'json':
    case 'text':
      return document;
    case 'pages': {
      const { pagesJson } = await import('../../payload/pages.ts');
      return readDocument(pagesJson(document), 'full');
    }
    case 'proto': {
      const { protoJson } = await import('../../payload/schema/proto-json.ts');
      const text = protoJson(document.type, document.bytes);
      // An export has no name for its kind: its payloads are told by their shape.
      return readDocument(Readable.from([text]), document.type.startsWith('export.') ? 'auto' : 'full');
    }
  }
}

function declare(command: Command) {
  return withKeys(
    withConnection(
      withOutput(withHistories(withInput(command)), 'text', 'json', 'jsonl')
        .addOption(
          new Option('--mode <mode>', 'values: what is in them; readable, replay: the whole document')
            .choices(['values', 'readable', 'replay'] as const)
            .default('values' as const),
        )
        .addOption(resolveOption())
        .option('--partial', 'exit 0 although some payloads could not be opened')
        .option('--out <file>', 'write to a file that only you may read'),
    ),
  );
}
