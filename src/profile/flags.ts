/** The connection flags of every command that connects, as commander hands them over (design: Connection). */
export interface ConnectionFlags {
  readonly profile?: string | undefined;
  readonly configFile?: string | undefined;
  readonly disableConfigFile?: boolean | undefined;
  readonly disableConfigEnv?: boolean | undefined;
  /** Of the CLI's deprecated `temporal env` store: refused. */
  readonly env?: string | undefined;
  readonly address?: string | undefined;
  readonly namespace?: string | undefined;
  readonly tls?: boolean | undefined;
  readonly tlsCertPath?: string | undefined;
  readonly tlsKeyPath?: string | undefined;
  readonly tlsCaPath?: string | undefined;
  readonly tlsServerName?: string | undefined;
  readonly tlsDisableHostVerification?: boolean | undefined;
  readonly grpcMeta?: readonly string[] | undefined;
  /** Milliseconds. */
  readonly clientConnectTimeout?: number | undefined;
  readonly apiKeyFile?: string | undefined;
  readonly auth?: 'mtls' | 'api-key' | undefined;
  readonly codecEndpoint?: string | undefined;
  readonly codecAuthFile?: string | undefined;
  readonly codecHeader?: readonly string[] | undefined;
  readonly backend?: 'cloud' | 'self-hosted' | undefined;
  readonly cloudAddress?: string | undefined;
  readonly cloudApiKeyFile?: string | undefined;
  readonly cloudTlsCaPath?: string | undefined;
  readonly account?: string | undefined;
  readonly policyFile?: string | undefined;
  readonly keyring?: string | undefined;
  readonly allowPlaintextKey?: string | undefined;
  readonly allowExec?: boolean | undefined;
  /** Warnings about where a credential would go stop the command. */
  readonly strict?: boolean | undefined;
}
