import type { Endpoint } from './endpoint.ts';

/** A cell of the access matrix. */
export interface Access {
  readonly endpoint: string;
  readonly from: string;
  readonly allowed: boolean;
  readonly expired?: true;
  readonly blocked?: true;
}

/** Who may call what. A million cells are a thousand texts of a thousand characters. */
export interface Matrix {
  readonly endpoints: readonly string[];
  readonly namespaces: readonly string[];
  /** A text for each endpoint, a character for each namespace: of `cells`. */
  readonly grid: readonly string[];
}

/** What a cell says. On Cloud an entry that the files have ended or blocked counts until it is taken off. */
export const cells = {
  yes: 'y',
  no: '-',
  expired: 'e',
  blocked: 'b',
  expiredStillAllowed: 'E',
  blockedStillAllowed: 'B',
} as const;

/**
 * Who may call what, by the lists alone.
 * @param live the lists are those of a server that knows no `until` and no `blocked`
 * @param callers the columns; without them every namespace that stands on a list
 */
export function accessMatrix(endpoints: readonly Endpoint[], live: boolean, callers?: readonly string[]): Matrix {
  const namespaces = callers ?? namespacesOn(endpoints);
  return {
    endpoints: endpoints.map(({ name }) => name),
    namespaces,
    grid: endpoints.map((endpoint) => {
      const listed = new Map(endpoint.callers.map(({ namespace, status }) => [namespace, status]));
      const blocked = new Set(endpoint.blocked);
      const cell = (from: string): string => {
        const status = listed.get(from);
        if (blocked.has(from)) return live && status !== undefined ? cells.blockedStillAllowed : cells.blocked;
        if (endpoint.everyone === true) return cells.yes;
        if (status === 'expired') return live ? cells.expiredStillAllowed : cells.expired;
        return status === undefined ? cells.no : cells.yes;
      };
      return namespaces.map(cell).join('');
    }),
  };
}

export function accessOf({ endpoints, namespaces, grid }: Matrix): readonly Access[] {
  return endpoints.flatMap((endpoint, row) =>
    namespaces.map((from, column) => ({ endpoint, from, ...meaningOf(grid[row]?.[column]) })),
  );
}

/** The cells whose entry has ended or is blocked and is still on a list. */
export function overdue({ endpoints, namespaces, grid }: Matrix): readonly Access[] {
  const wanted = /[eEB]/;
  return endpoints.flatMap((endpoint, row) => {
    const line = grid[row] ?? '';
    if (!wanted.test(line)) return [];
    return namespaces.flatMap((from, column) =>
      wanted.test(line.charAt(column)) ? [{ endpoint, from, ...meaningOf(line[column]) }] : [],
    );
  });
}

export function meaningOf(cell: string | undefined): Pick<Access, 'allowed' | 'expired' | 'blocked'> {
  const expired = cell === cells.expired || cell === cells.expiredStillAllowed;
  const blocked = cell === cells.blocked || cell === cells.blockedStillAllowed;
  return {
    allowed: cell === cells.yes || cell === cells.expiredStillAllowed || cell === cells.blockedStillAllowed,
    ...(expired ? { expired } : {}),
    ...(blocked ? { blocked } : {}),
  };
}

/** Every namespace that some list says something about. */
export function namespacesOn(endpoints: readonly Endpoint[]): readonly string[] {
  const names = new Set<string>();
  for (const { callers, blocked = [] } of endpoints) {
    for (const { namespace } of callers) names.add(namespace);
    for (const namespace of blocked) names.add(namespace);
  }
  return [...names].sort();
}
