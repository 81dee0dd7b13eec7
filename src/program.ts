import { Command } from './commands/commander.ts';
import { hoistedOptions } from './commands/options.ts';
import { contents, type Entry } from './contents.ts';
import type { Context } from './context.ts';
import { NexusctlError } from './errors/nexusctl-error.ts';
import { wantsColor } from './output/style.ts';

export interface Program {
  readonly command: Command;
  /** What --help and --version wrote; main prints it. */
  readonly printed: () => string;
}

/** The command tree, with each verb's declaration loaded only when it is reached. */
export function buildProgram(context: Context): Program {
  const printed: string[] = [];
  const command = new Command('nexusctl');
  command
    .description('Administration for Temporal Nexus: connections, allowlists, payloads')
    .version(context.version, '--version', 'print the version')
    .helpOption('-h, --help', 'help with examples')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => printed.push(text),
      // Only the help of a command that was called without its verb comes this way; main words every error itself.
      writeErr: (text) => printed.push(text),
      getOutHelpWidth: () => context.stdout.columns,
      getOutHasColors: () => wantsColor('auto', context.stdout.isTTY, context.env),
    })
    // On a narrow terminal too, words are not cut in two.
    .configureHelp({ minWidthToWrap: 16 })
    .addHelpText('after', '\n`nexusctl COMMAND --help` shows flags and examples of a command.');
  for (const option of hoistedOptions()) command.addOption(option);
  command.hook('preAction', (root, action) => {
    handDown(root, action as Command);
    refuseUnheard(root, action as Command);
    const timeout: unknown = action.getOptionValue('commandTimeout');
    if (typeof timeout === 'number') context.abortAfter(timeout);
  });
  addAll(command, contents, context);
  return { command, printed: () => printed.join('') };
}

/** The whole tree at once: for completions and the docs. */
export async function buildWholeProgram(context: Context): Promise<Command> {
  const { command } = buildProgram(context);
  const fillAll = async (parent: Command, entries: readonly Entry[]): Promise<void> => {
    for (const entry of entries) {
      const child = parent.commands.find((candidate) => candidate.name() === entry.name) as Command;
      await fill(child, entry, context);
      if ('verbs' in entry) await fillAll(child, entry.verbs);
    }
  };
  await fillAll(command, contents);
  return command;
}

/** Makes the commands of one level; each is filled when it is reached. */
function addAll(parent: Command, entries: readonly Entry[], context: Context): void {
  for (const entry of entries)
    parent
      .command(entry.name, { hidden: 'hidden' in entry && entry.hidden })
      .description(entry.summary)
      .enablePositionalOptions()
      .helpCommand(false);
  parent.hook('preSubcommand', async (_parent, subcommand) => {
    const entry = entries.find(({ name }) => name === subcommand.name());
    if (entry !== undefined) await fill(subcommand as Command, entry, context);
  });
}

async function fill(command: Command, entry: Entry, context: Context): Promise<void> {
  if ('verbs' in entry) addAll(command, entry.verbs, context);
  else (await entry.load())(command, context, buildWholeProgram);
}

/** `--env` and `--env-file` of the temporal CLI: what cannot honour them must not pass over them in silence. */
function refuseUnheard(root: Command, action: Command): void {
  for (const [name, flag] of [
    ['env', '--env'],
    ['envFile', '--env-file'],
  ] as const) {
    const value: unknown = root.getOptionValue(name);
    if (typeof value !== 'string' || action.options.some((option) => option.attributeName() === name)) continue;
    throw new NexusctlError('ENV_STORE_UNSUPPORTED', `${flag} ${value}: the \`temporal env\` store is not read`, {
      hint: 'nexusctl config import --from temporal-env makes a profile of it',
    });
  }
}

/** A flag that stood before the sub-command counts unless the sub-command was given its own. */
function handDown(root: Command, action: Command): void {
  for (const option of root.options) {
    const name = option.attributeName();
    if (root.getOptionValueSource(name) !== 'cli' || action.getOptionValueSource(name) === 'cli') continue;
    const target = action.options.find((candidate) => candidate.attributeName() === name);
    if (target === undefined) continue;
    const value: unknown = root.getOptionValue(name);
    if (target.argChoices !== undefined && !target.argChoices.includes(String(value)))
      throw new NexusctlError('USAGE', `option '${target.flags}' argument '${String(value)}' is invalid`, {
        hint: `one of: ${target.argChoices.join(', ')}`,
      });
    action.setOptionValueWithSource(name, value, 'cli');
  }
}
