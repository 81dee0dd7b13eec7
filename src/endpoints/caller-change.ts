import { differences, type Edit } from './allowlist.ts';
import type { EndpointApi } from './api.ts';
import { editCallers } from './edit-callers.ts';
import { outcome, type Outcome, type Writing } from './write.ts';
import type { Action, Endpoint } from './endpoint.ts';
import type { Policy } from './policy/policy.ts';
import { editPolicy } from './policy/change.ts';
import type { PolicyStore } from './policy/store.ts';
import { underPolicy } from './self-hosted.ts';

/** Where an allowlist is kept: by Cloud, or in the policy of a self-hosted cluster. */
export type Keeper =
  | { readonly kind: 'cloud'; readonly api: EndpointApi }
  | {
      readonly kind: 'self-hosted';
      readonly policy: PolicyStore | null;
      /** The endpoint as the cluster knows it; null when it could not be asked or is not there. */
      readonly endpoint: (name: string) => Endpoint | null;
    };

interface Wanted {
  readonly endpoints: readonly string[];
  readonly edit: Edit;
  /** Namespaces that a revoke also puts on the `blocked` list. */
  readonly block: readonly string[];
}

/** `allow` and `revoke` on one endpoint or on many, wherever the list is kept. */
export async function changeCallers(keeper: Keeper, wanted: Wanted, writing: Writing): Promise<readonly Outcome[]> {
  switch (keeper.kind) {
    case 'cloud': {
      const outcomes: Outcome[] = [];
      for (const [index, name] of wanted.endpoints.entries()) {
        const requestId = wanted.endpoints.length === 1 ? writing.requestId : `${writing.requestId}-${String(index)}`;
        outcomes.push(await editCallers(keeper.api, name, wanted.edit, { ...writing, requestId }));
      }
      return outcomes;
    }
    case 'self-hosted': {
      const { dryRun, now } = writing;
      const { before, after } = await editPolicy(
        keeper.policy,
        wanted.endpoints.map((endpoint) => ({ endpoint, edit: wanted.edit, block: wanted.block, dryRun })),
      );
      return wanted.endpoints.map((name) =>
        policyOutcome(wanted.edit.kind, keeper.endpoint(name) ?? { name, callers: [] }, before, after, now(), dryRun),
      );
    }
  }
}

/** A change of the policy as a change of the endpoint: it is in the file, whether a server has read it is not known. */
export function policyOutcome(
  action: Action,
  endpoint: Endpoint,
  before: Policy,
  after: Policy,
  now: Date,
  dryRun: boolean,
): Outcome {
  const [was, is] = [underPolicy(endpoint, before, now), underPolicy(endpoint, after, now)];
  const changed =
    differences(was.callers, is.callers).length > 0 ||
    was.everyone !== is.everyone ||
    (was.blocked ?? []).join('\n') !== (is.blocked ?? []).join('\n');
  return outcome(action, was, is, { changed, dryRun, effective: changed ? 'file-only' : 'now' });
}
