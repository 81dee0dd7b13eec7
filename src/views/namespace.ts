import type { Namespace } from '../endpoints/namespace.ts';
import { factLines } from '../output/facts.ts';
import { table } from '../output/table.ts';
import type { View } from '../output/view.ts';

interface Namespaces {
  readonly items: readonly Namespace[];
  readonly warnings: readonly string[];
}

export const namespaceListView: View<Namespaces> = {
  text: ({ items }, style) => {
    if (items.length === 0) return 'no namespaces';
    const rows = items.map((one) => [
      one.name,
      one.state,
      `${String(one.retentionDays)}d`,
      one.regions?.join(' ') ?? '-',
      one.auth?.join(' ') ?? '-',
      // The day is enough here, and fits.
      firstEnd(one)?.slice(0, 10) ?? '-',
    ]);
    return table(['NAME', 'STATE', 'RETENTION', 'REGIONS', 'AUTH', 'CLIENT CA ENDS'], rows, style);
  },
};

function firstEnd({ clientCas = [] }: Namespace): string | undefined {
  return clientCas.map(({ notAfter }) => notAfter).sort()[0];
}

export const namespaceView: View<
  Namespace & { readonly warnings: readonly string[]; readonly next?: readonly string[] }
> = {
  text: (namespace, style) => {
    const facts: readonly (readonly [string, string | undefined])[] = [
      ['id', namespace.id],
      ['state', namespace.state],
      ['retention', `${String(namespace.retentionDays)} days`],
      ['regions', namespace.regions?.join(', ')],
      ['addresses', namespace.addresses?.join(', ')],
      ['authentication', namespace.auth?.join(', ')],
      ['created', namespace.createdAt],
    ];
    const authorities = (namespace.clientCas ?? []).flatMap(
      ({ subject, fingerprint, notAfter }) =>
        [
          ['client CA', `${subject}, until ${notAfter}`],
          ['', fingerprint],
        ] as const,
    );
    return [
      style.bold(namespace.name),
      ...factLines([...facts, ...authorities], style),
      ...(namespace.next ?? []).map((line) => style.dim(`  ${line}`)),
    ].join('\n');
  },
};
