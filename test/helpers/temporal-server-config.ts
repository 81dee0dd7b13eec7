export interface ServerFiles {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
}

export interface ServerLayout {
  readonly tls: 'none' | 'server' | 'mutual';
  /** Path of the keys that tokens are checked with; null: no authorisation. */
  readonly jwks: string | null;
  readonly serverName: string;
  readonly files: ServerFiles;
  readonly dynamicConfig: string;
  /** The frontend's port first; ten are needed. */
  readonly ports: readonly number[];
}

/**
 * The configuration of a whole server in one process, in memory, on loopback. With tokens it needs the
 * internal-frontend service: without it the server's own calls would be refused.
 */
export function serverConfig(layout: ServerLayout): object {
  const [frontend, http, ...rest] = layout.ports;
  let next = 0;
  const port = (): number => rest[next++] ?? 0;
  const service = (own: object = {}) => ({
    rpc: { grpcPort: port(), membershipPort: port(), bindOnLocalHost: true, ...own },
  });
  const internal = layout.jwks === null ? {} : { 'internal-frontend': service({ httpPort: port() }) };
  const store = (databaseName: string) => ({
    sql: {
      pluginName: 'sqlite',
      databaseName,
      connectAddr: 'localhost',
      connectProtocol: 'tcp',
      connectAttributes: { mode: 'memory', cache: 'private' },
      maxConns: 1,
      maxIdleConns: 1,
      maxConnLifetime: '1h',
    },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: 1,
      datastores: { default: store('default'), visibility: store('visibility') },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      ...(layout.tls === 'none' ? {} : { tls: tlsOf(layout) }),
      ...(layout.jwks === null ? {} : { authorization: authorizationOf(layout.jwks) }),
    },
    services: {
      frontend: service({ grpcPort: frontend, httpPort: http }),
      ...internal,
      history: service(),
      matching: service(),
      worker: service(),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${String(frontend)}`,
          clusterID: '0d5cb1a4-6f0e-4f1b-9a55-3b1c7e0e2a11',
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    ...(layout.jwks === null ? { publicClient: { hostPort: `127.0.0.1:${String(frontend)}` } } : {}),
    dynamicConfigClient: { filepath: layout.dynamicConfig, pollInterval: '10s' },
  };
}

/** As the tls-simple sample does it: one CA for both sides, and a server name that clients must override. */
function tlsOf({ tls, serverName, files: { ca, serverCert: certFile, serverKey: keyFile } }: ServerLayout): object {
  const client = { serverName, rootCaFiles: [ca] };
  const mutual = tls === 'mutual' ? { requireClientAuth: true, clientCaFiles: [ca] } : {};
  return {
    frontend: { server: { certFile, keyFile, ...mutual }, client },
    ...(tls === 'mutual'
      ? { internode: { server: { certFile, keyFile, ...mutual }, client }, systemWorker: { certFile, keyFile, client } }
      : {}),
  };
}

function authorizationOf(jwks: string): object {
  return {
    jwtKeyProvider: { keySourceURIs: [`file://${jwks}`], refreshInterval: '1m' },
    permissionsClaimName: 'permissions',
    authorizer: 'default',
    claimMapper: 'default',
  };
}
