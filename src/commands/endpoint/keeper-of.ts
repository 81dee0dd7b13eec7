import type { Context } from '../../context.ts';
import { endpointNotFound } from '../../endpoints/change.ts';
import type { Keeper } from '../../endpoints/caller-change.ts';
import type { Endpoint } from '../../endpoints/endpoint.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { Opened } from '../backend-of.ts';

interface Kept {
  readonly keeper: Keeper;
  /** The names to use in the policy or of the server. */
  readonly names: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Where the lists of these endpoints are kept. On a self-hosted cluster they are looked up first: the policy goes by
 * names, and an entry for a name that is not there waits for whoever makes it.
 * @param urgent a revoke goes through even when the server cannot be asked
 */
export async function keeperOf(
  context: Context,
  opened: Opened,
  endpoints: readonly string[],
  { force, urgent }: { readonly force: boolean; readonly urgent: boolean },
): Promise<Kept> {
  if (opened.kind === 'cloud') return { keeper: { kind: 'cloud', api: opened.api }, names: endpoints, warnings: [] };
  const { found, warnings } = await lookUp(context, opened, endpoints, force || urgent);
  const policy = await opened.policy?.read();
  for (const name of endpoints)
    if (found !== null && !found.has(name) && !force && policy?.endpoints.has(name) !== true)
      throw endpointNotFound(name);
  return {
    keeper: { kind: 'self-hosted', policy: opened.policy, endpoint: (name) => found?.get(name) ?? null },
    names: endpoints.map((name) => found?.get(name)?.name ?? name),
    warnings,
  };
}

async function lookUp(
  context: Context,
  { api }: Opened,
  endpoints: readonly string[],
  mayFail: boolean,
): Promise<{ readonly found: ReadonlyMap<string, Endpoint> | null; readonly warnings: readonly string[] }> {
  try {
    const held = await Promise.all(endpoints.map((name) => api.find(name, context.signal)));
    const pairs = held.flatMap((one, index) => {
      if (one === null) return [];
      const { endpoint } = one;
      return [[endpoints[index] ?? endpoint.name, endpoint] as const, [endpoint.name, endpoint] as const];
    });
    return { found: new Map(pairs), warnings: [] };
  } catch (error) {
    if (!mayFail || !(error instanceof NexusctlError) || context.signal.aborted) throw error;
    return {
      found: null,
      warnings: [`the cluster could not be asked (${error.code}); only the policy file is changed`],
    };
  }
}
