import { grantedKeys, unmappedKeys } from './access.ts';
import type { Outcome } from './audit.ts';
import type { Codec } from './codec.ts';
import { isPreflight, listedOrigin, preflightHeaders } from './cors.ts';
import type { Facts, Finish } from './finish.ts';
import { isOwnHost } from './own-host.ts';
import {
  hostOf,
  readHeaders,
  route,
  type CodecResponse,
  type Headers,
  type Operation,
  type RequestHead,
} from './request.ts';
import type { CodecSettings, CodecWorld } from './settings.ts';
import { bearerToken, sameSecret, type Authenticate } from './tokens.ts';

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

export type Admit = (head: RequestHead, busy: boolean) => Decision | Promise<Decision>;

/** Everything that can be decided before the body is read; no key is used yet. */
export function makeAdmission(settings: CodecSettings, world: CodecWorld, finish: Finish): Admit {
  const { guard, limits } = settings;
  const isPathSecret = guard.kind === 'loopback' && guard.pathSecret !== null ? sameSecret(guard.pathSecret) : null;

  return (head, busy) => {
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
    if (guard.kind === 'loopback' && !hasOwnHost(head, headers, world.port(), guard.tls)) return refuse('bad-host');
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

function hasOwnHost({ target }: RequestHead, headers: Headers, port: number, tls: boolean): boolean {
  const host = hostOf(target, headers);
  return host !== null && isOwnHost(host, port, tls);
}

/** Null: two namespaces were named, or the path says another than the header. */
function namespaceOf(headers: Headers, inPath: string | null, fallback: string | undefined): string | null {
  if (headers.namespace.length > 1) return null;
  const inHeader = headers.namespace[0]?.trim() ?? '';
  if (inPath !== null && inHeader !== '' && inPath !== inHeader) return null;
  return inPath ?? (inHeader === '' ? (fallback ?? '') : inHeader);
}
