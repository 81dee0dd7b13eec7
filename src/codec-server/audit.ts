import type { Operation } from './request.ts';

/** How a request ended; the client is told only the status. */
export const outcomes = [
  'ok',
  'preflight',
  'bad-transport',
  'bad-host',
  'bad-origin',
  'bad-path',
  'bad-method',
  'bad-content-type',
  'unauthenticated',
  'bad-namespace',
  'denied',
  'rate-limited',
  'too-busy',
  'too-large',
  'bad-body',
  'not-opened',
  'key-service',
  'timed-out',
  'malformed',
  'head-too-large',
  'bug',
] as const;
export type Outcome = (typeof outcomes)[number];

/** One line of the audit log (security.md 17): who asked for what with which keys. Never plaintext, never a secret. */
export interface AuditRecord {
  readonly time: string;
  readonly event: 'request';
  readonly outcome: Outcome;
  readonly status: number;
  /** `local` on a loopback server without authentication; absent before anybody was authenticated. */
  readonly subject?: string;
  readonly namespace?: string;
  readonly operation?: Operation;
  /** Ids that the payloads named and the keyring knows; an id that is itself a key is a fingerprint. */
  readonly keyIds?: readonly string[];
  readonly count?: number;
  readonly unchanged?: number;
  readonly origin?: string;
  readonly remote: string;
  readonly durationMs: number;
  /** Code of the error behind the outcome. */
  readonly error?: string;
}
