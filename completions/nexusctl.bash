# bash completion for nexusctl; made from the command tree by `nexusctl completion bash`
_nexusctl() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" path=/ words= flags= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "${path%/}/${COMP_WORDS[at]}" in
      '/config' | '/config/path' | '/completion' | '/sandbox' | '/sandbox/start' | '/sandbox/run') path="${path%/}/${COMP_WORDS[at]}" ;;
    esac
  done
  case "$path $previous" in
    '/config/path -o'|'/config/path --output') COMPREPLY=($(compgen -W 'text json' -- "$current")); return ;;
    '/config/path --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    '/config/path --command-timeout') COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    '/config/path --config-file') COMPREPLY=($(compgen -f -- "$current")); return ;;
    '/sandbox/start -o'|'/sandbox/start --output') COMPREPLY=($(compgen -W 'text json' -- "$current")); return ;;
    '/sandbox/start --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    '/sandbox/start --command-timeout') COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    '/sandbox/start --fault') COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    '/sandbox/start --namespace') COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    '/sandbox/start --operation-time') COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    '/sandbox/run --fault') COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    '/sandbox/run --namespace') COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    '/sandbox/run --operation-time') COMPREPLY=($(compgen -W "" -- "$current")); return ;;
    '/sandbox/run --command-timeout') COMPREPLY=($(compgen -W "" -- "$current")); return ;;
  esac
  case "$path" in
    '/') words='config completion sandbox'; flags='--version --help' ;;
    '/config') words='path'; flags='--help' ;;
    '/config/path') words=''; flags='--output --color --command-timeout --config-file --help' ;;
    '/completion') words='bash zsh fish powershell'; flags='--help' ;;
    '/sandbox') words='start run'; flags='--help' ;;
    '/sandbox/start') words=''; flags='--output --color --command-timeout --fault --list-faults --namespace --operation-time --help' ;;
    '/sandbox/run') words=''; flags='--fault --namespace --operation-time --command-timeout --quiet --help' ;;
  esac
  if [[ $current == -* || -z $words ]]; then words="$words $flags"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ ${#COMPREPLY[@]} -eq 0 && $current != -* ]]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _nexusctl nexusctl temporal-nexusctl
