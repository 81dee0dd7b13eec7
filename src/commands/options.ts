import type { Command, OptionValues } from '@commander-js/extra-typings';
import { formats, type Format } from '../output/view.ts';
import { InvalidArgumentError, Option } from './commander.ts';

/**
 * What every command that prints has: `-o` with the formats that make sense for it (the first is the default), colour,
 * and the bound on the whole command.
 */
export function withOutput<A extends unknown[], O extends OptionValues, G extends OptionValues, const F extends Format>(
  command: Command<A, O, G>,
  first: F,
  ...others: readonly F[]
) {
  return command
    .addOption(new Option('-o, --output <format>', 'output format').choices([first, ...others]).default(first))
    .addOption(
      new Option('--color <when>', 'colour').choices(['auto', 'always', 'never'] as const).default('auto' as const),
    )
    .addOption(
      new Option('--command-timeout <duration>', 'bound on the whole command, e.g. 30s').argParser(parseDuration),
    );
}

/** A length of time such as `500ms`, `30s`, `5m`, `1h30m`, `14d`, in milliseconds. */
export function parseDuration(text: string): number {
  const units: Readonly<Record<string, number>> = {
    ms: 1,
    s: 1000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
    w: 604_800_000,
  };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new InvalidArgumentError('A duration looks like 500ms, 30s, 5m, 1h30m or 14d.');
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0);
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('A whole number above zero is wanted.');
  return Number(text);
}

export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/**
 * Flags that the `temporal` CLI knows and therefore puts before the extension's own arguments
 * (`temporal nexusctl …`). They are parsed there and handed to the command when it has a flag of that name.
 */
export function hoistedOptions(): InstanceType<typeof Option>[] {
  return [
    new Option('-o, --output <format>').choices([...formats, 'none']),
    new Option('--color <when>').choices(['auto', 'always', 'never']),
    new Option('--profile <name>'),
    new Option('--config-file <path>'),
    new Option('--disable-config-file'),
    new Option('--disable-config-env'),
    new Option('--env <name>'),
    new Option('--env-file <path>'),
    new Option('--log-level <level>'),
    new Option('--log-format <format>'),
    new Option('--time-format <format>'),
    new Option('--no-json-shorthand-payloads'),
    new Option('--command-timeout <duration>').argParser(parseDuration),
    new Option('--client-connect-timeout <duration>').argParser(parseDuration),
  ].map((option) => option.hideHelp());
}

export type Example = readonly [what: string, command: string];

/** The examples at the end of every command's help. */
export function examples(...list: readonly Example[]): string {
  return ['', 'Examples:', ...list.flatMap(([what, command]) => [`  # ${what}`, `  $ ${command}`])].join('\n');
}
