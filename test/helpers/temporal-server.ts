import { execFile, spawn } from 'node:child_process';
import { createSign, generateKeyPairSync, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { makeAuthority } from './certificates.ts';
import { serverConfig } from './temporal-server-config.ts';

/** A real Temporal server of one kind; without anything: in clear, no authorisation, nothing enforced. */
interface Variant {
  readonly tls?: 'server' | 'mutual';
  /** The server wants tokens; `token` makes them. */
  readonly jwt?: boolean;
}

export interface TemporalServer {
  /** `127.0.0.1:port` of the frontend. */
  readonly address: string;
  /** Paths of PEM files, for flags and variables. */
  readonly files: { readonly ca: string; readonly clientCert: string; readonly clientKey: string };
  /** A token with these permissions (`namespace:role`, `temporal-system:role`), good for an hour unless changed. */
  readonly token: (permissions: readonly string[], change?: Readonly<Record<string, unknown>>) => string;
  readonly close: () => Promise<void>;
}

/** The name on the server's certificate, as in the tls-simple sample: it is reached by address with an override. */
export const serverName = 'tls-sample';

/**
 * The server of authorizer/cmd/temporal-server: NEXUSCTL_TEMPORAL_SERVER, else what scripts/authorizer.mjs has cached
 * or builds now. Null when there is none; in CI that is an error, so that no test that needs it is skipped unseen.
 */
export async function serverBinary(): Promise<string | null> {
  const named = process.env['NEXUSCTL_TEMPORAL_SERVER'];
  if (named !== undefined) return named;
  const build = promisify(execFile)(process.execPath, ['scripts/authorizer.mjs', 'build'], { maxBuffer: 1 << 24 });
  const { stdout } = await build.catch((error: unknown) => ({ stdout: String(error) }));
  const path = stdout.trim().split('\n').at(-1) ?? '';
  if (existsSync(path)) return path;
  if (process.env['CI'] === 'true') throw new Error(`no Temporal server: ${stdout}`);
  return null;
}

/** A cold build compiles the whole server. */
export const buildTimeoutMs = 1_200_000;

/** Starts a server, waits until it answers, and makes these namespaces. */
export async function startServer(
  binary: string,
  variant: Variant,
  namespaces: readonly string[],
): Promise<TemporalServer> {
  const folder = await mkdtemp(join(tmpdir(), 'nexusctl-temporal-'));
  const put = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const authority = await makeAuthority('Test server CA');
  const server = await authority.leaf({
    commonName: 'server',
    usages: ['serverAuth', 'clientAuth'],
    names: [serverName],
  });
  const client = await authority.leaf();
  const files = {
    ca: await put('ca.pem', authority.certificate),
    serverCert: await put('server.pem', server.certificate),
    serverKey: await put('server.key', server.key),
    clientCert: await put('client.pem', client.certificate),
    clientKey: await put('client.key', client.key),
  };
  const signer = makeSigner();
  const jwks = await put('jwks.json', JSON.stringify(signer.jwks));
  const ports = await freePorts(13);
  const config = serverConfig({
    tls: variant.tls ?? 'none',
    jwks: variant.jwt === true ? jwks : null,
    serverName,
    files,
    dynamicConfig: await put('dynamic.yaml', JSON.stringify(dynamicConfig)),
    ports,
  });
  const address = `127.0.0.1:${String(ports[0])}`;
  const running = run(binary, await put('server.yaml', JSON.stringify(config)), folder);
  try {
    await prepare(running, namespaces, {
      address,
      connectTimeout: 2000,
      ...(variant.jwt === true ? { apiKey: signer.token(['temporal-system:admin']) } : {}),
      tls:
        variant.tls === undefined
          ? false
          : {
              serverNameOverride: serverName,
              serverRootCACertificate: Buffer.from(authority.certificate),
              clientCertPair: { crt: Buffer.from(client.certificate), key: Buffer.from(client.key) },
            },
    });
  } catch (error) {
    await running.close();
    throw error;
  }
  return { address, files, token: signer.token, close: running.close };
}

const dynamicConfig = {
  'system.forceNexusEndpointRefreshOnRead': [{ value: true }],
  'frontend.rps': [{ value: 10_000 }],
  'frontend.namespaceRPS': [{ value: 10_000 }],
};

/** Kills the server and removes its folder when this process is gone, whatever ended it: the pipe closes. */
const guard = `
  exec 3<&0
  "$@" & server=$!
  (cat <&3 >/dev/null; kill $server 2>/dev/null) &
  wait $server; code=$?
  rm -rf "$FOLDER"
  exit $code`;

interface Running {
  readonly ended: () => boolean;
  readonly log: () => string;
  readonly close: () => Promise<void>;
}

function run(binary: string, config: string, folder: string): Running {
  const args = ['--config-file', config, '--allow-no-auth', 'start', '--nexus-policy', 'off'];
  const child = spawn('sh', ['-c', guard, 'sh', binary, ...args], {
    env: { PATH: process.env['PATH'], HOME: folder, FOLDER: folder },
    cwd: folder,
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000)));
  const exit = once(child, 'exit');
  return {
    ended: () => child.exitCode !== null,
    log: () => log,
    close: async () => {
      child.stdin.end();
      await exit;
    },
  };
}

async function prepare(running: Running, namespaces: readonly string[], options: ConnectionOptions): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (running.ended() || Date.now() > deadline) throw new Error(`the server does not answer:\n${running.log()}`);
    const connection = await Connection.connect(options).catch(() => null);
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

/** Below the range from which outgoing connections take theirs, so that nobody takes one before the server does. */
async function freePorts(count: number): Promise<number[]> {
  for (;;) {
    const first = randomInt(10_000, 32_000 - count);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return ports;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function makeSigner() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = 'test';
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] },
    token: (permissions: readonly string[], change: Readonly<Record<string, unknown>> = {}): string => {
      const now = Math.floor(Date.now() / 1000);
      const claims = { sub: 'tester', iat: now - 60, exp: now + 3600, permissions, ...change };
      const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid })}.${encode(claims)}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
    },
  };
}
