/** The port through which the doctor speaks to a codec server; filled by adapters/codec-server/probe.ts. */
export interface CodecProbe {
  /** One request on a connection of its own. No redirect is followed; failures are results. */
  readonly send: (request: ProbeRequest) => Promise<ProbeResult>;
  /** Addresses of a name; empty when there are none. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
}

export interface ProbeRequest {
  readonly url: string;
  readonly method: 'POST' | 'OPTIONS';
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Sent only over a connection that verified the name, or in clear to loopback by connected address when
   * --allow-plaintext-key names this host (security.md 1).
   */
  readonly credential?: Readonly<Record<string, string>>;
  /** --allow-plaintext-key. */
  readonly plaintextHost?: string | undefined;
  readonly body?: string;
  readonly timeoutMs: number;
  /** PEM of a CA that is trusted beside Node's own roots. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
}

export type ProbeResult =
  | {
      readonly ok: true;
      readonly status: number;
      /** Names in lower case; a repeated header is joined by `, `. */
      readonly headers: ReadonlyMap<string, string>;
      /** Unpacked, at most 8 MiB. */
      readonly body: string;
      readonly remoteAddress: string;
      readonly ms: number;
    }
  | {
      readonly ok: false;
      /** `answer`: it began to answer, and what came cannot be used. */
      readonly stage: 'dns' | 'connect' | 'tls' | 'http' | 'answer' | 'timeout' | 'credential';
      /** Node's or zlib's error code; empty for a timeout. */
      readonly errno: string;
      /** How far it got before the time was up. */
      readonly connected: boolean;
      readonly ms: number;
    };
