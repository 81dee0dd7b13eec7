# PowerShell completion for nexusctl; made from the command tree by `nexusctl completion powershell`
$NexusctlWords = @{
    '' = @(,@('config', 'profiles in temporal.toml, with the origin of every value'), ,@('completion', 'a completion script for bash, zsh, fish or PowerShell'), ,@('sandbox', 'a rehearsal account on this machine: no Temporal needed'), ,@('--version', 'print the version'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
    '/config' = @(,@('path', 'where the configuration files are'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
    '/config/path' = @(,@('-o', 'output format'), ,@('--output', 'output format'), ,@('--color', 'colour'), ,@('--command-timeout', 'bound on the whole command, e.g. 30s'), ,@('--config-file', 'another temporal.toml'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
    '/completion' = @(,@('bash', 'shell'), ,@('zsh', 'shell'), ,@('fish', 'shell'), ,@('powershell', 'shell'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
    '/sandbox' = @(,@('start', 'run a rehearsal account until it is interrupted'), ,@('run', 'run a command that sees only a rehearsal account'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
    '/sandbox/start' = @(,@('-o', 'output format'), ,@('--output', 'output format'), ,@('--color', 'colour'), ,@('--command-timeout', 'bound on the whole command, e.g. 30s'), ,@('--fault', 'inject a fault (repeatable)'), ,@('--list-faults', 'show the faults and end'), ,@('--namespace', 'a namespace of the account (repeatable; the first is TEMPORAL_NAMESPACE)'), ,@('--operation-time', 'how long an asynchronous operation takes'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
    '/sandbox/run' = @(,@('--fault', 'inject a fault (repeatable; `sandbox start --list-faults` shows them)'), ,@('--namespace', 'a namespace of the account (repeatable; the first is TEMPORAL_NAMESPACE)'), ,@('--operation-time', 'how long an asynchronous operation takes'), ,@('--command-timeout', 'bound on the whole command, e.g. 30s'), ,@('-q', 'do not say on stderr that this is a rehearsal'), ,@('--quiet', 'do not say on stderr that this is a rehearsal'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
}
$NexusctlValues = @{
    '/config/path -o' = @(,@('text', 'output format'), ,@('json', 'output format'))
    '/config/path --output' = @(,@('text', 'output format'), ,@('json', 'output format'))
    '/config/path --color' = @(,@('auto', 'colour'), ,@('always', 'colour'), ,@('never', 'colour'))
    '/sandbox/start -o' = @(,@('text', 'output format'), ,@('json', 'output format'))
    '/sandbox/start --output' = @(,@('text', 'output format'), ,@('json', 'output format'))
    '/sandbox/start --color' = @(,@('auto', 'colour'), ,@('always', 'colour'), ,@('never', 'colour'))
}
Register-ArgumentCompleter -Native -CommandName nexusctl, temporal-nexusctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $path = ''
    $previous = ''
    foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
        $word = $element.ToString()
        if ($element.Extent.EndOffset -ge $cursorPosition -and $word -eq $wordToComplete) { break }
        if ($NexusctlWords.ContainsKey("$path/$word")) { $path = "$path/$word" }
        $previous = $word
    }
    $candidates = $NexusctlValues["$path $previous"]
    if ($null -eq $candidates) { $candidates = $NexusctlWords[$path] }
    $candidates | Where-Object { $_[0] -like "$wordToComplete*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
    }
}
