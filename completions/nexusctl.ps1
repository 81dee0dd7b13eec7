# PowerShell completion for nexusctl; made from the command tree by `nexusctl completion powershell`
$NexusctlWords = @{
    '' = @(,@('config', 'profiles in temporal.toml, with the origin of every value'), ,@('completion', 'a completion script for bash, zsh, fish or PowerShell'), ,@('--version', 'print the version'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
    '/config' = @(,@('path', 'where the configuration files are'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
    '/config/path' = @(,@('-o', 'output format'), ,@('--output', 'output format'), ,@('--color', 'colour'), ,@('--command-timeout', 'bound on the whole command, e.g. 30s'), ,@('--config-file', 'another temporal.toml'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
    '/completion' = @(,@('bash', 'shell'), ,@('zsh', 'shell'), ,@('fish', 'shell'), ,@('powershell', 'shell'), ,@('-h', 'help with examples'), ,@('--help', 'help with examples'))
}
$NexusctlValues = @{
    '/config/path -o' = @(,@('text', 'output format'), ,@('json', 'output format'))
    '/config/path --output' = @(,@('text', 'output format'), ,@('json', 'output format'))
    '/config/path --color' = @(,@('auto', 'colour'), ,@('always', 'colour'), ,@('never', 'colour'))
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
