import type { Grant } from './access.ts';
import type { AuditRecord } from './audit.ts';
import type { Codec } from './codec.ts';
import type { CodecLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Authenticate } from './tokens.ts';

/** What one codec server was told. */
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

/** What it works with. */
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
