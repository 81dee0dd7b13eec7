import { places, type CommandTree, type Place } from './command-tree.ts';

/** A PowerShell completion script: a table from the path of a command to what may follow it. */
export function powershellCompletion(tree: CommandTree): string {
  return `# PowerShell completion for nexusctl; made from the command tree by \`nexusctl completion powershell\`
$NexusctlWords = @{
${places(tree).map(row).join('\n')}
}
$NexusctlValues = @{
${places(tree).flatMap(valueRows).join('\n')}
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
}`;
}

function row({ path, command }: Place): string {
  const pairs = [
    ...command.commands.map(({ name, summary }) => pair(name, summary)),
    ...command.arguments.flatMap(({ name, choices }) => choices.map((choice) => pair(choice, name))),
    ...command.options.flatMap(({ names, description }) => names.map((name) => pair(name, description))),
  ];
  return `    ${quote(key(path))} = @(${pairs.join(', ')})`;
}

function valueRows({ path, command }: Place): string[] {
  return command.options.flatMap(({ names, choices, description }) =>
    choices.length === 0
      ? []
      : names.map((name) => {
          const pairs = choices.map((choice) => pair(choice, description));
          return `    ${quote(`${key(path)} ${name}`)} = @(${pairs.join(', ')})`;
        }),
  );
}

function key(path: readonly string[]): string {
  return path.map((word) => `/${word}`).join('');
}

/** The leading comma keeps a list of one pair from being flattened. */
function pair(word: string, tooltip: string): string {
  return `,@(${quote(word)}, ${quote(tooltip === '' ? word : tooltip)})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
