export interface ServerFiles {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly nodesCa: string;
  readonly nodeCert: string;
  readonly nodeKey: string;
}

export interface ServerLayout {
  readonly tls: 'none' | 'server' | 'mutual';
  /** Path of the keys that tokens are checked with; null: no authorisation. */
  readonly jwks: string | null;
  /** Whether the server's own calls go through a frontend of their own: tokens and policies need it. */
  readonly internalFrontend: boolean;
  readonly serverName: string;
  readonly files: ServerFiles;
  readonly dynamicConfig: string;
  /** As portsNeeded says, in that order. */
  readonly ports: readonly number[];
}

/** The ports that come first: those that tests talk to. */
export const portNames = ['frontend', 'http', 'internal', 'internalHttp'] as const;
/** Those, and the ones that the services have among themselves. */
export const portsNeeded = portNames.length + 8;

/** The configuration of a whole server in one process, in memory, on loopback. */
export function serverConfig(layout: ServerLayout): object {
  const [frontend, http, internal, internalHttp, ...rest] = layout.ports;
  let next = 0;
  const port = (): number => rest[next++] ?? 0;
  const service = (own: object = {}) => ({
    rpc: { grpcPort: port(), membershipPort: port(), bindOnLocalHost: true, ...own },
  });
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
      ...(layout.internalFrontend
        ? { 'internal-frontend': service({ grpcPort: internal, httpPort: internalHttp }) }
        : {}),
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
    ...(!layout.internalFrontend ? { publicClient: { hostPort: `127.0.0.1:${String(frontend)}` } } : {}),
    dynamicConfigClient: { filepath: layout.dynamicConfig, pollInterval: '10s' },
  };
}

/**
 * As the tls-simple sample does it: one CA for both sides, and a server name that clients must override. Nodes trust a
 * CA of their own.
 */
function tlsOf({ tls, serverName, files }: ServerLayout): object {
  const { ca, serverCert: certFile, serverKey: keyFile, nodesCa, nodeCert, nodeKey } = files;
  const client = { serverName, rootCaFiles: [ca] };
  if (tls !== 'mutual') return { frontend: { server: { certFile, keyFile }, client } };
  const mutual = (clientCa: string) => ({ requireClientAuth: true, clientCaFiles: [clientCa] });
  return {
    frontend: { server: { certFile, keyFile, ...mutual(ca) }, client },
    internode: {
      server: { certFile: nodeCert, keyFile: nodeKey, ...mutual(nodesCa) },
      client: { serverName, rootCaFiles: [nodesCa] },
    },
    systemWorker: { certFile, keyFile, client },
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
