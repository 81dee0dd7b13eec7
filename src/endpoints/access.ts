import { NexusctlError } from '../errors/nexusctl-error.ts';
import { nearest } from '../profile/nearest.ts';
import type { Backend, Endpoint } from './endpoint.ts';
import { sharingTarget, theyLead } from './endpoint.ts';
import { judge, type Policy } from './policy/policy.ts';
import type { Enforcement } from './self-hosted.ts';

export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** The answer to "may X call Y": what the list says, whether anybody holds to it, and what else can be seen. */
export interface Check {
  readonly endpoint: string;
  readonly from: string;
  readonly allowed: boolean;
  readonly enforced: true | false | 'unknown';
  readonly callable: true | false | 'unknown';
  readonly reasons: readonly Reason[];
  readonly sharesTargetWith: readonly string[];
}

/** What was seen beside the list; undefined where nobody could look. */
export interface Sight {
  readonly targetNamespaceExists?: boolean | undefined;
  readonly pollers?: number | undefined;
  /** Why something could not be looked at. */
  readonly unseen?: string;
}

interface Question {
  readonly name: string;
  readonly from: string;
  readonly backend: Backend;
  /** Null when there is no such endpoint; undefined when only a file was read. */
  readonly endpoint: Endpoint | null | undefined;
  readonly all: readonly Endpoint[];
  readonly policy: Policy | null;
  /** What nexus.yaml says of this entry, when one was given: Cloud itself knows no `until` and no `blocked`. */
  readonly file?: { readonly until?: string; readonly over: boolean; readonly blocked: boolean } | undefined;
  readonly enforcement: Enforcement;
  /** --policy: what the list says, whether anybody enforces it or not. */
  readonly listOnly: boolean;
  readonly now: Date;
  readonly sight: Sight;
}

/** @throws NexusctlError POLICY_MISSING where a server enforces a policy that is not named */
export function checkAccess(question: Question): Check {
  const { name, from, endpoint, all, enforcement } = question;
  const verdict = verdictOf(question);
  const sight = sightOf(question);
  const shared = endpoint === null || endpoint === undefined ? [] : sharingTarget(endpoint, all);
  return {
    endpoint: endpoint?.name ?? name,
    from,
    allowed: verdict.allowed,
    enforced: enforcement.enforced,
    callable: sight.callable,
    reasons: [...verdict.reasons, ...sight.reasons, ...sharedReasons(shared, from)],
    sharesTargetWith: shared,
  };
}

interface Verdict {
  readonly allowed: boolean;
  readonly reasons: readonly Reason[];
}

function verdictOf(question: Question): Verdict {
  const { name, endpoint, enforcement, backend, listOnly } = question;
  if (endpoint === null)
    return { allowed: false, reasons: [{ code: 'NO_ENDPOINT', message: noEndpoint(name, question.all) }] };
  if (backend === 'self-hosted' && question.policy === null && enforcement.enforced === true) throw policyNotNamed();
  const list = backend === 'cloud' ? listOnCloud(question) : listInPolicy(question);
  if (backend === 'cloud' || listOnly) return list;
  if (enforcement.enforced === false)
    return {
      allowed: true,
      reasons: [
        { code: 'NOT_ENFORCED', message: 'this server enforces no allowlist: every namespace may call every endpoint' },
        ...list.reasons.map(({ code, message }) => ({ code, message: `the policy file alone: ${message}` })),
      ],
    };
  return { allowed: list.allowed, reasons: [...list.reasons, ...outside(question)] };
}

function noEndpoint(name: string, all: readonly Endpoint[]): string {
  const close = nearest(
    name,
    all.map((endpoint) => endpoint.name),
  );
  return `there is no endpoint ${name}${close === undefined ? '' : `; did you mean ${close}?`}`;
}

/** The server decides by a list that only its files hold: neither yes nor no would be true. */
function policyNotNamed(): NexusctlError {
  return new NexusctlError('POLICY_MISSING', 'this server enforces a policy, and no copy of it is named to look into', {
    hint: 'name the file or folder that the server reads with --policy-file, NEXUSCTL_POLICY_FILE or policy_file of the profile',
  });
}

function listOnCloud({ from, endpoint, file }: Question): Verdict {
  const listed = endpoint?.callers.find(({ namespace }) => namespace === from);
  const name = endpoint?.name ?? '';
  if (listed === undefined)
    return { allowed: false, reasons: [{ code: 'NOT_LISTED', message: `${from} is not on the allowlist of ${name}` }] };
  const reasons: Reason[] = [{ code: 'LISTED', message: `${from} is on the allowlist of ${name}` }];
  if (file?.over === true || listed.status === 'expired')
    reasons.push({
      code: 'EXPIRED_STILL_ALLOWED',
      message: `its entry ended (${file?.until ?? listed.until ?? ''}), and Temporal Cloud still allows it until \`nexusctl endpoint apply\` takes it off`,
    });
  if (file?.blocked === true)
    reasons.push({
      code: 'BLOCKED_STILL_ALLOWED',
      message: 'nexus.yaml blocks it, and Temporal Cloud still allows it',
    });
  return { allowed: true, reasons };
}

