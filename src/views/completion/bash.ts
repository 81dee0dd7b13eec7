import { places, takesFiles, words, type CommandTree } from './command-tree.ts';

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
          choices.length > 0
            ? `COMPREPLY=($(compgen -W ${quote(choices.join(' '))} -- "$current"))`
            : files
              ? '__nexusctl_files'
              : ':';
        return `    ${patterns}) ${reply}; return ;;`;
      }),
  );
  const replies = all.map(({ path, command }) => {
    const flags = command.options.flatMap(({ names }) => names.filter((name) => name.startsWith('--')));
    return `    ${quote(`/${path.join('/')}`)}) words=${quote(words(command).join(' '))}; flags=${quote(flags.join(' '))} files=${takesFiles(command) ? '1' : ''} ;;`;
  });
  return `# bash completion for nexusctl; made from the command tree by \`nexusctl completion bash\`
# Names with blanks, quotes and ~ are left to the shell itself.
__nexusctl_files() { compopt -o default 2>/dev/null; }
_nexusctl() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path=/ words= flags= files= at
  # bash takes --flag=value apart.
  if [[ $current == '=' ]]; then current=
  elif [[ $previous == '=' ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ \${COMP_WORDS[at]} == '--' ]]; then __nexusctl_files; return; fi
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
  if [[ $current == -* ]]; then words="$words $flags"
  elif [[ -n $files ]]; then __nexusctl_files
  elif [[ -z $words ]]; then words="$flags"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _nexusctl nexusctl temporal-nexusctl`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
