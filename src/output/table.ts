import { factLines } from './facts.ts';
import type { Style } from './style.ts';

/**
 * Rows in columns. On a terminal the widest columns give way until a row fits on a line; where they would have to give
 * up too much, each row is a block of lines. Elsewhere nothing is cut.
 * No borders and one row a line, so that grep and awk can read it.
 * @param spare the last column is left out where not everything fits: half of an id is of no use
 */
export function table(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style,
  spare = false,
): string {
  const natural = headers.map((header, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), header.length),
  );
  if (spare && excessOf(natural, style.width) > 0)
    return table(
      headers.slice(0, -1),
      rows.map((row) => row.slice(0, -1)),
      style,
    );
  const widths = fit(natural, style.width);
  if (widths === null) return blocks(headers, rows, style);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        clip(cell, widths[column] ?? 0).padEnd(column === cells.length - 1 ? 0 : (widths[column] ?? 0)),
      )
      .join(gap)
      .trimEnd();
  return [style.bold(line(headers)), ...rows.map(line)].join('\n');
}

const gap = '  ';
/** What is left of a column: with less nothing can be told from it. */
const narrowest = 8;
/** The first column names the row: it gives way when no other can, and not below this. */
const shortestName = 24;

function excessOf(widths: readonly number[], width: number): number {
  return widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1) - width;
}

function fit(natural: readonly number[], width: number): readonly number[] | null {
  const widths = [...natural];
  const shrink = (from: number, least: number) => {
    for (let excess = excessOf(widths, width); excess > 0; excess = excessOf(widths, width)) {
      const widest = Math.max(...widths.slice(from));
      if (widest <= least) return;
      const step = Math.max(1, Math.min(widest - least, excess, 4));
      widths[widths.indexOf(widest, from)] = Math.max(least, widest - step);
    }
  };
  shrink(1, narrowest);
  shrink(0, shortestName);
  return excessOf(widths, width) > 0 ? null : widths;
}

/** The name of a row, and under it a line for each column. */
function blocks(headers: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const names = headers.slice(1).map((header) => header.toLowerCase());
  return rows
    .flatMap(([name = '', ...cells]) => [
      style.bold(name),
      ...factLines(
        names.map((header, column) => [header, cells[column]] as const),
        style,
      ),
    ])
    .join('\n');
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
