# fish completion for nexusctl; made from the command tree by `nexusctl completion fish`
set -g __nexusctl_paths 'config' 'config path' 'completion' 'sandbox' 'sandbox start' 'sandbox run'

function __nexusctl_at
    set -l path
    for word in (commandline -opc)[2..]
        if contains -- (string join ' ' $path $word) $__nexusctl_paths
            set -a path $word
        end
    end
    set -l joined (string join ' ' -- $path)
    test "$joined" = "$argv"
end

for program in nexusctl temporal-nexusctl
    complete -c $program -n '__nexusctl_at ' -f -a 'config' -d 'profiles in temporal.toml, with the origin of every value'
    complete -c $program -n '__nexusctl_at ' -f -a 'completion' -d 'a completion script for bash, zsh, fish or PowerShell'
    complete -c $program -n '__nexusctl_at ' -f -a 'sandbox' -d 'a rehearsal account on this machine: no Temporal needed'
    complete -c $program -n '__nexusctl_at ' -l version -d 'print the version'
    complete -c $program -n '__nexusctl_at ' -s h -l help -d 'help with examples'
    complete -c $program -n '__nexusctl_at config' -f -a 'path' -d 'where the configuration files are'
    complete -c $program -n '__nexusctl_at config' -s h -l help -d 'help with examples'
    complete -c $program -n '__nexusctl_at config path' -s o -l output -x -a 'text json' -d 'output format'
    complete -c $program -n '__nexusctl_at config path' -l color -x -a 'auto always never' -d 'colour'
    complete -c $program -n '__nexusctl_at config path' -l command-timeout -x -d 'bound on the whole command, e.g. 30s'
    complete -c $program -n '__nexusctl_at config path' -l config-file -r -F -d 'another temporal.toml'
    complete -c $program -n '__nexusctl_at config path' -s h -l help -d 'help with examples'
    complete -c $program -n '__nexusctl_at completion' -f -a 'bash zsh fish powershell'
    complete -c $program -n '__nexusctl_at completion' -s h -l help -d 'help with examples'
    complete -c $program -n '__nexusctl_at sandbox' -f -a 'start' -d 'run a rehearsal account until it is interrupted'
    complete -c $program -n '__nexusctl_at sandbox' -f -a 'run' -d 'run a command that sees only a rehearsal account'
    complete -c $program -n '__nexusctl_at sandbox' -s h -l help -d 'help with examples'
    complete -c $program -n '__nexusctl_at sandbox start' -s o -l output -x -a 'text json' -d 'output format'
    complete -c $program -n '__nexusctl_at sandbox start' -l color -x -a 'auto always never' -d 'colour'
    complete -c $program -n '__nexusctl_at sandbox start' -l command-timeout -x -d 'bound on the whole command, e.g. 30s'
    complete -c $program -n '__nexusctl_at sandbox start' -l fault -x -d 'inject a fault (repeatable)'
    complete -c $program -n '__nexusctl_at sandbox start' -l list-faults -d 'show the faults and end'
    complete -c $program -n '__nexusctl_at sandbox start' -l namespace -x -d 'a namespace of the account (repeatable; the first is TEMPORAL_NAMESPACE)'
    complete -c $program -n '__nexusctl_at sandbox start' -l operation-time -x -d 'how long an asynchronous operation takes'
    complete -c $program -n '__nexusctl_at sandbox start' -s h -l help -d 'help with examples'
    complete -c $program -n '__nexusctl_at sandbox run' -l fault -x -d 'inject a fault (repeatable; `sandbox start --list-faults` shows them)'
    complete -c $program -n '__nexusctl_at sandbox run' -l namespace -x -d 'a namespace of the account (repeatable; the first is TEMPORAL_NAMESPACE)'
    complete -c $program -n '__nexusctl_at sandbox run' -l operation-time -x -d 'how long an asynchronous operation takes'
    complete -c $program -n '__nexusctl_at sandbox run' -l command-timeout -x -d 'bound on the whole command, e.g. 30s'
    complete -c $program -n '__nexusctl_at sandbox run' -s q -l quiet -d 'do not say on stderr that this is a rehearsal'
    complete -c $program -n '__nexusctl_at sandbox run' -s h -l help -d 'help with examples'
end
