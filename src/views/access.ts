import type { Check } from '../endpoints/access.ts';
import { accessOf, meaningOf, type Matrix } from '../endpoints/matrix.ts';
import { escapeCsv, escapeDeep, escapeMermaid, escapeTerminal } from '../output/escape.ts';
import { marks, type Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { View } from '../output/view.ts';
import { wrapLine } from '../output/wrap.ts';

export const checkView: View<Check & { readonly warnings: readonly string[] }> = {
  text: (check, style) => {
    const { allowed, from, endpoint, enforced, callable, reasons } = check;
    const head = allowed ? style.green(`${marks.pass} yes`) : style.red(`${marks.fail} no`);
    return [
      `${head}  ${from} ${allowed ? 'may' : 'may not'} call ${style.bold(endpoint)}`,
      `   enforced: ${answer(enforced)}   callable: ${answer(callable)}`,
      ...reasons.map(({ code, message }) => wrapLine(`   ${code}: ${message}`, style.width)),
    ].join('\n');
  },
};

function answer(value: boolean | 'unknown'): string {
  return typeof value === 'string' ? value : value ? 'yes' : 'no';
}

export interface ReachableResult {
  readonly from: string;
  readonly items: readonly {
    readonly endpoint: string;
    readonly target?: string;
    readonly because: string;
    readonly sharesTargetWith?: readonly string[];
  }[];
  readonly warnings: readonly string[];
}

export const reachableView: View<ReachableResult> = {
  text: ({ from, items }, style) => {
    if (items.length === 0) return [`${from} may call no endpoint`].join('\n');
    const rows = items.map(({ endpoint, target, because, sharesTargetWith }) => [
      endpoint,
      target ?? '-',
      because,
      sharesTargetWith?.join(', ') ?? '',
    ]);
    return [table(['ENDPOINT', 'TARGET', 'BECAUSE', 'SAME TARGET AS'], rows, style)].join('\n');
  },
};

export interface MatrixResult extends Matrix {
  readonly sharedTargets: readonly (readonly string[])[];
  readonly warnings: readonly string[];
}

export const matrixView: View<MatrixResult> = {
  text: (result, style) => {
    const { sharedTargets } = result;
    const shared = sharedTargets.map((names) => `same target: ${names.join(', ')}`);
    return [matrixTable(result, style), ...shared].join('\n');
  },
  json: ({ grid, ...result }) => {
    return { schemaVersion: 1, ...result, items: accessOf({ ...result, grid }) };
  },
  jsonl: accessOf,
  raw: {
    table: (result, style) => matrixTable(escapeDeep(result, escapeTerminal), style),
    csv: ({ endpoints, namespaces, grid }) => {
      const columns = namespaces.map(escapeCsv);
      return [
        'endpoint,namespace,allowed,note',
        ...endpoints.flatMap((endpoint, row) => {
          const first = escapeCsv(endpoint);
          const lines = columns.map((from, column) => {
            const cell = grid[row]?.[column];
            return `${first},${from},${String(meaningOf(cell).allowed)},${noteOf(cell)}`;
          });
          return lines.length === 0 ? [] : lines.join('\r\n');
        }),
      ].join('\r\n');
    },
    mermaid,
  },
};

/** Few namespaces stand as columns; many make one line for each endpoint. */
function matrixTable({ endpoints, namespaces, grid }: MatrixResult, style: Style): string {
  if (endpoints.length === 0) return 'no endpoints';
  const wide = namespaces.reduce((sum, name) => sum + name.length + 2, 20) > Math.min(style.width, 200);
  if (wide || namespaces.length === 0) {
    const room = style.width - Math.max(...endpoints.map(({ length }) => length)) - 2;
    const rows = endpoints.map((endpoint, row) => [
      endpoint,
      someOf(
        namespaces.filter((_from, column) => mayCall(grid, row, column)),
        room,
      ),
    ]);
    return table(['ENDPOINT', 'MAY BE CALLED BY'], rows, style);
  }
  const rows = endpoints.map((endpoint, row) => [
    endpoint,
    ...Array.from(grid[row] ?? '', (cell) =>
      [meaningOf(cell).allowed ? 'yes' : '-', noteOf(cell)].filter((text) => text !== '').join(' '),
    ),
  ]);
  return table(['ENDPOINT', ...namespaces], rows, style);
}

/** As many whole names as there is room for, and how many there are besides. */
function someOf(names: readonly string[], room: number): string {
  if (names.length === 0) return 'nobody';
  const all = names.join(' ');
  if (all.length <= room) return all;
  let shown = 0;
  let length = ` +${String(names.length)} more`.length;
  for (const name of names) {
    length += name.length + 1;
    if (length > room) break;
    shown += 1;
  }
  if (shown === 0) return names.length === 1 ? all : `${String(names.length)} namespaces`;
  return `${names.slice(0, shown).join(' ')} +${String(names.length - shown)} more`;
}

function noteOf(cell: string | undefined): string {
  const { blocked, expired } = meaningOf(cell);
  if (blocked === true) return 'blocked';
  return expired === true ? 'expired' : '';
}

function mayCall(grid: readonly string[], row: number, column: number): boolean {
  return meaningOf(grid[row]?.[column]).allowed;
}

function mermaid({ endpoints, namespaces, grid }: MatrixResult): string {
  const callers = namespaces.map((_name, column) => endpoints.some((_endpoint, row) => mayCall(grid, row, column)));
  return [
    'flowchart LR',
    ...namespaces.flatMap((name, column) =>
      callers[column] === true ? [`  n${String(column)}(["${escapeMermaid(name)}"])`] : [],
    ),
    ...endpoints.map((name, row) => `  e${String(row)}[["${escapeMermaid(name)}"]]`),
    ...endpoints.flatMap((_endpoint, row) =>
      namespaces.flatMap((_name, column) =>
        mayCall(grid, row, column) ? [`  n${String(column)} --> e${String(row)}`] : [],
      ),
    ),
  ].join('\n');
}
