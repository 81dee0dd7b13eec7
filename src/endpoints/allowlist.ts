import type { Caller, CallerEntry } from './endpoint.ts';
import { isOver } from './until.ts';

/** A wanted change of single entries. A set has no order; entries keep theirs on the wire and in files. */
export type Edit =
  | { readonly kind: 'allow'; readonly entries: readonly CallerEntry[] }
  | { readonly kind: 'revoke'; readonly namespaces: readonly string[] };

/** The allowlist after an edit. What an entry said and the edit does not say again stays. */
export function applyEdit(current: readonly CallerEntry[], edit: Edit): readonly CallerEntry[] {
  switch (edit.kind) {
    case 'allow': {
      const wished = new Map(edit.entries.map((entry) => [entry.namespace, entry]));
      const kept = current.map((entry) => ({ ...entry, ...wished.get(entry.namespace) }));
      const known = new Set(current.map(({ namespace }) => namespace));
      return [...kept, ...[...wished.values()].filter(({ namespace }) => !known.has(namespace))];
    }
    case 'revoke': {
      const gone = new Set(edit.namespaces);
      return current.filter(({ namespace }) => !gone.has(namespace));
    }
  }
}

export function sameEntries(one: readonly CallerEntry[], other: readonly CallerEntry[]): boolean {
  return one.length === other.length && differences(one, other).length === 0;
}

interface Difference {
  readonly namespace: string;
  readonly before: CallerEntry | null;
  readonly after: CallerEntry | null;
}

/** What differs between two allowlists, entry by entry. */
export function differences(before: readonly CallerEntry[], after: readonly CallerEntry[]): readonly Difference[] {
  const [old, now] = [byNamespace(before), byNamespace(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((namespace) => ({ namespace, before: old.get(namespace) ?? null, after: now.get(namespace) ?? null }))
    .filter((difference) => !sameEntry(difference.before, difference.after));
}

/** Who may call afterwards and could not before, and the other way round. */
export function gainsAndLoses(
  before: readonly CallerEntry[],
  after: readonly CallerEntry[],
): { readonly gains: readonly string[]; readonly loses: readonly string[] } {
  const [old, now] = [byNamespace(before), byNamespace(after)];
  return {
    gains: [...now.keys()].filter((namespace) => !old.has(namespace)),
    loses: [...old.keys()].filter((namespace) => !now.has(namespace)),
  };
}

/**
 * The merge rule of `allow` and `revoke`: what both sides changed, and not in the same way, is a conflict; everything
 * else of theirs is kept. Inside an entry the same holds for each of its parts.
 * @returns the entries on which mine and theirs contradict each other
 */
export function contradictions(
  base: readonly CallerEntry[],
  mine: readonly CallerEntry[],
  theirs: readonly CallerEntry[],
): readonly { readonly namespace: string; readonly mine: CallerEntry | null; readonly theirs: CallerEntry | null }[] {
  const changed = new Map(differences(base, theirs).map((difference) => [difference.namespace, difference.after]));
  return differences(base, mine)
    .filter(({ namespace }) => changed.has(namespace))
    .map(({ namespace, before, after }) => ({ namespace, before, mine: after, theirs: changed.get(namespace) ?? null }))
    .filter(({ before, mine: ours, theirs: others }) => contradict(before, ours, others))
    .map(({ namespace, mine: ours, theirs: others }) => ({ namespace, mine: ours, theirs: others }));
}

function contradict(base: CallerEntry | null, mine: CallerEntry | null, theirs: CallerEntry | null): boolean {
  if (mine === null || theirs === null) return mine !== theirs;
  return parts.some((part) => {
    const [was, ours, others] = [base?.[part], mine[part], theirs[part]];
    return ours !== was && others !== was && ours !== others;
  });
}

const parts = ['owner', 'reason', 'ref', 'until'] as const;

export function withStatus(entries: readonly CallerEntry[], now: Date): readonly Caller[] {
  return entries.map(statusAt(now));
}

/** What gives each entry its status; an entry that stands on many lists stays one object. */
export function statusAt(now: Date): (entry: CallerEntry) => Caller {
  const known = new Map<CallerEntry, Caller>();
  return (entry) => {
    const made = known.get(entry);
    if (made !== undefined) return made;
    const caller: Caller = Object.freeze({
      ...entryOf(entry),
      status: isOver(entry.until, now) ? 'expired' : 'active',
    });
    known.set(entry, caller);
    return caller;
  };
}

/** What an entry is where only names are kept; the same object for all lists that it stands on. */
export function namesAlone(): (entry: CallerEntry) => Caller {
  const known = new Map<string, Caller>();
  return ({ namespace }) => {
    const caller: Caller = known.get(namespace) ?? Object.freeze({ namespace, status: 'active' });
    known.set(namespace, caller);
    return caller;
  };
}

/** The entries alone, without what was found out about them. */
export function withoutStatus(entries: readonly CallerEntry[]): readonly CallerEntry[] {
  return entries.map(entryOf);
}

function entryOf({ namespace, owner, reason, ref, until }: CallerEntry): CallerEntry {
  return {
    namespace,
    ...(owner === undefined ? {} : { owner }),
    ...(reason === undefined ? {} : { reason }),
    ...(ref === undefined ? {} : { ref }),
    ...(until === undefined ? {} : { until }),
  };
}

function byNamespace(entries: readonly CallerEntry[]): ReadonlyMap<string, CallerEntry> {
  return new Map(entries.map((entry) => [entry.namespace, entry]));
}

function sameEntry(one: CallerEntry | null, other: CallerEntry | null): boolean {
  if (one === null || other === null) return one === other;
  return one.namespace === other.namespace && parts.every((part) => one[part] === other[part]);
}