function listInPolicy({ name, from, endpoint, policy, now }: Question): Verdict {
  if (policy === null)
    return {
      allowed: true,
      reasons: [{ code: 'NO_POLICY', message: 'no policy file is named: nothing is restricted' }],
    };
  const { allowed, ground } = judge(policy, endpoint?.name ?? name, from, now, endpoint?.id);
  const own = endpoint?.name ?? name;
  const until = policy.endpoints.get(own)?.callers.find(({ namespace }) => namespace === from)?.until ?? '';
  const messages: Readonly<Record<typeof ground, string>> = {
    LISTED: `${from} is on the list of ${own}`,
    NOT_LISTED: `${from} is not on the list of ${own}`,
    BLOCKED: `${from} is blocked at ${own}`,
    EXPIRED: `the entry of ${from} ended (${until})`,
    ID_MISMATCH: `the policy pins ${own} to another endpoint id`,
    DEFAULT_ALLOW: `${own} has no entry, and the policy's default is allow`,
    DEFAULT_DENY: `${own} has no entry, and the policy's default is deny`,
  };
  return { allowed, reasons: [{ code: ground, message: messages[ground] }] };
}

/** What an enforcing server still does not cover, and whether it enforces this very policy. */
function outside({ enforcement, policy, endpoint }: Question): readonly Reason[] {
  const { enforced, callersAuthenticated, digest, problem, external } = enforcement;
  const reasons: Reason[] = [];
  if (enforced === 'unknown')
    reasons.push({
      code: 'ENFORCEMENT_UNKNOWN',
      message: 'the server could not be asked whether it enforces the policy',
    });
  if (callersAuthenticated === false)
    reasons.push({
      code: 'CALLERS_NOT_AUTHENTICATED',
      message: 'the server does not authenticate who writes to a caller namespace: anybody may claim to be it',
    });
  if (digest !== undefined && policy !== null && digest !== policy.digest)
    reasons.push({
      code: 'POLICY_NOT_LOADED',
      message: `the server has loaded another policy (${digest.slice(0, 12)}…)`,
    });
  if (problem !== undefined)
    reasons.push({
      code: 'POLICY_PROBLEM',
      message: `the server cannot use the policy files as they are now: ${problem}`,
    });
  if (endpoint?.target?.kind === 'external' && external !== 'diverted')
    reasons.push({ code: 'EXTERNAL_NOT_COVERED', message: 'calls to a URL target do not pass the check at dispatch' });
  if (enforced === true)
    reasons.push({
      code: 'NOT_COVERED',
      message:
        'outside the check: operations scheduled before, started asynchronous ones, history and internal ports, cross-cluster dispatch',
    });
  return reasons;
}

function sightOf({ endpoint, sight }: Question): {
  readonly callable: Check['callable'];
  readonly reasons: readonly Reason[];
} {
  if (endpoint === null) return { callable: false, reasons: [] };
  const reasons: Reason[] = [];
  const { state } = endpoint ?? {};
  const active = state === undefined || state === 'active';
  if (!active) reasons.push({ code: 'NOT_ACTIVE', message: `the endpoint is ${state}` });
  if (sight.targetNamespaceExists === false)
    reasons.push({ code: 'TARGET_NAMESPACE_GONE', message: 'the target namespace is not there' });
  if (sight.pollers === 0) reasons.push({ code: 'NO_POLLERS', message: 'nobody polls the target task queue' });
  if (reasons.length > 0) return { callable: false, reasons };
  const seen = endpoint !== undefined && sight.targetNamespaceExists === true && (sight.pollers ?? 0) > 0;
  if (seen) return { callable: true, reasons };
  return { callable: 'unknown', reasons: sight.unseen === undefined ? [] : [unseenBecause(sight.unseen)] };
}

function unseenBecause(why: string): Reason {
  return { code: 'CALLABLE_UNKNOWN', message: `whether a call would be answered is not known: ${why}` };
}

function sharedReasons(shared: readonly string[], from: string): readonly Reason[] {
  if (shared.length === 0) return [];
  return [
    {
      code: 'SHARED_TARGET',
      message: `${theyLead(shared)} to the same handler: ${from} reaches it by any of them that allows it`,
    },
  ];
}
