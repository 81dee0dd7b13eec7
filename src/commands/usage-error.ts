import { contents, type Entry } from '../contents.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { CommanderError, type Command } from './commander.ts';

/**
 * Commander's usage errors in our words, with what to type next as the hint. Undefined for anything else.
 * @param root the command tree, as far as it was filled for these arguments
 */
export function usageError(error: unknown, root: Command, argv: readonly string[]): NexusctlError | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (?:one of )?(.*?)\?\)/.exec(rest.join(' '))?.[1];
  const { command, path } = reached(root, argv);
  const unknown = /^unknown command '(.*)'$/s.exec(first)?.[1];
  const meant =
    (unknown === undefined ? undefined : elsewhere(unknown)) ??
    suggestion ??
    (error.code === 'commander.excessArguments' ? flagFor(command) : undefined);
  const hint =
    meant === undefined ? (fileForOutput(first, command) ?? usageOf(command, path)) : `did you mean ${meant}?`;
  return new NexusctlError('USAGE', first, { hint });
}

/** The command that the words lead to; what is no command is passed over. */
function reached(root: Command, argv: readonly string[]): { readonly command: Command; readonly path: string } {
  let command = root;
  let path = 'nexusctl';
  for (const word of argv) {
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (child === undefined) continue;
    command = child as Command;
    path += ` ${word}`;
  }
  return { command, path };
}

/** The whole commands of which somebody typed the verb alone. */
function elsewhere(verb: string): string | undefined {
  if (verb === 'version') return 'nexusctl --version';
  const found = pathsTo(verb, contents, 'nexusctl');
  return found.length === 0 ? undefined : found.join(' or ');
}

function pathsTo(verb: string, entries: readonly Entry[], above: string): readonly string[] {
  return entries.flatMap((entry) => {
    const path = `${above} ${entry.name}`;
    return [...(entry.name === verb ? [path] : []), ...('verbs' in entry ? pathsTo(verb, entry.verbs, path) : [])];
  });
}

/** `connect-test localhost:7233`, `endpoint plan nexus.yaml`: what stands alone there goes with a flag. */
function flagFor(command: Command): string | undefined {
  const surplus = command.args.at(-1) ?? '';
  const takes = (name: string) => command.options.some(({ long, short }) => long === name || short === name);
  if (takes('-f') && /\.(?:ya?ml|json)$/.test(surplus)) return `-f ${surplus}`;
  return takes('--address') && /^(?:\[[\da-f:]+\]|[\w.-]+):\d+$/i.test(surplus) ? `--address ${surplus}` : undefined;
}

/** `-o` is the form; where the result goes is another question. */
function fileForOutput(message: string, command: Command): string | undefined {
  const value = /^option '-o, --output <format>' argument '(.*)' is invalid/.exec(message)?.[1];
  if (value === undefined || !/[./]/.test(value)) return undefined;
  const way = command.options.some(({ long }) => long === '--out') ? '--out FILE' : '> FILE';
  return `-o is the format; a file is written with ${way}`;
}

function usageOf(command: Command, path: string): string {
  if (command.commands.length > 0) return `${path} --help shows its commands`;
  const operands = command.registeredArguments.map((operand) => {
    const words = `${operand.argChoices?.join('|') ?? operand.name()}${operand.variadic ? '...' : ''}`;
    return operand.required ? `<${words}>` : `[${words}]`;
  });
  return `${[path, '[flags]', ...operands].join(' ')}; ${path} --help shows examples`;
}
