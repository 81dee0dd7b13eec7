import type { NexusctlError } from '../errors/nexusctl-error.ts';
import type { CodecService } from './service.ts';
import type { Authenticate } from './tokens.ts';
import type { JwtSettings } from './access-file.ts';
import type { CodecLimits } from './limits.ts';

/** The ports that a codec server needs; filled by adapters/codec-server/server.ts and adapters/codec-server/jwks.ts. */
export interface CodecSockets {
  /**
   * Listens and hands every request to the service.
   * @throws NexusctlError ADDRESS_IN_USE, SETTING_INVALID
   */
  readonly listen: (service: CodecService, options: ListenOptions) => Promise<Listening>;
  /** Serves one text at `/metrics`, on loopback. @throws NexusctlError ADDRESS_IN_USE */
  readonly serveText: (host: string, port: number, text: () => string) => Promise<Listening>;
  /** Checks JWTs against a JWKS, which is fetched at first use and again when needed. */
  readonly jwtAuthenticator: (settings: KeySetPlace, failed: (error: NexusctlError) => void) => Promise<Authenticate>;
  /**
   * Calls back when one of the files was changed after `since` (milliseconds since 1970), or when others are to be
   * looked at, until `signal` aborts; again after a while when it was told false.
   */
  readonly watch: (
    paths: () => readonly string[],
    since: number,
    changed: () => Promise<boolean>,
    signal: AbortSignal,
  ) => void;
}

export interface KeySetPlace extends JwtSettings {
  /** PEM behind `ca`. */
  readonly caPem?: string;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsPair;
  /** Addresses or networks (CIDR) of TLS ingresses. */
  readonly trustedProxies: readonly string[];
  readonly limits: CodecLimits;
}

export interface TlsPair {
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Requests being answered. */
  readonly inFlight: () => number;
  /** For connections made from now on. @throws NexusctlError SETTING_INVALID; the old pair then stays */
  readonly useCertificate: (pair: TlsPair) => void;
  /** Takes no new connection, lets what is being answered finish for `graceMs`, then closes the rest. */
  readonly stop: (graceMs: number) => Promise<void>;
}
