# bash completion for nexusctl; made from the command tree by `nexusctl completion bash`
_nexusctl() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" path=/ words= flags= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "${path%/}/${COMP_WORDS[at]}" in
      '/config' | '/config/path' | '/completion') path="${path%/}/${COMP_WORDS[at]}" ;;
    esac
  done
  case "$path $previous" in
    '/config/path -o'|'/config/path --output') COMPREPLY=($(compgen -W 'text json' -- "$current")); return ;;
    '/config/path --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    '/config/path --command-timeout') COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    '/config/path --config-file') COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$path" in
    '/') words='config completion'; flags='--version --help' ;;
    '/config') words='path'; flags='--help' ;;
    '/config/path') words=''; flags='--output --color --command-timeout --config-file --help' ;;
    '/completion') words='bash zsh fish powershell'; flags='--help' ;;
  esac
  if [[ $current == -* || -z $words ]]; then words="$words $flags"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ ${#COMPREPLY[@]} -eq 0 && $current != -* ]]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _nexusctl nexusctl temporal-nexusctl
