import type { Backend, Endpoint } from '../endpoint.ts';
import { lintCallerCount, lintWish } from '../lint.ts';
import type { Namespace } from '../namespace.ts';
import type { Plan } from './plan.ts';

/**
 * What a reviewer of a plan should know.
 * @param live every endpoint, those that the plan leaves alone too
 * @throws NexusctlError INVALID_ARGUMENT for what the server would refuse
 */
export function lintPlan(
  plan: Plan,
  live: readonly Endpoint[],
  namespaces: readonly Namespace[],
  backend: Backend,
): readonly string[] {
  return [
    ...lintWishes(plan, backend),
    ...strangersIn(plan, namespaces).map(
      ({ endpoint, namespace }) =>
        `${namespace}, who gains ${endpoint}, is not a registered namespace: whoever registers it will have it`,
    ),
    ...youngerThanGrant(plan, namespaces),
    ...sharedTargets(plan, live),
  ];
}

function lintWishes({ changes }: Plan, backend: Backend): readonly string[] {
  return changes.flatMap(({ action, after, gains }) => {
    if (after === null) return [];
    const wish = {
      // Who is on the list already was taken by the server.
      callers: gains,
      ...(after.target === undefined ? {} : { target: after.target }),
    };
    const named = action === 'create' ? { name: after.name } : {};
    return [
      ...lintWish({ ...wish, ...named, description: after.description ?? '' }, backend),
      ...(gains.length === after.callers.length ? [] : lintCallerCount(after.callers.length)),
    ];
  });
}

/** Who would gain a call and is not registered; none when no namespace is known. */
export function strangersIn(
  { changes }: Pick<Plan, 'changes'>,
  namespaces: readonly Namespace[],
): readonly { readonly endpoint: string; readonly namespace: string }[] {
  if (namespaces.length === 0) return [];
  const known = new Set(namespaces.map(({ name }) => name));
  return changes.flatMap(({ endpoint, gains }) =>
    gains.filter((namespace) => !known.has(namespace)).map((namespace) => ({ endpoint, namespace })),
  );
}

/** A name that was granted before its namespace was made may belong to somebody else by now. */
function youngerThanGrant({ changes }: Plan, namespaces: readonly Namespace[]): readonly string[] {
  const made = new Map(
    namespaces.flatMap(({ name, createdAt }) => (createdAt === undefined ? [] : [[name, createdAt] as const])),
  );
  return changes.flatMap(({ before }) => {
    const granted = before?.updatedAt ?? before?.createdAt;
    if (before === null || granted === undefined) return [];
    return before.callers
      .filter(({ namespace }) => (made.get(namespace) ?? '') > granted)
      .map(
        ({ namespace }) =>
          `${namespace} was registered after it was granted ${before.name}: is it still the one that was meant?`,
      );
  });
}

function sharedTargets({ changes }: Plan, live: readonly Endpoint[]): readonly string[] {
  const after = new Map([
    ...live.map((one) => [one.name, one] as const),
    ...changes.flatMap((change) => (change.after === null ? [] : [[change.endpoint, change.after] as const])),
  ]);
  const groups = new Map<string, string[]>();
  for (const endpoint of after.values()) {
    const key = JSON.stringify(endpoint.target ?? null);
    if (endpoint.target !== undefined) groups.set(key, [...(groups.get(key) ?? []), endpoint.name]);
  }
  const touched = new Set(changes.map(({ endpoint }) => endpoint));
  return [...groups.values()]
    .filter((names) => names.length > 1 && names.some((name) => touched.has(name)))
    .map((names) => {
      const union = new Set(names.flatMap((name) => after.get(name)?.callers.map(({ namespace }) => namespace) ?? []));
      return `${[...names].sort().join(', ')} lead to the same handler: together ${String(union.size)} callers reach it`;
    });
}
