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
const narrowest = 8;

function fit(natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1);
  while (total() > width) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) return widths;
    widths[widths.indexOf(widest)] = Math.max(
      narrowest,
      widest - Math.max(1, Math.min(widest - narrowest, total() - width, 4)),
    );
  }
  return widths;
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
