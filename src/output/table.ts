import type { Style } from './style.ts';

/**
 * Rows in columns. On a terminal the widest columns give way until a row fits on a line; elsewhere nothing is cut.
 * No borders and one row a line, so that grep and awk can read it.
 */
export function table(headers: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const natural = headers.map((header, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), header.length),
  );
  const widths = fit(natural, style.width);
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
/** What is left of a column at first, and when that is not enough. */
const narrowest = [8, 5] as const;

/** The first column names the row: it gives way when no other can. */
function fit(natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  const excess = () => widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1) - width;
  const shrink = (from: number, least: number) => {
    while (excess() > 0) {
      const widest = Math.max(...widths.slice(from));
      if (widest <= least) return;
      const step = Math.max(1, Math.min(widest - least, excess(), 4));
      widths[widths.indexOf(widest, from)] = Math.max(least, widest - step);
    }
  };
  for (const least of narrowest) {
    shrink(1, least);
    shrink(0, least === narrowest[0] ? longestName : least);
  }
  return widths;
}

/** A name that is longer than this gives way before the other columns do so for a second time. */
const longestName = 24;

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
