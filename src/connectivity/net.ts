/**
 * The port through which checks see the network. Filled by adapters/net.ts with `node:dns`, `net`, `tls` and `http2`,
 * never with an SDK connection, which hides the cause. Results are data, failures too: nothing here throws but an
 * abort by the signal.
 */
export interface Net {
  /** getaddrinfo, as both kinds of clients ask: all addresses in resolver order. */
  readonly lookup: (host: string, limits: Limits) => Promise<LookupResult>;
  /** The name behind a CNAME, when there is one. */
  readonly canonicalName: (host: string, limits: Limits) => Promise<string | null>;
  /** Opens and closes a TCP connection; when it opens, waits `sniffMs` for a server that speaks first or closes. */
  readonly tcp: (address: string, port: number, limits: Limits, sniffMs: number) => Promise<TcpResult>;
  /** Asks an HTTP proxy for a tunnel and closes it. No credential of the target goes out. */
  readonly connectThroughProxy: (
    proxy: ProxyAddress,
    host: string,
    port: number,
    limits: Limits,
  ) => Promise<ProxyResult>;
  /** A handshake that verifies nothing and sends no credential: what does the server show? */
  readonly observeTls: (way: Way, options: ObserveOptions, limits: Limits) => Promise<TlsObservation>;
  /** Judges a served chain against a trust store, without the network. */
  readonly verifyChain: (peer: PeerTls, roots: readonly string[]) => string | null;
  /** Null when the certificate is for this name; otherwise why not. */
  readonly verifyName: (peer: PeerTls, name: string) => string | null;
  /** The roots of a store as PEM, and why there are none. */
  readonly roots: (store: 'node' | 'system') => Promise<readonly string[]>;
  /** Sends a greeting in clear and returns the first bytes of the answer; carries no credential. */
  readonly greet: (way: Way, greeting: 'http2' | 'http1', limits: Limits) => Promise<GreetResult>;
  /**
   * An HTTP/2 session, in clear or over TLS that verifies the name with `rejectUnauthorized: true`. Ready only when
   * the server's SETTINGS have come: in TLS 1.3 a server refuses a client certificate after the handshake.
   */
  readonly openSession: (way: Way, security: SessionSecurity, limits: Limits) => Promise<SessionResult>;
}

export interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How to reach the server: an address of it, or its name through a proxy. */
export interface Way {
  readonly address: string;
  readonly port: number;
  readonly proxy?: ProxyAddress;
}

export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  /** `user:password`, for the proxy alone. */
  readonly auth?: string;
}

export type LookupResult =
  | { readonly ok: true; readonly addresses: readonly string[]; readonly ms: number }
  | { readonly ok: false; readonly errno: string; readonly ms: number };

export type TcpResult =
  | {
      readonly ok: true;
      readonly ms: number;
      /** What the server did unasked: kept silent, closed, reset, or spoke. */
      readonly then: 'silent' | 'closed' | 'reset' | 'spoke';
      readonly bytes: Uint8Array;
    }
  | { readonly ok: false; readonly errno: string; readonly ms: number };

export type ProxyResult =
  | { readonly kind: 'open'; readonly ms: number }
  | { readonly kind: 'unreachable'; readonly errno: string }
  | { readonly kind: 'refused'; readonly status: number; readonly schemes: readonly string[] }
  | { readonly kind: 'not-http'; readonly bytes: Uint8Array }
  | { readonly kind: 'silent' };

export interface ObserveOptions {
  /** Sent as SNI; empty for an IP address. */
  readonly serverName: string;
  readonly maxVersion?: 'TLSv1.2';
  /** X25519 alone makes a small greeting. */
  readonly smallGreeting?: boolean;
  readonly alpn?: boolean;
  /** The suites of the core-based SDKs only. */
  readonly modernCiphers?: boolean;
}

/** Why a handshake or session ended early. */
export interface WireFailure {
  /** Node's error code, for example ECONNRESET or ERR_SSL_TLSV1_ALERT_UNKNOWN_CA. */
  readonly errno: string;
  /** The TLS alert number, when the server sent one. */
  readonly alert?: number;
  /** First bytes of an answer that is not TLS. */
  readonly bytes?: Uint8Array;
}

export type TlsObservation =
  | { readonly ok: true; readonly peer: PeerTls; readonly ms: number }
  | ({ readonly ok: false; readonly ms: number } & WireFailure & {
        /** Known when the handshake got as far as the server's certificate (TLS 1.2 is readable). */
        readonly clientCertificate?: ClientCertificateRequest;
      });

export interface PeerTls {
  readonly protocol: string;
  readonly cipher: string;
  /** Null when nothing was negotiated. */
  readonly alpn: string | null;
  /** The certificates as served, leaf first, DER. */
  readonly chain: readonly Uint8Array[];
  /** Null when it could not be seen (the server speaks only TLS 1.3). */
  readonly clientCertificate: ClientCertificateRequest | null;
}

export interface ClientCertificateRequest {
  readonly requested: boolean;
  /** DER names of the authorities that the server accepts; empty when it does not say. */
  readonly authorities: readonly Uint8Array[];
}

export type GreetResult =
  | { readonly kind: 'answered'; readonly bytes: Uint8Array }
  | { readonly kind: 'closed' | 'reset' | 'silent' }
  | { readonly kind: 'unreachable'; readonly errno: string };

export type SessionSecurity =
  | { readonly tls: false }
  | {
      readonly tls: true;
      readonly serverName: string;
      /** PEM; undefined for the roots of Node. */
      readonly ca: readonly string[] | undefined;
      readonly clientPair?: { readonly cert: string; readonly key: string };
      readonly maxVersion?: 'TLSv1.2';
    };

export type SessionResult =
  | { readonly ok: true; readonly session: Session; readonly ms: number }
  | ({
      readonly ok: false;
      /** How far it got: connected, through the handshake, or sent the HTTP/2 preface. */
      readonly stage: 'connect' | 'tls' | 'http2';
      readonly goawayCode?: number;
      readonly ms: number;
    } & WireFailure);

/** One open HTTP/2 connection. Credentials may go over it: it is verified, or plaintext that was allowed by name. */
export interface Session {
  /** The address at the other end of the socket. */
  readonly remoteAddress: string;
  readonly verified: boolean;
  readonly unary: (call: UnaryCall, limits: Limits) => Promise<UnaryResult>;
  /** Round-trip time in ms, or null when no answer came. */
  readonly ping: (limits: Limits) => Promise<number | null>;
  readonly close: () => void;
}

export interface UnaryCall {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly message: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export interface UnaryResult {
  /** Absent when no response headers came. */
  readonly httpStatus?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent when the answer has no gRPC status. */
  readonly grpcStatus?: number;
  readonly grpcMessage?: string;
  /** The body as it came, at most 64 KiB of it. */
  readonly body: Uint8Array;
  /** The first message when the body is framed as gRPC. */
  readonly message?: Uint8Array;
  readonly resetCode?: number;
  readonly goawayCode?: number;
  /** `timeout`, or Node's error code. */
  readonly failure?: string;
  readonly ms: number;
}
