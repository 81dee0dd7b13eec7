import type { AuditRecord, Outcome } from './audit.ts';
import { corsHeaders } from './cors.ts';
import type { CodecResponse, Operation } from './request.ts';
import type { CodecWorld } from './settings.ts';

/** Every refusal has this body, whatever the reason: it is in the audit line, not on the wire. */
const refusal = '{"message":"the codec server refused the request"}';

const statusOf = {
  ok: 200,
  preflight: 204,
  'bad-transport': 403,
  'bad-host': 403,
  'bad-origin': 403,
  'bad-path': 404,
  'bad-method': 405,
  'bad-content-type': 415,
  unauthenticated: 401,
  'bad-namespace': 400,
  denied: 403,
  'rate-limited': 429,
  'too-busy': 429,
  'too-large': 413,
  'bad-body': 400,
  'not-opened': 400,
  'key-service': 424,
  'timed-out': 408,
  malformed: 400,
  'head-too-large': 431,
  bug: 400,
} as const satisfies Record<Outcome, number>;

const jsonHeaders = [
  'Content-Type',
  'application/json',
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
];

/** What is known of a request when it ends. */
export interface Facts {
  readonly outcome: Outcome;
  readonly started: number;
  readonly remote: string;
  readonly origin: string | null;
  readonly operation?: Operation | undefined;
  readonly subject?: string | undefined;
  readonly namespace?: string | undefined;
  readonly keyIds?: readonly string[];
  readonly count?: number;
  readonly unchanged?: number;
  readonly error?: string | undefined;
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

let lastTime = { at: 0, text: '' };

/** Many requests end in the same millisecond. */
function timeText(at: number): string {
  if (lastTime.at !== at) lastTime = { at, text: new Date(at).toISOString() };
  return lastTime.text;
}

/** @param extra headers @param body of a refusal unless told */
export type Finish = (facts: Facts, extra?: readonly string[], body?: string | Buffer) => CodecResponse;

/** How every request ends: counted, written down, answered. */
export function makeFinish(world: Pick<CodecWorld, 'now' | 'metrics' | 'audit'>): Finish {
  return (facts, extra = [], body = refusal) => {
    const { outcome, started, remote, origin } = facts;
    const status = statusOf[outcome];
    const time = world.now();
    world.metrics.request(facts.operation ?? 'other', outcome, (time - started) / 1000);
    if (outcome !== 'preflight') {
      const record: Mutable<AuditRecord> = {
        time: timeText(time),
        event: 'request',
        outcome,
        status,
        remote,
        durationMs: time - started,
      };
      const { subject, namespace, operation, keyIds, count, unchanged, error } = facts;
      if (subject !== undefined) record.subject = subject;
      if (namespace !== undefined) record.namespace = namespace;
      if (operation !== undefined) record.operation = operation;
      if (keyIds !== undefined) record.keyIds = keyIds;
      if (count !== undefined) record.count = count;
      if (unchanged !== undefined) record.unchanged = unchanged;
      if (origin !== null) record.origin = origin;
      if (error !== undefined) record.error = error;
      world.audit(record);
    }
    const headers = [...(outcome === 'preflight' ? [] : jsonHeaders), ...corsHeaders(origin ?? undefined), ...extra];
    return { status, headers, body, ...(outcome === 'too-large' ? { close: true } : {}) };
  };
}
