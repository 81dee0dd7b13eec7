export type ColorChoice = 'auto' | 'always' | 'never';

type Paint = (text: string) => string;

/** What a view may use to make text: colours that are the identity when there is no colour, marks, and the width. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  readonly color: boolean;
  /** Columns to fit into; Infinity when the reader is not a terminal. */
  readonly width: number;
}

/** Marks differ in shape, so that they read without colour. */
export const marks = { pass: '✔', warn: '▲', fail: '✘', skip: '–', info: '·' } as const;

const plain: Paint = (text) => text;

export function wantsColor(
  choice: ColorChoice,
  isTTY: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return isTTY && env['TERM'] !== 'dumb';
}

/** chalk costs 15 ms: it is loaded only when there is colour. */
export async function makeStyle(color: boolean, width: number): Promise<Style> {
  if (!color) return { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain, color, width };
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const { bold, dim, red, green, yellow, cyan } = chalk;
  return {
    bold: (text) => bold(text),
    dim: (text) => dim(text),
    red: (text) => red(text),
    green: (text) => green(text),
    yellow: (text) => yellow(text),
    cyan: (text) => cyan(text),
    color,
    width,
  };
}
