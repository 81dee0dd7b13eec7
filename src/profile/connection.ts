/** Whom to call and how to trust it. Material is PEM, already resolved. */
export interface Connection {
  /** `host:port`. */
  readonly address: string;
  readonly tls: {
    readonly ca?: string | Uint8Array;
    readonly cert?: string | Uint8Array;
    readonly key?: string | Uint8Array;
    readonly serverName?: string;
    /** False for --tls-disable-host-verification; then nothing secret may be sent. */
    readonly verify: boolean;
  } | null;
  readonly connectMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Metadata without secrets, sent with every call. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Metadata that is secret (authorization, grpc_meta), resolved for each connection: it goes out only on a verified
   * socket, or in clear to a loopback address for which `plaintextHost` was given.
   */
  readonly credentials: () => Promise<Readonly<Record<string, string>>>;
  /** --allow-plaintext-key: the host, or the proxy on the way, that may see a credential in clear on loopback. */
  readonly plaintextHost?: string;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** The call may be sent twice: a read, or a write that carries a request id. */
  readonly repeatable: boolean;
  /** Bound on one attempt; 30 s unless told. */
  readonly deadlineMs?: number;
}

export interface Answer {
  readonly message: Uint8Array;
  /** Response headers, lower case, e.g. what a policy-enforcing server says about itself. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Unary calls of a server over one connection, filled by adapters/grpc.ts. Messages are bytes: grpc-js would cost
 * every start 40 ms, and the generated classes drop what they do not know.
 */
export interface Rpc {
  /**
   * @param method `/package.Service/Method`
   * @throws NexusctlError by the status number, or UNREACHABLE, TLS_FAILED …
   */
  readonly call: (method: string, request: Uint8Array, options: CallOptions) => Promise<Answer>;
  readonly close: () => void;
}
