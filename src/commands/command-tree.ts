import type { Command } from './commander.ts';
import type { CommandTree, OptionFacts } from '../views/completion/command-tree.ts';

/** Arguments that are paths, or may be: a reference, a value of a setting, a command with its own. */
const pathLike = new Set(['file', 'files', 'source', 'plan', 'value', 'command']);

/** The declared commands as plain data, for completions and the docs. Hidden commands and flags are left out. */
export function commandTree(command: Command): CommandTree {
  const help = command.createHelp();
  return {
    name: command.name(),
    summary: command.description(),
    options: help.visibleOptions(command as never).map((option): OptionFacts => ({
      names: [option.short, option.long].filter((name) => name !== undefined),
      description: option.description,
      takesValue: option.required || option.optional,
      choices: option.argChoices ?? [],
      files: /<(path|file|folder|ref)>/.test(option.flags),
    })),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      choices: argument.argChoices ?? [],
      files: pathLike.has(argument.name()),
    })),
    commands: help
      .visibleCommands(command as never)
      .filter((child) => child.name() !== 'help')
      .map((child) => commandTree(child as Command)),
  };
}
