/** The commands as data: what a completion script or a page of the docs is made from. */
export interface CommandTree {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionFacts[];
  readonly arguments: readonly ArgumentFacts[];
  readonly commands: readonly CommandTree[];
}

export interface ArgumentFacts {
  readonly name: string;
  readonly choices: readonly string[];
  /** It is a path, or may be one. */
  readonly files: boolean;
}

export interface OptionFacts {
  /** Short and long spelling, with their dashes. */
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  /** The value is a path, or may be one. */
  readonly files: boolean;
}

export interface Place {
  /** The words from the program's name, which is left out, to this command: `['endpoint', 'allow']`. */
  readonly path: readonly string[];
  readonly command: CommandTree;
}

/** Every command with its path, parents first. */
export function places(tree: CommandTree, path: readonly string[] = []): readonly Place[] {
  return [{ path, command: tree }, ...tree.commands.flatMap((child) => places(child, [...path, child.name]))];
}

/** Whether files may stand at a place. */
export function takesFiles(command: CommandTree): boolean {
  return command.arguments.some(({ files }) => files);
}

/** What may stand at a place: its sub-commands and the choices of its first argument. */
export function words(command: CommandTree): readonly string[] {
  return [...command.commands.map(({ name }) => name), ...command.arguments.flatMap(({ choices }) => choices)];
}
