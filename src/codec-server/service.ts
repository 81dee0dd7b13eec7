import { NexusctlError } from '../errors/nexusctl-error.ts';
import { grantedKeys, unmappedKeys, type Grant } from './access.ts';
import type { AuditRecord, Outcome } from './audit.ts';
import { readPayloads, writePayloads } from './body.ts';
import type { Maybe } from '../payload/maybe.ts';
import type { Codec, Coded } from './codec.ts';
import { corsHeaders, isPreflight, listedOrigin, preflightHeaders } from './cors.ts';
import type { CodecLimits } from './limits.ts';
import { isOwnHost } from './own-host.ts';
import type { Metrics } from './metrics.ts';
import type { RateLimit } from './rate-limit.ts';
import { readHeaders, route, type CodecResponse, type Headers, type Operation, type RequestHead } from './request.ts';
import { bearerToken, sameSecret, type Authenticate } from './tokens.ts';

export interface CodecSettings {
  readonly origins: ReadonlySet<string>;
  readonly guard:
    | {
        /** Nobody is authenticated; Host, Origin and the path stand in for that (security.md 16). */
        readonly kind: 'loopback';
        readonly tls: boolean;
        readonly pathSecret: string | null;
      }
    | { readonly kind: 'authenticated'; readonly authenticate: Authenticate; readonly grants: readonly Grant[] };
  /** False on loopback only. */
  readonly requireSecure: boolean;
  readonly encode: boolean;
  /** There is external storage that may be read. */
  readonly download: boolean;
  /** For requests whose X-Namespace is empty or missing, as the `temporal` CLI's without -n are. */
  readonly defaultNamespace: string | undefined;
  readonly limits: Pick<CodecLimits, 'bodyBytes' | 'unpackedBytes' | 'answerMs'>;
}

export interface CodecWorld {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where the server listens; known after it does. */
  readonly port: () => number;
  /** Of the keyring as it is now. */
  readonly codec: () => Codec;
  readonly rateLimit: RateLimit;
  readonly metrics: Metrics;
  readonly audit: (record: AuditRecord) => void;
}

/** A request that may go on to its body. */
export interface Admitted {
  readonly operation: Operation;
  readonly subject: string;
  readonly namespace: string;
  readonly keyIds: readonly string[];
  readonly codec: Codec;
  readonly origin: string | null;
  readonly remote: string;
  readonly started: number;
  readonly keepReferences: boolean;
}

export type Decision =
  | { readonly kind: 'answer'; readonly response: CodecResponse }
  | { readonly kind: 'read-body'; readonly admitted: Admitted };

export interface CodecService {
  /** Everything that can be decided before the body is read; no key is used yet. */
  readonly admit: (head: RequestHead, busy: boolean) => Decision | Promise<Decision>;
  readonly answer: (admitted: Admitted, body: Buffer) => CodecResponse | Promise<CodecResponse>;
  /** For what the socket finds out while it reads the body. */
  readonly refuse: (admitted: Admitted, outcome: 'too-large' | 'timed-out') => CodecResponse;
}

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

