import type { Context } from '../context.ts';
import { places, takesFiles, words, type CommandTree } from '../views/completion/command-tree.ts';
import { commandTree } from './command-tree.ts';
import type { Command } from './commander.ts';

/** cobra's ShellCompDirective: 4 = do not offer files, 0 = the shell's default. */
const directives = { files: ':0', noFiles: ':4' } as const;

/**
 * `__complete WORD… PREFIX`: cobra's completion protocol, by which `temporal nexusctl <TAB>` asks its extension.
 * Each line is a candidate, a tab and its description; the last line is the directive.
 */
export function complete(command: Command, context: Context, wholeProgram: (context: Context) => Promise<Command>) {
  return command
    .argument('[words...]')
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (given) => {
      const { candidates, files } = candidatesFor(commandTree(await wholeProgram(context)), given);
      const lines = candidates.map(([word, description]) => `${word}\t${description}`);
      await context.stdout.write(`${[...lines, files ? directives.files : directives.noFiles].join('\n')}\n`);
    });
}

function candidatesFor(
  tree: CommandTree,
  given: readonly string[],
): { readonly candidates: readonly (readonly [string, string])[]; readonly files: boolean } {
  const prefix = given.at(-1) ?? '';
  const all = places(tree);
  let path: readonly string[] = [];
  for (const word of given.slice(0, -1))
    if (all.some((place) => place.path.join(' ') === [...path, word].join(' '))) path = [...path, word];
  const command = all.find((place) => place.path.join(' ') === path.join(' '))?.command ?? tree;
  const valued = command.options.find(({ names, takesValue }) => takesValue && names.includes(given.at(-2) ?? ''));
  if (valued !== undefined)
    return {
      candidates: starting(
        valued.choices.map((choice) => [choice, valued.description]),
        prefix,
      ),
      files: valued.files,
    };
  const flags = command.options.flatMap(({ names, description }) =>
    names.filter((name) => name.startsWith('--')).map((name) => [name, description] as const),
  );
  const summaries = new Map(command.commands.map(({ name, summary }) => [name, summary]));
  const plain = words(command).map((word) => [word, summaries.get(word) ?? ''] as const);
  const candidates = starting(prefix.startsWith('-') ? flags : plain, prefix);
  return { candidates, files: takesFiles(command) && !prefix.startsWith('-') };
}

function starting(
  list: readonly (readonly [string, string])[],
  prefix: string,
): readonly (readonly [string, string])[] {
  return list.filter(([word]) => word.startsWith(prefix));
}
