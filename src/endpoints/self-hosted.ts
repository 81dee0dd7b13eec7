import { withStatus } from './allowlist.ts';
import type { Endpoint } from './endpoint.ts';
import type { Policy } from './policy/policy.ts';

/** What a server says of the policy that it enforces (the authorizer module's response headers). */
export interface Enforcement {
  /** `unknown`: no server could be asked. */
  readonly enforced: true | false | 'unknown';
  /** False: the server enforces, but anybody may claim to be any caller namespace. */
  readonly callersAuthenticated?: boolean;
  readonly digest?: string;
  readonly loadedAt?: string;
  readonly ageSeconds?: number;
  /** Why the files cannot be used as they are now; an older policy is in force. */
  readonly problem?: string;
  /** `not-covered`, `diverted` or `diverted-some`: calls to endpoints with a URL as target. */
  readonly external?: string;
}

export const unknownEnforcement: Enforcement = { enforced: 'unknown' };

export function enforcementOf(headers: Readonly<Record<string, string>>): Enforcement {
  const state = headers['nexusctl-policy-state'];
  if (state !== 'enforced' && state !== 'callers-not-authenticated') return { enforced: false };
  const digest = headers['nexusctl-policy-digest'];
  const loadedAt = headers['nexusctl-policy-loaded-at'];
  const age = Number(headers['nexusctl-policy-age'] ?? 'NaN');
  const problem = headers['nexusctl-policy-problem'];
  const external = headers['nexusctl-policy-external'];
  return {
    enforced: true,
    callersAuthenticated: state === 'enforced',
    ...(digest === undefined ? {} : { digest }),
    ...(loadedAt === undefined ? {} : { loadedAt }),
    ...(Number.isFinite(age) ? { ageSeconds: age } : {}),
    ...(problem === undefined ? {} : { problem }),
    ...(external === undefined ? {} : { external }),
  };
}

/** An endpoint of a self-hosted cluster with the allowlist that the policy gives it. */
export function underPolicy(endpoint: Endpoint, policy: Policy | null, now: Date): Endpoint {
  if (policy === null) return { ...endpoint, callers: [], everyone: true };
  const entry = policy.endpoints.get(endpoint.name);
  if (entry === undefined)
    return policy.default === 'deny' ? { ...endpoint, callers: [] } : { ...endpoint, callers: [], everyone: true };
  return {
    ...endpoint,
    callers: withStatus(entry.callers, now),
    ...(entry.blocked.length === 0 ? {} : { blocked: entry.blocked }),
  };
}

/** The endpoints that only the policy names, for questions without a server. */
export function endpointsOfPolicy(policy: Policy, now: Date): readonly Endpoint[] {
  return [...policy.endpoints].map(([name, { id }]) =>
    underPolicy({ name, callers: [], ...(id === undefined ? {} : { id }) }, policy, now),
  );
}
