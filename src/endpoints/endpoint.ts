import type { Backend } from '../profile/profile.ts';

export type Target =
  | { readonly kind: 'worker'; readonly namespace: string; readonly taskQueue: string }
  | { readonly kind: 'external'; readonly url: string };

/** One entry of an allowlist as somebody wrote it. What only files know (owner to until) is absent on Cloud. */
export interface CallerEntry {
  readonly namespace: string;
  readonly owner?: string;
  readonly reason?: string;
  readonly ref?: string;
  /** A day (ends at 24:00 UTC of it) or an RFC 3339 time. */
  readonly until?: string;
}

export interface Caller extends CallerEntry {
  readonly status: 'active' | 'expired';
}

/** temporal.api.cloud.resource.v1.ResourceState by its numbers, in lower case with hyphens. */
export const resourceStates = [
  'unspecified',
  'activating',
  'activation-failed',
  'active',
  'updating',
  'update-failed',
  'deleting',
  'delete-failed',
  'deleted',
  'suspended',
  'expired',
] as const;

/** One of `resourceStates`, or `state-NUMBER` for one that is newer than this. */
export type EndpointState = string;

/** An endpoint as the JSON contract shows it. What a backend or a file does not know is absent. */
export interface Endpoint {
  readonly id?: string;
  readonly name: string;
  readonly state?: EndpointState;
  readonly target?: Target;
  readonly description?: string;
  /** The allowlist. On a self-hosted cluster that of the policy file. */
  readonly callers: readonly Caller[];
  /** Namespaces that may not call whatever `callers` says (policy file or nexus.yaml). */
  readonly blocked?: readonly string[];
  /** True when nothing restricts this endpoint: every namespace may call it and `callers` says nothing. */
  readonly everyone?: true;
  /** The project of the account that it belongs to; Cloud only, and only where there are projects. */
  readonly projectId?: string;
  readonly resourceVersion?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

/**
 * An endpoint with the bytes it came as: an adapter writes a changed spec on top of them, so that fields and policy
 * kinds that nexusctl does not know survive. Only the adapter that made `spec` reads it.
 */
export interface Held {
  readonly endpoint: Endpoint;
  readonly spec: Uint8Array;
  /** The operation that is (or was last) working on it; Cloud only. */
  readonly operationId?: string;
  /** Policy entries of kinds that nexusctl does not know: kept, and reported. */
  readonly unknownPolicies: number;
}

/** What a change wishes for; an absent part stays as it is, a null description is taken away. */
export interface Wish {
  readonly name?: string;
  readonly target?: Target;
  readonly description?: string | null;
  /** Namespaces of the whole allowlist. */
  readonly callers?: readonly string[];
}

export interface NewEndpoint {
  readonly name: string;
  readonly target: Target;
  readonly description?: string;
  readonly callers: readonly string[];
  readonly projectId?: string;
}

export type Effective = 'now' | 'pending' | 'file-only';

export type Action = 'create' | 'update' | 'delete' | 'allow' | 'revoke' | 'set-callers';

export interface Change {
  readonly action: Action;
  readonly endpoint: string;
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly before: Endpoint | null;
  readonly after: Endpoint | null;
  readonly operationId?: string;
  readonly effective: Effective;
}

export function sameTarget(one: Target | undefined, other: Target | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  switch (one.kind) {
    case 'worker':
      return other.kind === 'worker' && one.namespace === other.namespace && one.taskQueue === other.taskQueue;
    case 'external':
      return other.kind === 'external' && one.url === other.url;
  }
}

export function targetText(target: Target | undefined): string {
  if (target === undefined) return '?';
  switch (target.kind) {
    case 'worker':
      return `${target.namespace}/${target.taskQueue}`;
    case 'external':
      return target.url;
  }
}

/** In the order of their names: a server's own order, by id, says nothing to people and moves in a review. */
export function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  if (one.name === other.name) return 0;
  return one.name < other.name ? -1 : 1;
}

/** Names as the subject of a sentence about where they lead. */
export function theyLead(names: readonly string[]): string {
  return `${names.join(', ')} ${names.length === 1 ? 'leads' : 'lead'}`;
}

/** Other endpoints that lead to the same place: whoever may call one of them reaches the same handler. */
export function sharingTarget(endpoint: Endpoint, all: readonly Endpoint[]): readonly string[] {
  if (endpoint.target === undefined) return [];
  return all
    .filter((other) => other.name !== endpoint.name && sameTarget(other.target, endpoint.target))
    .map(({ name }) => name);
}

export type { Backend };
