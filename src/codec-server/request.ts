/** The head of an HTTP request as the socket's adapter saw it, before a byte of the body was read. */
export interface RequestHead {
  readonly method: string;
  /** As sent: path and query, or the whole address. */
  readonly target: string;
  /** Name and value in turn, as they came: repeated headers are still apart. */
  readonly rawHeaders: readonly string[];
  /** Of the socket's other end. */
  readonly remoteAddress: string;
  /** Whether the socket is TLS, or its other end is a proxy that was named as trusted. */
  readonly transport: 'tls' | 'clear' | 'trusted-proxy';
}

export interface CodecResponse {
  readonly status: number;
  /** Name and value in turn. */
  readonly headers: readonly string[];
  /** A text is ASCII: it has as many bytes as characters. */
  readonly body: string | Buffer;
  /** Close the connection after it: what is left of the request is not worth reading. */
  readonly close?: true;
}

/** `download` fetches payloads from external storage, and opens them. */
export type Operation = 'decode' | 'encode' | 'download';

/** The headers that mean something here. A list where a second one would be an attempt to confuse. */
export interface Headers {
  readonly host: readonly string[];
  readonly origin: readonly string[];
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly contentLength: string | undefined;
  readonly authorization: readonly string[];
  readonly namespace: readonly string[];
  readonly forwardedProto: string | undefined;
  readonly requestedMethod: string | undefined;
  readonly requestsPrivateNetwork: boolean;
}

export function readHeaders(raw: readonly string[]): Headers {
  const host: string[] = [];
  const origin: string[] = [];
  const authorization: string[] = [];
  const namespace: string[] = [];
  const single = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    if (name === 'host') host.push(value);
    else if (name === 'origin') origin.push(value);
    else if (name === 'authorization') authorization.push(value);
    else if (name === 'x-namespace') namespace.push(value);
    else single.set(name, value);
  }
  return {
    host,
    origin,
    authorization,
    namespace,
    contentType: single.get('content-type'),
    contentEncoding: single.get('content-encoding'),
    contentLength: single.get('content-length'),
    forwardedProto: single.get('x-forwarded-proto'),
    requestedMethod: single.get('access-control-request-method'),
    requestsPrivateNetwork: single.get('access-control-request-private-network') === 'true',
  };
}

/** The form in which clients ask proxies; a server takes it too (RFC 9112 3.2.2). */
const absoluteForm = /^https?:\/\/([^/?]*)(.*)$/i;

/** The one host that a request is for: what the target says counts before `Host`. Null when there is none, or two. */
export function hostOf(target: string, { host: [host, second] }: Headers): string | null {
  if (second !== undefined) return null;
  return absoluteForm.exec(target)?.[1] ?? host ?? null;
}

export interface Route {
  readonly kind: Operation | 'health' | 'unknown';
  /** From `/{namespace}/decode`; null when the path names none. */
  readonly namespace: string | null;
  /** The first segment, when more follow: where the path secret stands. */
  readonly secret: string | null;
  /** `?preserveStorageRefs=true`: references to external storage are not followed. The Web UI always says so. */
  readonly keepReferences: boolean;
}

/**
 * `[/SECRET][/NAMESPACE]/decode`, with empty segments skipped: the Web UI and the CLI join by plain concatenation, so
 * `//decode` is what a trailing slash or an empty `{namespace}` makes.
 */
export function route(target: string, withSecret: boolean): Route {
  const unknown: Route = { kind: 'unknown', namespace: null, secret: null, keepReferences: true };
  const place = target.startsWith('/') ? target : (absoluteForm.exec(target)?.[2] ?? '');
  if (!place.startsWith('/')) return unknown;
  const query = place.indexOf('?');
  const segments = (query === -1 ? place : place.slice(0, query)).split('/').filter((segment) => segment !== '');
  if (segments.length === 1 && segments[0] === 'healthz') return { ...unknown, kind: 'health' };
  const secret = withSecret ? (segments.shift() ?? null) : null;
  const verb = segments.pop();
  const [namespace = null, ...others] = segments;
  if (others.length > 0 || (verb !== 'decode' && verb !== 'encode' && verb !== 'download'))
    return { ...unknown, secret };
  const keepReferences = query !== -1 && /[?&]preserveStorageRefs=true(?:&|$)/i.test(place.slice(query));
  return { kind: verb, namespace: namespace === null ? null : decodeSegment(namespace), secret, keepReferences };
}

/** An escape that is none stays as it is: such a namespace exists nowhere. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
