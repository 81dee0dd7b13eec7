import { places, type CommandTree, type OptionFacts, type Place } from './command-tree.ts';

/** A zsh completion script for a folder in $fpath: one function a command, by the names of their paths. */
export function zshCompletion(tree: CommandTree): string {
  return `#compdef nexusctl temporal-nexusctl
# zsh completion for nexusctl; made from the command tree by \`nexusctl completion zsh\`

${places(tree).map(functionOf).join('\n\n')}

${functionName([])} "$@"`;
}

function functionOf({ path, command }: Place): string {
  const options = command.options.map((option) => `    ${optionSpec(option)}`);
  if (command.commands.length === 0) {
    return `${functionName(path)}() {
  _arguments -s -S : \\
${[...options, ...command.arguments.slice(-1).map(({ name, choices, files }) => `    ${quote(`*:${name}:${choices.length > 0 ? `(${choices.join(' ')})` : files ? '_files' : ' '}`)}`)].join(' \\\n')}
}`;
  }
  const children = command.commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join('\n');
  const cases = command.commands.map(({ name }) => `      ${name}) ${functionName([...path, name])} ;;`).join('\n');
  return `${functionName(path)}() {
  local line state
  local -a commands=(
${children}
  )
  _arguments -s -S -C : \\
${[...options, "    '1: :->command'", "    '*::argument:->argument'"].join(' \\\n')}
  case $state in
    command) _describe command commands ;;
    argument) case $line[1] in
${cases}
    esac ;;
  esac
}`;
}

function optionSpec({ names, description, takesValue, choices, files }: OptionFacts): string {
  const what = description.replaceAll(/[[\]:]/g, (character) => `\\${character}`);
  const value = takesValue ? `:value:${choices.length > 0 ? `(${choices.join(' ')})` : files ? '_files' : ' '}` : '';
  const specs = names.map((name) => quote(`${name}${takesValue && name.startsWith('--') ? '=' : ''}[${what}]${value}`));
  return specs.join(' ');
}

function functionName(path: readonly string[]): string {
  return ['_nexusctl', ...path].join('__').replaceAll('-', '_');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
