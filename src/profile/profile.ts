/** Where a value came from. Every effective setting remembers it: `config show` prints it, findings name it. */
export type Origin =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly key: string; readonly line?: number }
  | { readonly kind: 'default' };

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
    }
  | { readonly kind: 'data'; readonly data: string };

export interface TlsSettings {
  /** Undefined: nobody said; TLS is then on when a credential or any TLS setting is there. */
  readonly enabled?: Setting<boolean>;
  readonly clientCert?: Setting<SecretSource>;
  readonly clientKey?: Setting<SecretSource>;
  readonly serverCa?: Setting<SecretSource>;
  readonly serverName?: Setting<string>;
  readonly disableHostVerification?: Setting<boolean>;
}

export type Backend = 'cloud' | 'self-hosted';

/** Something about the configuration that a person should know; codes are those of connectivity/catalogue.ts. */
export interface ProfileFinding {
  readonly code: string;
  readonly message: string;
  readonly origin?: Origin;
  readonly fix?: string;
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
  /** Null when it is ambiguous: reads say which they took, writes stop. */
  readonly backend: Setting<Backend> | null;
  readonly cloud: {
    readonly address: Setting<string>;
    readonly apiKey?: Setting<SecretSource>;
    readonly ca?: Setting<SecretSource>;
  };
  readonly account?: Setting<string>;
  readonly policyFile?: Setting<string>;
  readonly keyring?: Setting<string>;
  /** Host for which an API key may go out in clear (--allow-plaintext-key). */
  readonly plaintextKeyHost?: Setting<string>;
  readonly timeouts: { readonly connectMs: number };
  readonly findings: readonly ProfileFinding[];
}
