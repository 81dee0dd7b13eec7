import type { Caller, Change, Endpoint } from '../endpoints/endpoint.ts';
import { targetText } from '../endpoints/endpoint.ts';
import { escapeCsv } from '../output/escape.ts';
import { marks, type Style } from '../output/style.ts';
import { factLines } from '../output/facts.ts';
import { table } from '../output/table.ts';
import type { View } from '../output/view.ts';
import { wrapLine } from '../output/wrap.ts';

interface Warned {
  readonly warnings: readonly string[];
}

export type EndpointList = { readonly items: readonly Endpoint[] } & Warned;

export const endpointListView: View<EndpointList> = {
  text: ({ items }, style) => {
    if (items.length === 0) return 'no endpoints';
    const rows = items.map((endpoint) => [
      endpoint.name,
      endpoint.state ?? '-',
      targetText(endpoint.target),
      callersCell(endpoint),
      endpoint.id ?? '-',
    ]);
    return table(['NAME', 'STATE', 'TARGET', 'CALLERS', 'ID'], rows, style, true);
  },
};

function callersCell({ callers, everyone, blocked = [] }: Endpoint): string {
  const some = everyone === true ? 'everyone' : String(callers.length);
  return blocked.length === 0 ? some : `${some} (${String(blocked.length)} blocked)`;
}

export type EndpointResult = Endpoint & Warned & { readonly sharesTargetWith?: readonly string[] };

export const endpointView: View<EndpointResult> = {
  text: (endpoint, style) => endpointLines(endpoint, style).join('\n'),
};

function endpointLines(endpoint: Endpoint & { readonly sharesTargetWith?: readonly string[] }, style: Style): string[] {
  const { target, description, sharesTargetWith = [], blocked = [] } = endpoint;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['id', endpoint.id],
    ['state', endpoint.state],
    ['target namespace', target?.kind === 'worker' ? target.namespace : undefined],
    ['task queue', target?.kind === 'worker' ? target.taskQueue : undefined],
    ['target URL', target?.kind === 'external' ? target.url : undefined],
    ['description', description],
    ['project', endpoint.projectId],
    ['version', endpoint.resourceVersion],
    ['created', endpoint.createdAt],
    ['updated', endpoint.updatedAt],
    ['same target as', sharesTargetWith.length === 0 ? undefined : sharesTargetWith.join(', ')],
    ['blocked', blocked.length === 0 ? undefined : blocked.join(', ')],
    ['callers', callersText(endpoint)],
  ];
  return [style.bold(endpoint.name), ...factLines(facts, style)];
}

function callersText({ callers, everyone }: Endpoint): string {
  if (everyone === true) return 'everyone: nothing restricts this endpoint';
  if (callers.length === 0) return 'nobody';
  return callers
    .map(({ namespace, status }) => (status === 'expired' ? `${namespace} (expired)` : namespace))
    .join(', ');
}

export type CallersResult = Warned & {
  readonly endpoint: string;
  readonly items: readonly (Caller & { readonly explained?: boolean; readonly live?: boolean })[];
  readonly everyone?: true;
  readonly blocked?: readonly string[];
};

export const callersView: View<CallersResult> = {
  text: ({ items, everyone, blocked = [], endpoint }, style) => {
    const tail = blocked.length === 0 ? [] : [wrapLine(`blocked: ${blocked.join(', ')}`, style.width)];
    if (everyone === true) return [`${endpoint}: every namespace may call it`, ...tail].join('\n');
    if (items.length === 0) return [`${endpoint}: nobody may call it`, ...tail].join('\n');
    const annotated = items.some(
      (item) =>
        item.owner !== undefined ||
        item.reason !== undefined ||
        item.until !== undefined ||
        item.explained !== undefined,
    );
    const headers = annotated ? ['NAMESPACE', 'STATUS', 'OWNER', 'UNTIL', 'REASON', 'REF'] : ['NAMESPACE', 'STATUS'];
    const rows = items.map((item) => {
      const status = statusText(item);
      return annotated
        ? [item.namespace, status, item.owner ?? '-', item.until ?? '-', item.reason ?? '-', item.ref ?? '-']
        : [item.namespace, status];
    });
    return [table(headers, rows, style), ...tail].join('\n');
  },
  raw: {
    csv: ({ endpoint, items }) =>
      [
        ['endpoint', 'namespace', 'status', 'owner', 'reason', 'ref', 'until'],
        ...items.map((item) => [
          endpoint,
          item.namespace,
          statusText(item),
          item.owner ?? '',
          item.reason ?? '',
          item.ref ?? '',
          item.until ?? '',
        ]),
      ]
        .map((row) => row.map(escapeCsv).join(','))
        .join('\r\n'),
  },
};

