import type { Command, Option as TypedOption, OptionValues } from '@commander-js/extra-typings';
import { presets, type Preset } from '../../payload/keys/keyring.ts';
import { readStorageRule, type StorageRule } from '../../payload/model/storage.ts';
import { InvalidArgumentError, Option } from '../commander.ts';
import { collect, parseCount } from '../options.ts';

const keysHeading = 'Keys:';

/** Keys by flag, beside those of the keyring. */
export function withKeys<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return command
    .addOption(
      new Option('--key <id=ref>', 'a key: its id in payloads and where it is (path, env:, exec: …); repeatable')
        .argParser(collect)
        .helpGroup(keysHeading),
    )
    .addOption(
      new Option('--key-format <format>', 'how the keys of --key are spelled; told by their length otherwise')
        .choices(['raw', 'hex', 'base64'] as const)
        .helpGroup(keysHeading),
    )
    .addOption(
      new Option(
        '--preset <name>',
        `published keys of samples, which protect nothing: ${presets.join(', ')}; repeatable`,
      )
        .argParser(collectPresets)
        .helpGroup(keysHeading),
    );
}

/** What is read, and how values at payload positions are understood. */
export function withInput<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return command
    .argument('[file]', 'Payload, Payloads, history, codec body, export, base64 …; - or nothing: standard input')
    .addOption(
      new Option('--input-form <form>', 'full: values are payloads; shorthand: they are plain JSON')
        .choices(['auto', 'full', 'shorthand'] as const)
        .default('auto' as const),
    )
    .addOption(
      new Option('--max-layer-bytes <bytes>', 'bound on what one layer unpacks to (default 16 MiB)').argParser(
        parseBytes,
      ),
    );
}

/** Histories of the namespace instead of a file. */
export function withHistories<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return command
    .addOption(
      new Option('-w, --workflow-id <id>', 'fetch the history of this workflow, with the connection of the profile')
        .helpGroup(historiesHeading)
        .conflicts('query'),
    )
    .addOption(new Option('-r, --run-id <id>', 'of this run; the latest otherwise').helpGroup(historiesHeading))
    .addOption(
      new Option(
        '-q, --query <filter>',
        "fetch those of all workflows that a list filter finds: WorkflowType='Order'",
      ).helpGroup(historiesHeading),
    )
    .addOption(
      new Option('--limit <count>', 'at most so many workflows').argParser(parseCount).helpGroup(historiesHeading),
    );
}

const historiesHeading = 'From the server:';

function collectPresets(value: string, previous: readonly Preset[] | undefined): readonly Preset[] {
  const names = value.split(',').map((name) => {
    const known = presets.find((preset) => preset === name);
    if (known === undefined) throw new InvalidArgumentError(`Allowed choices are ${presets.join(', ')}.`);
    return known;
  });
  return [...(previous ?? []), ...names];
}

export function parseBytes(text: string): number {
  const parts = /^(\d{1,12})(?:\s*(k|m|g)i?b?)?$/i.exec(text);
  if (parts === null) throw new InvalidArgumentError('A size looks like 65536, 32M or 1GiB.');
  const exponent = { k: 1, m: 2, g: 3 }[parts[2]?.toLowerCase() ?? ''] ?? 0;
  return Number(parts[1]) * 1024 ** exponent;
}

/** Payloads name what is to be fetched: which buckets they may name is the user's word. */
export function resolveOption(): TypedOption<
  '--resolve <s3://bucket/prefix>',
  undefined,
  undefined,
  readonly StorageRule[]
> {
  return new Option(
    '--resolve <s3://bucket/prefix>',
    'fetch payloads in external storage from there, and verify their hash; {namespace} is filled in; repeatable',
  ).argParser(collectRules);
}

function collectRules(text: string, previous: readonly StorageRule[] | undefined): readonly StorageRule[] {
  const rule = readStorageRule(text);
  if (rule === null) throw new InvalidArgumentError('s3://BUCKET or s3://BUCKET/PREFIX is wanted.');
  return [...(previous ?? []), rule];
}
