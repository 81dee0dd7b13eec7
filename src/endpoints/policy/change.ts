import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { applyEdit, contradictions, sameEntries, type Edit } from '../allowlist.ts';
import type { CallerEntry } from '../endpoint.ts';
import type { Policy, PolicyEntry } from './policy.ts';
import type { PolicyStore } from './store.ts';

/** A change of one endpoint's entry in the policy: what stood there, what stands there now, and the digest after. */
export interface PolicyChange {
  readonly before: Policy;
  readonly after: Policy;
  readonly changed: boolean;
}

interface Wanted {
  readonly endpoint: string;
  readonly edit: Edit;
  /** Namespaces to put on, or take off, the entry's `blocked` list. */
  readonly block?: readonly string[];
  readonly dryRun: boolean;
}

/**
 * `allow` and `revoke` on the policy. What others wrote since it was read stays, unless both changed the same entry.
 * @throws NexusctlError POLICY_MISSING, POLICY_DEFAULT_ALLOW, CONFLICT
 */
export async function editPolicy(store: PolicyStore | null, wanted: readonly Wanted[]): Promise<PolicyChange> {
  const [before, policies] = await readForChange(store);
  const compute = (policy: Policy) =>
    wanted.flatMap((want) => {
      const entry = policy.endpoints.get(want.endpoint);
      const next = edited(policy, want);
      refuseContradictions(before.endpoints.get(want.endpoint), next, entry, want);
      return next === null || (entry !== undefined && sameEntry(entry, next))
        ? []
        : [{ endpoint: want.endpoint, entry: next }];
    });
  const changes = compute(before);
  if (changes.length === 0) return { before, after: before, changed: false };
  if (wanted.some(({ dryRun }) => dryRun)) return { before, after: withChanges(before, changes), changed: true };
  const after = await policies.edit(compute);
  return { before, after, changed: true };
}

/** Replaces (or, with null, removes) whole entries; somebody else's change of one of them since `seen` is a conflict. */
export async function rewritePolicy(
  store: PolicyStore | null,
  seen: Policy,
  entries: ReadonlyMap<string, PolicyEntry | null>,
  dryRun: boolean,
): Promise<PolicyChange> {
  const changes = [...entries]
    .map(([endpoint, entry]) => ({ endpoint, entry }))
    .filter(({ endpoint, entry }) => !sameEntryOrNone(seen.endpoints.get(endpoint) ?? null, entry));
  if (changes.length === 0) return { before: seen, after: seen, changed: false };
  if (dryRun || store === null) return { before: seen, after: withChanges(seen, changes), changed: true };
  const after = await store.edit((policy) => {
    for (const { endpoint } of changes)
      if (!sameEntryOrNone(policy.endpoints.get(endpoint) ?? null, seen.endpoints.get(endpoint) ?? null))
        throw new NexusctlError(
          'CONFLICT',
          `somebody else changed the policy entry of ${endpoint} meanwhile; nothing was written`,
          {
            hint: 'look at it again and repeat the command',
            details: {
              endpoint,
              seen: JSON.stringify(seen.endpoints.get(endpoint) ?? null),
              found: JSON.stringify(policy.endpoints.get(endpoint) ?? null),
            },
          },
        );
    return changes;
  });
  return { before: seen, after, changed: true };
}

/** @throws NexusctlError POLICY_MISSING */
export async function readForChange(store: PolicyStore | null): Promise<readonly [Policy, PolicyStore]> {
  if (store === null)
    throw new NexusctlError('POLICY_MISSING', 'a self-hosted server keeps no allowlist, and no policy file is named', {
      hint: 'make one with `nexusctl endpoint policy init --policy-file nexus-policy.json` and name it in the profile (policy_file)',
    });
  const policy = await store.read();
  if (policy !== null) return [policy, store];
  throw new NexusctlError('POLICY_MISSING', `there is no policy at ${store.path}`, {
    hint: `make one with \`nexusctl endpoint policy init --policy-file ${store.path}\``,
    details: { path: store.path },
  });
}

function edited(policy: Policy, { endpoint, edit, block }: Wanted): PolicyEntry | null {
  const entry = policy.endpoints.get(endpoint);
  if (entry === undefined && policy.default === 'allow') throw wouldShutOut(endpoint);
  if (entry === undefined && edit.kind === 'revoke' && (block ?? []).length === 0) return null;
  const callers = applyEdit(entry?.callers ?? [], edit);
  const unblocked = edit.kind === 'allow' ? new Set(edit.entries.map(({ namespace }) => namespace)) : new Set<string>();
  const still = (entry?.blocked ?? []).filter((namespace) => unblocked.has(namespace));
  if (still.length > 0)
    throw new NexusctlError(
      'CONFLICT',
      `${still.join(', ')} is blocked at ${endpoint}; an entry would change nothing`,
      {
        hint: 'take it off `blocked` in the policy first, if that is what you mean',
        details: { endpoint, blocked: still },
      },
    );
  const blocked = [...new Set([...(entry?.blocked ?? []), ...(block ?? [])])];
  return { ...(entry?.id === undefined ? {} : { id: entry.id }), callers, blocked };
}

function wouldShutOut(endpoint: string): NexusctlError {
  return new NexusctlError(
    'POLICY_DEFAULT_ALLOW',
    `the policy's default is allow and ${endpoint} has no entry: a first entry would shut everybody else out`,
    {
      hint: `start the list on purpose with \`nexusctl endpoint set-callers ${endpoint} NAMESPACE …\`, which shows who loses`,
      details: { endpoint },
    },
  );
}

function refuseContradictions(
  base: PolicyEntry | undefined,
  mine: PolicyEntry | null,
  theirs: PolicyEntry | undefined,
  { endpoint, edit }: Wanted,
): void {
  if (mine === null) return;
  const old: readonly CallerEntry[] = base?.callers ?? [];
  const [clash] = contradictions(old, applyEdit(old, edit), theirs?.callers ?? []);
  if (clash === undefined) return;
  throw new NexusctlError(
    'CONFLICT',
    `somebody else changed the entry of ${clash.namespace} at ${endpoint} meanwhile`,
    {
      hint: 'look at it with `nexusctl endpoint callers` and decide again',
      details: { endpoint, mine: JSON.stringify(clash.mine), theirs: JSON.stringify(clash.theirs) },
    },
  );
}

function withChanges(
  policy: Policy,
  changes: readonly { readonly endpoint: string; readonly entry: PolicyEntry | null }[],
): Policy {
  const endpoints = new Map(policy.endpoints);
  for (const { endpoint, entry } of changes) {
    if (entry === null) endpoints.delete(endpoint);
    else endpoints.set(endpoint, entry);
  }
  return { ...policy, endpoints };
}

function sameEntryOrNone(one: PolicyEntry | null, other: PolicyEntry | null): boolean {
  return one === null || other === null ? one === other : sameEntry(one, other);
}

function sameEntry(one: PolicyEntry, other: PolicyEntry): boolean {
  return (
    one.id === other.id &&
    sameEntries(one.callers, other.callers) &&
    one.blocked.length === other.blocked.length &&
    one.blocked.every((namespace) => other.blocked.includes(namespace))
  );
}
