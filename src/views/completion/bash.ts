import { places, words, type CommandTree } from './command-tree.ts';

/** A bash completion script; needs nothing but bash (4 or later). */
export function bashCompletion(tree: CommandTree): string {
  const all = places(tree);
  const known = all.filter(({ path }) => path.length > 0).map(({ path }) => quote(`/${path.join('/')}`));
  const values = all.flatMap(({ path, command }) =>
    command.options
      .filter(({ takesValue }) => takesValue)
      .flatMap(({ names, choices, files }) => {
        const patterns = names.map((name) => quote(`/${path.join('/')} ${name}`)).join('|');
        const reply =
          choices.length > 0 ? `compgen -W ${quote(choices.join(' '))}` : `compgen ${files ? '-f' : '-W ""'}`;
        return `    ${patterns}) COMPREPLY=($(${reply} -- "$current")); return ;;`;
      }),
  );
  const replies = all.map(({ path, command }) => {
    const flags = command.options.flatMap(({ names }) => names.filter((name) => name.startsWith('--')));
    return `    ${quote(`/${path.join('/')}`)}) words=${quote(words(command).join(' '))}; flags=${quote(flags.join(' '))} ;;`;
  });
  return `# bash completion for nexusctl; made from the command tree by \`nexusctl completion bash\`
_nexusctl() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path=/ words= flags= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "\${path%/}/\${COMP_WORDS[at]}" in
      ${known.join(' | ')}) path="\${path%/}/\${COMP_WORDS[at]}" ;;
    esac
  done
  case "$path $previous" in
${values.join('\n')}
  esac
  case "$path" in
${replies.join('\n')}
  esac
  if [[ $current == -* || -z $words ]]; then words="$words $flags"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ \${#COMPREPLY[@]} -eq 0 && $current != -* ]]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _nexusctl nexusctl temporal-nexusctl`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
