/**
 * The port through which checks see the network. Filled by adapters/net.ts with `node:dns`, `net`, `tls` and `http2`,
 * never with an SDK connection, which hides the cause. Failures are results too: nothing here throws.
 */
export interface Net {
  /** getaddrinfo, as both kinds of clients ask: all addresses in resolver order. */
  readonly lookup: (host: string, limits: Limits) => Promise<LookupResult>;
  /** The name behind a CNAME, when there is one. */
  readonly canonicalName: (host: string, limits: Limits) => Promise<string | null>;
  /** Whether an address is one of this machine's own. */
  readonly isOwnAddress: (address: string) => boolean;
  /**
   * Opens a TCP connection and closes it; with `sniffMs`, waits that long for a server that speaks first, closes or
   * resets.
   */
  readonly tcp: (address: string, port: number, limits: Limits, sniffMs: number) => Promise<TcpResult>;
  /** Asks an HTTP proxy for a tunnel and closes it. */
  readonly tunnel: (proxy: ProxyAddress, host: string, port: number, limits: Limits) => Promise<ProxyResult>;
  /** A handshake that refuses nothing and sends no credential: what does the server show? */
  readonly observeTls: (way: Way, options: ObserveOptions, limits: Limits) => Promise<TlsObservation>;
  /** Null when the certificate is for this name. */
  readonly verifyName: (peer: PeerTls, name: string) => string | null;
  /** The roots of a file that a variable names or of the system, as PEM; null when there are none. */
  readonly roots: (
    env: Readonly<Record<string, string | undefined>>,
    store: 'grpc' | 'system',
  ) => Promise<string | null>;
  /**
   * Sends a greeting and returns the first bytes of the answer; carries no API key. In clear, or over TLS with which a
   * session was tried before.
   */
  readonly greet: (
    way: Way,
    greeting: 'http2' | 'http1',
    limits: Limits,
    security?: SessionSecurity & { readonly tls: true },
  ) => Promise<GreetResult>;
  /**
   * An HTTP/2 session, in clear or over TLS that verifies the name. Ready only when the server's SETTINGS have come:
   * in TLS 1.3 a server refuses a client certificate after the handshake.
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
  /** `host:port` as it was configured: the HTTP/2 authority. */
  readonly authority: string;
  readonly proxy?: ProxyAddress;
}

export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  /** `user:password`, for the proxy alone. It goes out only after the proxy has asked, and only on loopback. */
  readonly auth?: string;
  /** --allow-plaintext-key names this proxy; without it `auth` stays here. */
  readonly clearAllowed: boolean;
}

export type LookupResult =
  | { readonly ok: true; readonly addresses: readonly string[]; readonly ms: number }
  | { readonly ok: false; readonly errno: string; readonly ms: number };

export type TcpResult =
  | {
      readonly ok: true;
      readonly ms: number;
      /** What the server did unasked. */
      readonly then: 'silent' | 'closed' | 'reset' | 'spoke';
      readonly bytes: Uint8Array;
    }
  | { readonly ok: false; readonly errno: string; readonly ms: number };

export type ProxyResult =
  | { readonly kind: 'open'; readonly ms: number }
  | { readonly kind: 'unreachable'; readonly errno: string }
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** What Proxy-Authenticate offers, lower case. */
      readonly schemes: readonly string[];
      /** The proxy asked for the password and did not get it: it is not loopback, or nobody allowed that. */
      readonly withheld?: 'remote' | 'not-allowed';
    }
  | { readonly kind: 'not-http'; readonly bytes: Uint8Array }
  | { readonly kind: 'silent' };

export interface ObserveOptions {
  /** The name to send as SNI and to judge the certificate by. */
  readonly serverName: string;
  /** Roots to judge the chain by, PEM; undefined for those of Node. */
  readonly ca: string | undefined;
  /** TLS 1.2 shows its refusals in the handshake itself. */
  readonly maxVersion?: 'TLSv1.2';
  /** Reads which client certificates the server accepts, and its chain as it was sent. */
  readonly readFlight?: true;
  /** X25519 alone makes a small greeting. */
  readonly smallGreeting?: boolean;
  /** Without it, h2 is asked for. */
  readonly noAlpn?: boolean;
  /** Only the suites that the core-based SDKs know. */
  readonly modernCiphers?: boolean;
}

/** Why a handshake or session ended early. */
export interface WireFailure {
  /** Node's error code, for example ECONNRESET or ERR_SSL_TLSV1_ALERT_UNKNOWN_CA; ETIMEDOUT for our own limit. */
  readonly errno: string;
  /** The TLS alert number, when the server sent one. */
  readonly alert?: number;
}

export type TlsObservation =
  | { readonly ok: true; readonly peer: PeerTls; readonly ms: number }
  | ({
      readonly ok: false;
      readonly ms: number;
      /** It answered with less than a TLS record has, and no more came. */
      readonly foreign: boolean;
      /** Null unless the flight was read and the handshake got so far. */
      readonly clientCertificate: ClientCertificateRequest | null;
      readonly chain: readonly Uint8Array[];
    } & WireFailure);

export interface PeerTls {
  readonly protocol: string;
  readonly cipher: string;
  /** Null when nothing was negotiated. */
  readonly alpn: string | null;
  /** The certificates that came, leaf first, in the order in which OpenSSL makes a chain of them; DER. */
  readonly chain: readonly Uint8Array[];
  /** The certificates exactly as they came; empty when the flight was not read. */
  readonly served: readonly Uint8Array[];
  /**
   * OpenSSL's verdict on the chain (not the name) by the given roots; null when trusted, NOT_JUDGED when the server
   * ended the handshake before.
   */
  readonly verdict: string | null;
  /** Null when it was not looked at. */
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
      readonly ca: string | undefined;
      readonly clientPair?: { readonly cert: string; readonly key: string };
      readonly maxVersion?: 'TLSv1.2';
    };

export type SessionResult =
  | { readonly ok: true; readonly session: Session; readonly ms: number }
  | ({
      readonly ok: false;
      /** How far it got: no connection, no handshake, or no HTTP/2 settings. */
      readonly stage: 'connect' | 'tls' | 'http2';
      readonly goawayCode?: number;
      /** Bytes came once the connection stood: the server speaks on it, and not HTTP/2 as it must. */
      readonly answered: boolean;
      readonly ms: number;
    } & WireFailure);

/** One open HTTP/2 connection. */
export interface Session {
  /** The address at the other end of the socket; through a proxy, that of the proxy. */
  readonly remoteAddress: string;
  /** TLS with the name verified over this very socket. */
  readonly verified: boolean;
  readonly proxied: boolean;
  /** HTTP/2 needs ALPN for core and Go: null when the server chose nothing, undefined in clear. */
  readonly alpn: string | null | undefined;
  readonly unary: (call: UnaryCall, limits: Limits) => Promise<UnaryResult>;
  /** Round-trip time in ms, or null when no answer came. */
  readonly ping: (limits: Limits) => Promise<number | null>;
  /** Waits without traffic; milliseconds until the other side closed, or null when it is still open at the end. */
  readonly idle: (limits: Limits) => Promise<number | null>;
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
  readonly resetCode?: number;
  readonly goawayCode?: number;
  /** ETIMEDOUT for our own limit, or Node's error code. */
  readonly errno?: string;
  readonly ms: number;
}
