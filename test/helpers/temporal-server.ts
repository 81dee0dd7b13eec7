import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type TLSConfig } from '@temporalio/client';
import { freePorts } from './free-ports.ts';
import { startGuarded, type GuardedProcess } from './guarded-process.ts';
import { makeCredentials, serverName, type ServerCredentials } from './server-credentials.ts';
import { serverProgram, type ServerProgram } from './server-program.ts';
import { portNames, portsNeeded, serverConfig } from './temporal-server-config.ts';

export { serverName } from './server-credentials.ts';
export { buildTimeoutMs, noServer } from './server-program.ts';

/** A real Temporal server of one kind; without anything: in clear, no authorisation, nothing enforced. */
export interface Variant {
  readonly tls?: 'server' | 'mutual';
  /** The server wants tokens; `token` makes them. */
  readonly jwt?: boolean;
  /** The text of the policy that it enforces; `policyPath` is where it stands. */
  readonly policy?: string;
  /** More flags of `start`. */
  readonly flags?: readonly string[];
}

export interface TemporalServer {
  /** `127.0.0.1:port` of the frontend; of its HTTP port; of both ports of the internal frontend, where there is one. */
  readonly address: string;
  readonly ports: Readonly<Record<(typeof portNames)[number], number>>;
  /** Paths of PEM files, for flags and variables. */
  readonly files: ServerCredentials['files'];
  /** A token with these permissions (`namespace:role`, `temporal-system:role`), good for an hour unless changed. */
  readonly token: ServerCredentials['token'];
  readonly policyPath: string;
  /** Puts a policy in the place of the one before, whole. */
  readonly putPolicy: (text: string) => Promise<void>;
  /** The variables by which nexusctl connects, as administrator unless told otherwise. */
  readonly env: (permissions?: readonly string[]) => Readonly<Record<string, string>>;
  /** What Connection and NativeConnection of the SDK need to connect: as administrator unless told otherwise. */
  readonly connecting: (permissions?: readonly string[]) => Connecting;
  readonly log: () => string;
  readonly close: () => Promise<void>;
}

interface Connecting {
  readonly address: string;
  readonly tls: TLSConfig | false;
  readonly apiKey?: string;
}

/** What can be started for this variant; null when there is none (`noServer`). */
export function serverBinary({ tls, jwt, policy }: Variant = {}): Promise<ServerProgram | null> {
  return serverProgram(tls === undefined && jwt !== true && policy === undefined);
}

/** Starts a server, waits until it answers, and makes these namespaces. */
export async function startServer(
  program: ServerProgram,
  variant: Variant,
  namespaces: readonly string[],
): Promise<TemporalServer> {
  const folder = await mkdtemp(join(tmpdir(), 'nexusctl-temporal-'));
  const { pem, files, jwks, token } = await makeCredentials(folder);
  const put = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, `${name}.new`), content, { mode: 0o600 });
    await rename(join(folder, `${name}.new`), join(folder, name));
    return join(folder, name);
  };
  const ports = await freePorts(portsNeeded);
  const config = serverConfig({
    tls: variant.tls ?? 'none',
    jwks: variant.jwt === true ? jwks : null,
    internalFrontend: variant.jwt === true || variant.policy !== undefined,
    serverName,
    files,
    dynamicConfig: await put('dynamic.yaml', JSON.stringify(dynamicConfig)),
    ports,
  });
  const policyPath = variant.policy === undefined ? 'off' : await put('nexus-policy.json', variant.policy);
  const start = ['start', '--nexus-policy', policyPath, ...trialFlags(variant), ...(variant.flags ?? [])];
  const configPath = await put('server.yaml', JSON.stringify(config));
  const arguments_ =
    program.kind === 'dev' ? devArguments(ports) : ['--config-file', configPath, '--allow-no-auth', ...start];
  const running = startGuarded([program.path, ...arguments_], { folder });
  const address = `127.0.0.1:${String(ports[0])}`;
  const server: TemporalServer = {
    address,
    ports: Object.fromEntries(portNames.map((name, index) => [name, ports[index]])) as TemporalServer['ports'],
    files,
    token,
    policyPath,
    putPolicy: async (text) => {
      await put('nexus-policy.json', text);
    },
    connecting: (permissions = admin) => ({
      address,
      ...(variant.jwt === true ? { apiKey: token(permissions) } : {}),
      tls: variant.tls !== undefined && {
        serverNameOverride: serverName,
        serverRootCACertificate: Buffer.from(pem.ca),
        clientCertPair: { crt: Buffer.from(pem.clientCert), key: Buffer.from(pem.clientKey) },
      },
    }),
    env: (permissions = admin) => ({
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespaces[0] ?? 'default',
      ...(variant.tls === undefined
        ? { TEMPORAL_TLS: 'false' }
        : { TEMPORAL_TLS_SERVER_CA_CERT_PATH: files.ca, TEMPORAL_TLS_SERVER_NAME: serverName }),
      ...(variant.tls === 'mutual'
        ? { TEMPORAL_TLS_CLIENT_CERT_PATH: files.clientCert, TEMPORAL_TLS_CLIENT_KEY_PATH: files.clientKey }
        : {}),
      ...(variant.jwt === true ? { TEMPORAL_API_KEY: token(permissions, { exp: inAMonth() }) } : {}),
      ...(variant.policy === undefined ? {} : { NEXUSCTL_POLICY_FILE: policyPath }),
    }),
    log: running.log,
    close: running.close,
  };
  try {
    await prepare(running, namespaces, server.connecting());
  } catch (error) {
    await running.close();
    throw error;
  }
  return server;
}

