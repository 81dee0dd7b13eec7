import type { Outcome } from './operations.ts';
import type { StatusName } from './refusal.ts';

/** What a fault does. `calls` limits it to some calls; without it every call is meant. */
export type Effect =
  | { readonly kind: 'server-certificate'; readonly variant: 'expired' | 'not-yet-valid' | 'wrong-name' | 'unknown-ca' }
  | { readonly kind: 'client-certificate'; readonly variant: 'expired' | 'unknown-ca' | 'expiring-ca' }
  | { readonly kind: 'refuse'; readonly calls: Calls; readonly status: StatusName; readonly message: string }
  | { readonly kind: 'rival-write' }
  | { readonly kind: 'drop'; readonly calls: Calls; readonly when: 'before' | 'after' }
  | { readonly kind: 'delay'; readonly calls: Calls; readonly lengthMs: number }
  | { readonly kind: 'operation'; readonly outcome: Outcome; readonly lengthMs?: number }
  | { readonly kind: 'capability'; readonly nexus: false };

type Calls = 'writes' | 'control-plane' | 'frontend' | 'all';

export interface Fault {
  readonly name: string;
  readonly summary: string;
  readonly effect: Effect;
  /** How often it happens unless `NAME=COUNT` says otherwise; absent: always. */
  readonly count?: number;
}

/** Every fault that `--fault` knows. */
export const faults: readonly Fault[] = [
  {
    name: 'server-certificate-expired',
    summary: 'every server shows a certificate that ended yesterday',
    effect: { kind: 'server-certificate', variant: 'expired' },
  },
  {
    name: 'server-certificate-not-yet-valid',
    summary: 'every server shows a certificate that begins tomorrow',
    effect: { kind: 'server-certificate', variant: 'not-yet-valid' },
  },
  {
    name: 'server-certificate-wrong-name',
    summary: 'every server shows a certificate for another host',
    effect: { kind: 'server-certificate', variant: 'wrong-name' },
  },
  {
    name: 'server-certificate-unknown-ca',
    summary: 'the servers are signed by a CA that the client is not given',
    effect: { kind: 'server-certificate', variant: 'unknown-ca' },
  },
  {
    name: 'client-certificate-expired',
    summary: 'the client certificate ended yesterday',
    effect: { kind: 'client-certificate', variant: 'expired' },
  },
  {
    name: 'client-certificate-unknown-ca',
    summary: 'the client certificate is signed by a CA that the namespaces do not accept',
    effect: { kind: 'client-certificate', variant: 'unknown-ca' },
  },
  {
    name: 'client-ca-expiring',
    summary: 'the client CA of the namespaces ends in five days',
    effect: { kind: 'client-certificate', variant: 'expiring-ca' },
  },
  {
    name: 'conflict',
    summary: 'somebody else writes the endpoint just before you do (FAILED_PRECONDITION)',
    effect: { kind: 'rival-write' },
    count: 1,
  },
  {
    name: 'aborted',
    summary: 'a write is answered with ABORTED and not carried out',
    effect: { kind: 'refuse', calls: 'writes', status: 'ABORTED', message: 'the write lost a race' },
    count: 1,
  },
  {
    name: 'operation-rejected',
    summary: 'an operation ends as REJECTED',
    effect: { kind: 'operation', outcome: 'REJECTED' },
    count: 1,
  },
  {
    name: 'operation-failed',
    summary: 'an operation ends as FAILED',
    effect: { kind: 'operation', outcome: 'FAILED' },
    count: 1,
  },
  {
    name: 'operation-cancelled',
    summary: 'an operation ends as CANCELLED',
    effect: { kind: 'operation', outcome: 'CANCELLED' },
    count: 1,
  },
  {
    name: 'operation-slow',
    summary: 'every operation takes five seconds',
    effect: { kind: 'operation', outcome: 'FULFILLED', lengthMs: 5000 },
  },
  {
    name: 'operation-stuck',
    summary: 'an operation never ends',
    effect: { kind: 'operation', outcome: 'STUCK' },
    count: 1,
  },
  {
    name: 'drop-before-write',
    summary: 'the connection is cut when a write arrives; it is not carried out',
    effect: { kind: 'drop', calls: 'writes', when: 'before' },
    count: 1,
  },
  {
    name: 'drop-after-write',
    summary: 'a write is carried out, then the connection is cut instead of an answer',
    effect: { kind: 'drop', calls: 'writes', when: 'after' },
    count: 1,
  },
  {
    name: 'slow-answers',
    summary: 'every answer takes two seconds',
    effect: { kind: 'delay', calls: 'all', lengthMs: 2000 },
  },
  {
    name: 'rate-limit',
    summary: 'calls to the control plane are answered with RESOURCE_EXHAUSTED',
    effect: { kind: 'refuse', calls: 'control-plane', status: 'RESOURCE_EXHAUSTED', message: 'rate limit exceeded' },
    count: 2,
  },
  {
    name: 'unavailable',
    summary: 'calls to the control plane are answered with UNAVAILABLE',
    effect: { kind: 'refuse', calls: 'control-plane', status: 'UNAVAILABLE', message: 'upstream connect error' },
    count: 2,
  },
  {
    name: 'unauthenticated',
    summary: 'no key is accepted by the control plane',
    effect: { kind: 'refuse', calls: 'control-plane', status: 'UNAUTHENTICATED', message: 'invalid api key' },
  },
  {
    name: 'permission-denied',
    summary: 'the key may read but not write',
    effect: { kind: 'refuse', calls: 'writes', status: 'PERMISSION_DENIED', message: 'unauthorized' },
  },
  {
    name: 'frontend-unauthenticated',
    summary: 'the namespace frontends accept no credential',
    effect: { kind: 'refuse', calls: 'frontend', status: 'UNAUTHENTICATED', message: 'Request unauthorized.' },
  },
  {
    name: 'frontend-permission-denied',
    summary: 'the namespace frontends allow nothing',
    effect: { kind: 'refuse', calls: 'frontend', status: 'PERMISSION_DENIED', message: 'Request unauthorized.' },
  },
  {
    name: 'frontend-unavailable',
    summary: 'the namespace frontends are down behind their load balancer',
    effect: { kind: 'refuse', calls: 'frontend', status: 'UNAVAILABLE', message: 'no healthy upstream' },
  },
  {
    name: 'nexus-disabled',
    summary: 'the frontends say that they cannot do Nexus',
    effect: { kind: 'capability', nexus: false },
  },
];
