import { refusal } from './refusal.ts';

/** What the account must know of a specification; `wire` is the whole of it, with fields that nobody here knows. */
export interface EndpointSpec {
  readonly name: string;
  /** Absent when the target is of another kind or not there. */
  readonly target?: { readonly namespace: string; readonly taskQueue: string };
  readonly callers: readonly string[];
  /** Policies with no content at all; one of an unknown kind is not empty. */
  readonly emptyPolicies: number;
  readonly descriptionBytes: number;
  readonly wire: Uint8Array;
}

/** Rules and limits of the real service: temporal/service/frontend/nexus_endpoint_client.go and docs.temporal.io. */
const namePattern = /^[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$/;
const longestName = 200;
const longestTaskQueue = 1000;
const largestDescription = 20_000;
const mostCallers = 1000;
/** What an account may have unless support has raised it. */
export const mostEndpoints = 100;

/** @throws Refusal with every issue of the specification in one message, as the real service words it */
export function validateSpec(spec: EndpointSpec, isNamespace: (id: string) => boolean): void {
  const issues = [...nameIssues(spec.name), ...targetIssues(spec, isNamespace), ...callerIssues(spec, isNamespace)];
  if (spec.descriptionBytes > largestDescription)
    issues.push(
      `description size ${String(spec.descriptionBytes)} exceeds limit of ${String(largestDescription)} bytes`,
    );
  if (issues.length > 0) throw refusal('INVALID_ARGUMENT', issues.join(', '));
}

function nameIssues(name: string): string[] {
  if (name === '') return ['endpoint name not set'];
  const issues: string[] = [];
  if (name.length > longestName) issues.push(`endpoint name exceeds length limit of ${String(longestName)}`);
  if (!namePattern.test(name)) issues.push(`endpoint name must match the regex: ${namePattern.source}`);
  return issues;
}

function targetIssues({ target }: EndpointSpec, isNamespace: (id: string) => boolean): string[] {
  if (target === undefined) return ['empty target'];
  const issues: string[] = [];
  if (target.namespace === '') issues.push('target namespace not set');
  else if (!isNamespace(target.namespace)) issues.push(`target namespace ${target.namespace} not found`);
  if (target.taskQueue === '') issues.push('target task queue not set');
  if (target.taskQueue.length > longestTaskQueue)
    issues.push(`target task queue exceeds length limit of ${String(longestTaskQueue)}`);
  return issues;
}

function callerIssues({ callers, emptyPolicies }: EndpointSpec, isNamespace: (id: string) => boolean): string[] {
  const issues = callers.filter((id) => !isNamespace(id)).map((id) => `allowed namespace ${id} not found`);
  if (emptyPolicies > 0) issues.push('policy spec without a variant');
  if (callers.length > mostCallers) issues.push(`more than ${String(mostCallers)} allowed namespaces`);
  return issues;
}
