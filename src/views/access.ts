import type { Access, Check } from '../endpoints/access.ts';
import { escapeCsv, escapeMermaid } from '../output/escape.ts';
import { marks, type Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { View } from '../output/view.ts';

export const checkView: View<Check & { readonly warnings: readonly string[] }> = {
  text: (check, style) => {
    const { allowed, from, endpoint, enforced, callable, reasons } = check;
    const head = allowed ? style.green(`${marks.pass} yes`) : style.red(`${marks.fail} no`);
    return [
      `${head}  ${from} ${allowed ? 'may' : 'may not'} call ${style.bold(endpoint)}`,
      `   enforced: ${answer(enforced)}   callable: ${answer(callable)}`,
      ...reasons.map(({ code, message }) => `   ${code}: ${message}`),
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

export interface MatrixResult {
  readonly endpoints: readonly string[];
  readonly namespaces: readonly string[];
  readonly items: readonly Access[];
  readonly sharedTargets: readonly (readonly string[])[];
  readonly warnings: readonly string[];
}

export const matrixView: View<MatrixResult> = {
  text: (result, style) => {
    const { sharedTargets } = result;
    const shared = sharedTargets.map((names) => `same target: ${names.join(', ')}`);
    return [matrixTable(result, style), ...shared].join('\n');
  },
  raw: {
    table: (result, style) => matrixTable(result, style),
    csv: ({ items }) =>
      [
        ['endpoint', 'namespace', 'allowed', 'note'],
        ...items.map((one) => [one.endpoint, one.from, String(one.allowed), noteOf(one)]),
      ]
        .map((row) => row.map(escapeCsv).join(','))
        .join('\r\n'),
    mermaid: ({ items }) => mermaid(items),
  },
};

/** Few namespaces stand as columns; many make one line for each endpoint. */
function matrixTable({ endpoints, namespaces, items }: MatrixResult, style: Style): string {
  if (endpoints.length === 0) return 'no endpoints';
  const cells = new Map(items.map((one) => [`${one.endpoint}\n${one.from}`, one]));
  const wide = namespaces.reduce((sum, name) => sum + name.length + 2, 20) > Math.min(style.width, 200);
  if (wide || namespaces.length === 0) {
    const rows = endpoints.map((endpoint) => [
      endpoint,
      namespaces.filter((from) => cells.get(`${endpoint}\n${from}`)?.allowed === true).join(' ') || 'nobody',
    ]);
    return table(['ENDPOINT', 'MAY BE CALLED BY'], rows, style);
  }
  const rows = endpoints.map((endpoint) => [
    endpoint,
    ...namespaces.map((from) => {
      const cell = cells.get(`${endpoint}\n${from}`);
      if (cell === undefined) return '';
      return [cell.allowed ? 'yes' : '-', noteOf(cell)].filter((text) => text !== '').join(' ');
    }),
  ]);
  return table(['ENDPOINT', ...namespaces], rows, style);
}

function noteOf({ expired, blocked }: Access): string {
  if (blocked === true) return 'blocked';
  return expired === true ? 'expired' : '';
}

function mermaid(items: readonly Access[]): string {
  const ids = new Map<string, string>();
  const idOf = (kind: string, name: string) => {
    const key = `${kind}\n${name}`;
    const id = ids.get(key) ?? `${kind}${String(ids.size)}`;
    ids.set(key, id);
    return id;
  };
  const edges = items
    .filter(({ allowed }) => allowed)
    .map(({ from, endpoint }) => `  ${idOf('n', from)} --> ${idOf('e', endpoint)}`);
  for (const { endpoint } of items) idOf('e', endpoint);
  const nodes = [...ids].map(([key, id]) => {
    const label = escapeMermaid(key.slice(key.indexOf('\n') + 1));
    return id.startsWith('e') ? `  ${id}[["${label}"]]` : `  ${id}(["${label}"])`;
  });
  return ['flowchart LR', ...nodes, ...edges].join('\n');
}
