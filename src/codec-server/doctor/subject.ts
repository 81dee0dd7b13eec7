import type { CodecProbe, ProbeResult } from './probe.ts';

export interface DoctorOptions {
  /** As a client is given it: `{namespace}` and a trailing slash included. */
  readonly endpoint: string;
  readonly namespace: string;
  /** Of the Web UI. */
  readonly origin: string;
  /** The whole Authorization header. */
  readonly authorization?: string | undefined;
  /** Other headers of the client (--codec-header), which may be secret too. */
  readonly headers: Readonly<Record<string, string>>;
  /** --allow-plaintext-key. */
  readonly plaintextHost?: string | undefined;
  /** The Web UI is told to pass the user's token on, or to send cookies. */
  readonly passToken: boolean;
  readonly credentials: boolean;
  readonly ca?: string | undefined;
  /** Proto3 JSON of an encrypted payload that the server should open. */
  readonly sample?: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The codec server under examination, and the ways in which its clients ask it. */
export interface Subject {
  readonly probe: CodecProbe;
  readonly options: DoctorOptions;
  /** Of the server, with the namespace filled in. */
  readonly url: string;
  /** The headers that the Web UI's preflight asks for, in lower case. */
  readonly wanted: readonly string[];
  /** POSTs to a path below the endpoint, with the credential. */
  readonly post: (path: string, body: string, more?: Differently) => Promise<ProbeResult>;
  /** POSTs as a page of the Web UI does; to `/decode` with its query unless told. */
  readonly fromPage: (body: string, path?: string) => Promise<ProbeResult>;
  /** The preflight that a browser sends before a page of this origin may ask; for `/decode` with its query unless told. */
  readonly preflightOf: (page: string, path?: string) => Promise<ProbeResult>;
}

/** One that answered at all. */
export interface Answered extends Subject {
  /** To a plain payload that a page of the Web UI sent. */
  readonly first: ProbeResult & { readonly ok: true };
}

/** The path, and what the Web UI makes of it. */
export const bareDecode = '/decode';
export const uiDecode = '/decode?preserveStorageRefs=true';

interface Differently {
  readonly headers?: Readonly<Record<string, string>>;
  /** Without Authorization; other headers of the client stay. */
  readonly anonymous?: boolean;
}

export function subjectOf(probe: CodecProbe, options: DoctorOptions): Subject {
  const { endpoint, namespace, origin, passToken, timeoutMs, signal, ca, plaintextHost } = options;
  const url = endpoint.replaceAll('{namespace}', encodeURIComponent(namespace));
  const wanted = ['content-type', 'x-namespace', ...(passToken ? ['authorization', 'authorization-extras'] : [])];
  const credential: Record<string, string> = {
    ...options.headers,
    ...(options.authorization === undefined ? {} : { Authorization: options.authorization }),
  };
  const post: Subject['post'] = (path, body, { headers = {}, anonymous = false } = {}) =>
    probe.send({
      url: path.startsWith('//') ? url.replace(/\/+$/, '') + path : url + path,
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Namespace': namespace, ...headers },
      credential: anonymous ? options.headers : credential,
      plaintextHost,
      body,
      timeoutMs,
      ca,
      signal,
    });
  return {
    probe,
    options,
    url,
    wanted,
    post,
    fromPage: (body, path = uiDecode) => post(path, body, { headers: { Origin: origin } }),
    preflightOf: (page, path = uiDecode) =>
      probe.send({
        url: url + path,
        method: 'OPTIONS',
        headers: {
          Origin: page,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': wanted.join(','),
          'Sec-Fetch-Mode': 'cors',
        },
        timeoutMs,
        ca,
        signal,
      }),
  };
}