function statusText({ status, explained, live }: CallersResult['items'][number]): string {
  if (live === false) return status === 'expired' ? 'expired, not live' : 'not live';
  if (status === 'expired') return 'expired, still listed';
  return explained === false ? 'unexplained' : status;
}

export type ChangeResult = Change & Warned & { readonly notes?: readonly string[] };

export const changeView: View<ChangeResult> = {
  text: (change, style) => changeLines(change, style).join('\n'),
};

/** `notes` stand at the last change, and here where there is none. */
export type ChangesResult = { readonly results: readonly ChangeResult[]; readonly notes?: readonly string[] } & Warned;

export const changesView: View<ChangesResult> = {
  text: ({ results, notes = [] }, style) =>
    [
      ...results.flatMap((change) => changeLines(change, style)),
      ...(results.length > 0 ? [] : notes.length === 0 ? ['nothing to do'] : notes),
    ].join('\n'),
};

export function changeLines(change: ChangeResult, style: Style): string[] {
  const { endpoint, changed, dryRun, before, after, effective, operationId, notes = [] } = change;
  const head = changed
    ? `${dryRun ? 'would ' : ''}${change.action}: ${endpoint}${dryRun ? '' : ` ${change.action === 'delete' && effective === 'now' ? '(gone)' : effectiveText(effective)}`}`
    : `${endpoint}: nothing to change${effective === 'pending' ? `, ${effectiveText(effective)}` : ''}`;
  return [
    `${changed ? style.green(marks.pass) : style.dim(marks.info)} ${style.bold(head)}`,
    ...(changed ? diffLines(before, after, style) : []),
    ...(operationId === undefined || effective !== 'pending' ? [] : [`  operation ${operationId}`]),
    ...notes.map((note) => wrapLine(`  ${note}`, style.width)),
  ];
}

function effectiveText(effective: Change['effective']): string {
  switch (effective) {
    case 'now':
      return '(in use)';
    case 'pending':
      return '(accepted, not in use yet)';
    case 'file-only':
      return '(written, not proven loaded)';
  }
}

/**
 * What differs, a line each: `+` and `-` say it without colour too.
 * @param indent the blanks before each of them
 */
export function diffLines(before: Endpoint | null, after: Endpoint | null, style: Style, indent = '  '): string[] {
  const gone = (text: string) => style.red(wrapLine(`${indent}- ${text}`, style.width));
  const come = (text: string) => style.green(wrapLine(`${indent}+ ${text}`, style.width));
  const [old, now] = [factsOf(before), factsOf(after)];
  const lines = [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    if (was === is) return [];
    return [
      ...(was === undefined ? [] : [gone(`${key}: ${was}`)]),
      ...(is === undefined ? [] : [come(`${key}: ${is}`)]),
    ];
  });
  const [had, has] = [namesOf(before), namesOf(after)];
  return [
    ...lines,
    ...[...had].filter((name) => !has.has(name)).map((name) => gone(`caller ${name}`)),
    ...[...has].filter((name) => !had.has(name)).map((name) => come(`caller ${name}`)),
  ];
}

function factsOf(endpoint: Endpoint | null): ReadonlyMap<string, string> {
  if (endpoint === null) return new Map();
  const { name, target, description, blocked = [], everyone } = endpoint;
  return new Map([
    ['name', name],
    ...(target === undefined ? [] : [['target', targetText(target)] as const]),
    ...(description === undefined ? [] : [['description', description] as const]),
    ...(blocked.length === 0 ? [] : [['blocked', blocked.join(', ')] as const]),
    ...(everyone === true ? [['open to', 'every namespace'] as const] : []),
  ]);
}

function namesOf(endpoint: Endpoint | null): ReadonlySet<string> {
  return new Set(endpoint?.callers.map(({ namespace }) => namespace));
}
