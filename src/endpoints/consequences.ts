import type { Backend } from './endpoint.ts';
import type { Enforcement } from './self-hosted.ts';

/** What it means for running callers that they are taken off a list, on the backend at hand. Said once per command. */
export function removalSentence(backend: Backend, enforcement: Enforcement): string {
  const started = 'asynchronous operations that have started go on';
  switch (backend) {
    case 'cloud':
      return `a removed caller's next operation is not routed: its workflow task is retried until it is allowed again; ${started}`;
    case 'self-hosted':
      if (enforcement.enforced === false)
        return `nothing enforces the policy on this server, so nobody is stopped by a removal`;
      return `under the authorizer a removed caller's next operation fails once, and the workflow can catch it; ${started}`;
  }
}

/** What must be said on every self-hosted command that shows or changes an allowlist. */
export function enforcementNotes(enforcement: Enforcement, hasPolicy: boolean): readonly string[] {
  const { enforced, callersAuthenticated, problem } = enforcement;
  if (enforced === false)
    return [
      `NOT_ENFORCED: this server enforces no allowlist: every namespace may call every endpoint${hasPolicy ? ', whatever the policy file says' : ''} (the authorizer module does)`,
    ];
  if (enforced === 'unknown') return ['whether the server enforces the policy is unknown: it could not be asked'];
  return [
    ...(callersAuthenticated === false
      ? ['CALLERS_NOT_AUTHENTICATED: the policy is enforced, but anybody may claim to be any caller namespace']
      : []),
    ...(problem === undefined
      ? []
      : [`the server cannot use the policy files as they are now (${problem}); an older policy is in force`]),
  ];
}