const admin = ['temporal-system:admin'];
const inAMonth = (): number => Math.floor(Date.now() / 1000) + 30 * 86_400;

const dynamicConfig: Readonly<Record<string, readonly [{ readonly value: unknown }]>> = {
  'system.forceNexusEndpointRefreshOnRead': [{ value: true }],
  'system.refreshNexusEndpointsMinWait': [{ value: '10ms' }],
  'nexusoperation.enableStandalone': [{ value: true }],
  'history.enableUpdateCallbacks': [{ value: true }],
  'frontend.rps': [{ value: 10_000 }],
  'frontend.namespaceRPS': [{ value: 10_000 }],
};

function devArguments([frontend, http]: readonly number[]): readonly string[] {
  const settings = Object.entries(dynamicConfig).map(([name, [{ value }]]) => `${name}=${JSON.stringify(value)}`);
  const own = ['--headless', '--ip', '127.0.0.1', '--port', String(frontend), '--http-port', String(http)];
  return ['server', 'start-dev', ...own, ...settings.flatMap((setting) => ['--dynamic-config-value', setting])];
}

/** A policy on a server that knows nobody, or whose internal frontend wants no certificate, is enforced only if told so. */
function trialFlags({ policy, tls, jwt }: Variant): readonly string[] {
  if (policy === undefined) return [];
  return [
    ...(jwt === true ? [] : ['--nexus-allow-unmapped-claims']),
    ...(tls === 'mutual' ? [] : ['--nexus-allow-open-internal-frontend']),
  ];
}

async function prepare(running: GuardedProcess, namespaces: readonly string[], options: Connecting): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (running.ended() || Date.now() > deadline) throw new Error(`the server does not answer:\n${running.log()}`);
    const connection = await Connection.connect({ ...options, connectTimeout: 2000 }).catch(() => null);
    if (connection === null) {
      await sleep(100);
      continue;
    }
    try {
      for (const namespace of namespaces) await register(connection, namespace);
      return;
    } catch {
      await sleep(100);
    } finally {
      await connection.close();
    }
  }
}

/** A server that has just started may refuse for a moment; a namespace that is there is as good as made. */
async function register({ workflowService }: Connection, namespace: string): Promise<void> {
  const retention = { seconds: 86_400 as never };
  await workflowService
    .registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention })
    .catch((error: unknown) => {
      if ((error as { code?: number }).code !== 6) throw error;
    });
  await workflowService.describeNamespace({ namespace });
}
