import type { Code } from '../connectivity/catalogue.ts';
import type { ErrorCode } from '../errors/catalogue.ts';

/** Where a value came from. Every effective setting remembers it: `config show` prints it, findings name it. */
export type Origin =
  | { readonly kind: 'flag'; readonly name: string }
  /** With a place when the variable comes from an --env-file. */
  | ({ readonly kind: 'environment'; readonly name: string } & Partial<VariablePlace>)
  | { readonly kind: 'file'; readonly path: string; readonly key: string; readonly line?: number }
  | { readonly kind: 'default' };

/** Where a variable stands in a file of variables. */
export interface VariablePlace {
  readonly path: string;
  readonly line: number;
}

export interface Setting<T> {
  readonly value: T;
  readonly origin: Origin;
}

/**
 * A secret or a piece of TLS material before it is read: a reference (`path`, `file:`, `env:`, `s3://`,
 * `secretsmanager:`, `exec:`) or the data itself, which only variables and temporal.toml may hold.
 */
export type SecretSource =
  | {
      readonly kind: 'reference';
      readonly reference: string;
      /** Folder that relative paths start from. */ readonly base: string;
      /** `exec:` may run: it was typed as a flag, or stands in the user's own well-kept default file. Absent: no. */
      readonly mayRun?: boolean;
    }
  | { readonly kind: 'data'; readonly data: string };

export interface TlsSettings {
  /** Undefined: nobody said; TLS is then on when a credential or any TLS setting is there (`usesTls`). */
  readonly enabled?: Setting<boolean>;
  readonly clientCert?: Setting<SecretSource>;
  readonly clientKey?: Setting<SecretSource>;
  readonly serverCa?: Setting<SecretSource>;
  readonly serverName?: Setting<string>;
  readonly disableHostVerification?: Setting<boolean>;
}

export type Backend = 'cloud' | 'self-hosted';

/** Something about the configuration that a person should know. */
export interface ProfileFinding {
  readonly code: Code;
  /** `error`: no connection can be made as configured; commands other than connect-test and config stop there. */
  readonly severity: 'critical' | 'error' | 'warning' | 'info';
  readonly message: string;
  readonly origin?: Origin;
  /** What to do, as a sentence. */
  readonly fix?: string;
  /** The error that a command stops with; only with severity `error` or `critical`. */
  readonly error?: ErrorCode;
  /** The TypeScript client, the Rust core's SDKs or Go that behave differently from nexusctl for this reason. */
  readonly affects?: readonly ('typescript-client' | 'core' | 'go')[];
}

/** Who we connect as: the merge of flags, environment, temporal.toml, nexusctl.toml and defaults, nothing read yet. */
export interface Profile {
  readonly name: string;
  readonly address: Setting<string>;
  readonly namespace: Setting<string>;
  readonly tls: TlsSettings;
  readonly apiKey?: Setting<SecretSource>;
  readonly auth?: Setting<'mtls' | 'api-key'>;
  readonly grpcMeta: readonly (Setting<string> & { readonly name: string })[];
  readonly authority?: Setting<string>;
  readonly codec: {
    readonly endpoint?: Setting<string>;
    readonly auth?: Setting<SecretSource>;
    readonly headers: readonly (Setting<string> & { readonly name: string })[];
  };
  /** Null when it is ambiguous: reads say which they took, writes stop (`backendToRead`, `backendToWrite`). */
  readonly backend: Setting<Backend> | null;
  readonly cloud: {
    readonly address: Setting<string>;
    readonly apiKey?: Setting<SecretSource>;
    readonly ca?: Setting<SecretSource>;
  };
  readonly account?: Setting<string>;
  /** Absolute path of the policy file or folder. */
  readonly policyFile?: Setting<string>;
  /** Absolute path of the keyring file; without it the `[keyring]` of nexusctl.toml counts. */
  readonly keyring?: Setting<string>;
  /** The nexusctl.toml that was read, for its `[keyring]`; absent when there is none. */
  readonly ownFile?: { readonly path: string; readonly document: TomlTable; readonly mayRun: boolean };
  /** Host for which an API key may go out in clear (--allow-plaintext-key). */
  readonly plaintextKeyHost?: Setting<string>;
  readonly timeouts: { readonly connectMs: number };
  readonly findings: readonly ProfileFinding[];
}

export type TomlTable = Readonly<Record<string, unknown>>;

/**
 * Whether a connection uses TLS: as said, else when a credential or any TLS setting is there (as the SDKs decide).
 */
export function usesTls({ tls, apiKey }: Pick<Profile, 'tls' | 'apiKey'>): boolean {
  if (tls.enabled !== undefined) return tls.enabled.value;
  const { clientCert, clientKey, serverCa, serverName, disableHostVerification } = tls;
  return [apiKey, clientCert, clientKey, serverCa, serverName, disableHostVerification].some(
    (setting) => setting !== undefined,
  );
}

/** An origin in words, e.g. `TEMPORAL_ADDRESS`, `--address`, `/x/temporal.toml:3 (profile.prod.address)`. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'flag':
      return origin.name;
    case 'environment':
      return origin.path === undefined ? origin.name : `${origin.name}, ${origin.path}:${String(origin.line)}`;
    case 'file':
      return `${origin.path}${origin.line === undefined ? '' : `:${String(origin.line)}`} (${origin.key})`;
    case 'default':
      return 'default';
  }
}