interface Facts {
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

export function makeCodecService(settings: CodecSettings, world: CodecWorld): CodecService {
  const { guard, limits } = settings;
  const isPathSecret = guard.kind === 'loopback' && guard.pathSecret !== null ? sameSecret(guard.pathSecret) : null;

  const finish = (facts: Facts, extra: readonly string[] = [], body: string | Buffer = refusal): CodecResponse => {
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

  const admit = (head: RequestHead, busy: boolean): Decision | Promise<Decision> => {
    const started = world.now();
    const headers = readHeaders(head.rawHeaders);
    const path = route(head.target, isPathSecret !== null);
    const listed = listedOrigin(headers, settings.origins);
    const origin = listed ?? null;
    const remote = head.remoteAddress;
    const operation = path.kind === 'health' || path.kind === 'unknown' ? undefined : path.kind;
    const refuse = (outcome: Outcome, facts: Partial<Facts> = {}, extra: readonly string[] = []): Decision => ({
      kind: 'answer',
      response: finish({ outcome, started, remote, origin, operation, ...facts }, extra),
    });

    if (path.kind === 'health') return healthy(head.method);
    if (settings.requireSecure && !isSecure(head, headers)) return refuse('bad-transport');
    if (guard.kind === 'loopback' && !hasOwnHost(headers, world.port(), guard.tls)) return refuse('bad-host');
    if (listed === undefined) return refuse('bad-origin');
    if (isPathSecret !== null && !isPathSecret(path.secret ?? '')) return refuse('bad-path');
    if (operation === undefined || (operation !== 'decode' && !settings[operation])) return refuse('bad-path');
    if (origin !== null && isPreflight(head.method, headers))
      return {
        kind: 'answer',
        response: {
          ...finish({ outcome: 'preflight', started, remote, origin: null, operation }, [], ''),
          headers: preflightHeaders(origin, headers),
        },
      };
    if (head.method !== 'POST') return refuse('bad-method', {}, ['Allow', 'POST, OPTIONS']);
    if (!isPlainJson(headers)) return refuse('bad-content-type');
    if (Number(headers.contentLength ?? 0) > limits.bodyBytes) return refuse('too-large');
    if (busy) return refuse('too-busy', {}, ['Retry-After', '1']);

    const token = bearerToken(headers.authorization);
    const unauthenticated = (): Decision => refuse('unauthenticated', {}, ['WWW-Authenticate', 'Bearer']);
    const permit = (
      subject: string,
      keyIdsOf: (namespace: string, codec: Codec) => readonly string[] | null,
    ): Decision => {
      if (!world.rateLimit.take(subject)) return refuse('rate-limited', { subject }, ['Retry-After', '1']);
      const namespace = namespaceOf(headers, path.namespace, settings.defaultNamespace);
      if (namespace === null) return refuse('bad-namespace', { subject });
      const codec = world.codec();
      const keyIds = keyIdsOf(namespace, codec);
      if (keyIds === null) return refuse('denied', { subject, namespace });
      const { keepReferences } = path;
      return {
        kind: 'read-body',
        admitted: { operation, subject, namespace, keyIds, codec, origin, remote, started, keepReferences },
      };
    };
    if (guard.kind === 'loopback') {
      // What a UI without authentication sends when it is told to pass its token on: a set-up that cannot be meant.
      if (headers.authorization.some((value) => /^Bearer\s+(undefined|null)?\s*$/i.test(value)))
        return unauthenticated();
      return permit('local', (namespace, codec) => unmappedKeys(namespace, codec.keyIds));
    }
    if (token === null) return unauthenticated();
    const proceed = (identity: Awaited<ReturnType<Authenticate>>): Decision =>
      identity === null
        ? unauthenticated()
        : permit(identity.subject, (namespace, codec) =>
            grantedKeys(guard.grants, identity, operation, namespace, codec.keyIds),
          );
    const identity = guard.authenticate(token);
    return identity instanceof Promise ? identity.then(proceed) : proceed(identity);
  };

  const answer = (admitted: Admitted, body: Buffer): Maybe<CodecResponse> => {
    const { operation, subject, namespace, keyIds, codec, origin, remote, started, keepReferences } = admitted;
    const facts = { started, remote, origin, operation, subject, namespace };
    let count: number | undefined;
    const done = (coded: Coded): CodecResponse => {
      const { payloads, unchanged } = coded;
      world.metrics.payloads(operation, payloads.length - unchanged, unchanged);
      const written = writePayloads(payloads);
      return finish({ outcome: 'ok', ...facts, keyIds: coded.keyIds, count: payloads.length, unchanged }, [], written);
    };
    const failed = (error: unknown): CodecResponse => {
      const code = error instanceof NexusctlError ? error.code : error instanceof Error ? error.name : 'unknown';
      return finish({ outcome: outcomeOf(error, count), ...facts, ...(count !== undefined && { count }), error: code });
    };
    try {
      const payloads = readPayloads(body);
      count = payloads.length;
      const { unpackedBytes } = limits;
      const work = codec.run({ operation, payloads, namespace, keyIds, keepReferences, unpackedBytes });
      return work instanceof Promise ? within(work, limits.answerMs).then(done).catch(failed) : done(work);
    } catch (error) {
      return failed(error);
    }
  };

  return {
    admit,
    answer,
    refuse: ({ operation, subject, namespace, origin, remote, started }, outcome) =>
      finish({ outcome, started, remote, origin, operation, subject, namespace }),
  };
}

/** Nothing is unpacked: no client compresses its requests. */
function isPlainJson({ contentType = '', contentEncoding = 'identity' }: Headers): boolean {
  return /^application\/json\s*(?:;|$)/i.test(contentType) && /^identity$/i.test(contentEncoding);
}

function healthy(method: string): Decision {
  const known = method === 'GET' || method === 'HEAD';
  const headers = ['Content-Type', 'text/plain', 'Cache-Control', 'no-store'];
  return {
    kind: 'answer',
    response: { status: known ? 200 : 405, headers, body: known && method === 'GET' ? 'ok\n' : '' },
  };
}

/** Behind an ingress the last proxy's word counts, and only of a proxy that was named. */
function isSecure(head: RequestHead, headers: Headers): boolean {
  switch (head.transport) {
    case 'tls':
      return true;
    case 'clear':
      return false;
    case 'trusted-proxy':
      return headers.forwardedProto?.split(',').at(-1)?.trim().toLowerCase() === 'https';
  }
}

function hasOwnHost(headers: Headers, port: number, tls: boolean): boolean {
  const [host, second] = headers.host;
  return host !== undefined && second === undefined && isOwnHost(host, port, tls);
}

/** Null: two namespaces were named, or the path says another than the header. */
function namespaceOf(headers: Headers, inPath: string | null, fallback: string | undefined): string | null {
  if (headers.namespace.length > 1) return null;
  const inHeader = headers.namespace[0]?.trim() ?? '';
  if (inPath !== null && inHeader !== '' && inPath !== inHeader) return null;
  return inPath ?? (inHeader === '' ? (fallback ?? '') : inHeader);
}

/** @throws NexusctlError TIMED_OUT */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NexusctlError('TIMED_OUT', 'the key service took too long')), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function outcomeOf(error: unknown, count: number | undefined): Outcome {
  if (!(error instanceof NexusctlError)) return 'bug';
  if (count === undefined) return 'bad-body';
  if (error.code === 'TIMED_OUT') return 'timed-out';
  return error.code.startsWith('KMS_') || error.code === 'KEY_MISSING' ? 'key-service' : 'not-opened';
}
