import { places, takesFiles, type CommandTree, type OptionFacts, type Place } from './command-tree.ts';

/** A fish completion script. `__nexusctl_at` is true when the words so far lead to just that command. */
export function fishCompletion(tree: CommandTree): string {
  const paths = places(tree)
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => quote(path.join(' ')));
  return `# fish completion for nexusctl; made from the command tree by \`nexusctl completion fish\`
set -g __nexusctl_paths ${paths.join(' ')}

function __nexusctl_at
    set -l path
    for word in (commandline -opc)[2..]
        if contains -- (string join ' ' -- $path $word) $__nexusctl_paths
            set -a path $word
        end
    end
    set -l joined (string join ' ' -- $path)
    test "$joined" = "$argv"
end

for program in nexusctl temporal-nexusctl
${places(tree).flatMap(linesOf).join('\n')}
end`;
}

function linesOf({ path, command }: Place): string[] {
  const at = `    complete -c $program -n ${quote(`__nexusctl_at ${path.join(' ')}`)}`;
  return [
    ...command.commands.map(({ name, summary }) => `${at} -f -a ${quote(name)} -d ${quote(summary)}`),
    ...command.arguments
      .filter(({ choices }) => choices.length > 0)
      .map(({ choices }) => `${at} -f -a ${quote(choices.join(' '))}`),
    // Without this line fish offers files.
    ...(takesFiles(command) ? [] : [`${at} -f`]),
    ...command.options.map((option) => `${at} ${optionWords(option)}`),
  ];
}

function optionWords({ names, description, takesValue, choices, files }: OptionFacts): string {
  const spelled = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const value = !takesValue
    ? []
    : choices.length > 0
      ? ['-x', `-a ${quote(choices.join(' '))}`]
      : [files ? '-r -F' : '-x'];
  return [...spelled, ...value, `-d ${quote(description)}`].join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
