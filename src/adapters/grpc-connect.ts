import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isLoopback } from '../connectivity/address.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { fromSocketError } from '../errors/translate.ts';
import type { Connection } from '../profile/connection.ts';
import { proxyFor, type Proxy } from './proxy.ts';

export interface Connected {
  readonly session: ClientHttp2Session;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * One HTTP/2 connection. Credentials are released only after this very socket has proved whom it belongs to
 * (security.md 1).
 */
export async function connectGrpc(target: Connection, signal: AbortSignal): Promise<Connected> {
  const { host, port } = parseAddress(target.address);
  const proxy = proxyFor(host, target.env);
  const credentials = await target.credentials();
  const secret = Object.keys(credentials).length > 0;
  if (secret) refuseUnsafe(target, host, proxy);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(target.connectMs)]);
  let socket: Socket | undefined;
  try {
    socket = await openSocket(host, port, proxy, limit);
    if (target.tls === null && secret) refuseForeign(socket, target.address);
    const secured = target.tls === null ? socket : await secure(socket, host, target.tls, limit);
    socket = secured;
    const session = await startHttp2(target, host, secured, limit);
    return { session, headers: { ...target.metadata, ...credentials } };
  } catch (error) {
    socket?.destroy();
    if (signal.aborted) throw signal.reason;
    if (limit.aborted)
      throw new NexusctlError(
        'UNREACHABLE',
        `no connection to ${target.address} within ${String(target.connectMs)} ms`,
        {
          hint: 'run `nexusctl connect-test` to find out where the path ends, or raise --client-connect-timeout',
          cause: error,
          details: { address: target.address, errno: 'ETIMEDOUT' },
        },
      );
    throw fromSocketError(error, target.address);
  }
}

export function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:/\s]+)):(?<port>\d{1,5})$/.exec(address);
  const host = match?.groups?.['v6'] ?? match?.groups?.['name'];
  const port = Number(match?.groups?.['port']);
  if (host === undefined || !(port >= 1 && port <= 65_535))
    throw new NexusctlError('SETTING_INVALID', `'${address}' is no address`, {
      hint: 'an address looks like host:port',
    });
  return { host, port };
}

function refuseUnsafe(target: Connection, host: string, proxy: Proxy | null): void {
  if (target.tls !== null) {
    if (target.tls.verify) return;
    throw new NexusctlError('INSECURE_CREDENTIAL', 'no credential is sent to a server whose name is not verified', {
      hint: 'remove --tls-disable-host-verification and give the CA with --tls-ca-path, or connect without the key',
    });
  }
  if (target.plaintextHost !== host)
    throw new NexusctlError('INSECURE_CREDENTIAL', `a credential would go to ${target.address} in clear text`, {
      hint: `turn TLS on with --tls, or on loopback allow it with --allow-plaintext-key ${host}`,
    });
  if (proxy !== null)
    throw new NexusctlError('INSECURE_CREDENTIAL', 'a credential would go through a proxy in clear text', {
      hint: `turn TLS on with --tls, or name the host in no_proxy`,
    });
}

function refuseForeign(socket: Socket, address: string): void {
  if (isLoopback(socket.remoteAddress ?? '')) return;
  throw new NexusctlError(
    'INSECURE_CREDENTIAL',
    `${address} is ${socket.remoteAddress ?? 'gone'}, not a loopback address: no credential in clear`,
    {
      hint: 'turn TLS on with --tls',
    },
  );
}

/** CONNECT carries the proxy's password in clear: it goes to a proxy on this machine only (security.md 1). */
function refuseForeignProxy(socket: Socket, { host, port }: Proxy): void {
  if (isLoopback(socket.remoteAddress ?? '')) return;
  socket.destroy();
  throw new NexusctlError(
    'INSECURE_CREDENTIAL',
    `the proxy ${host}:${String(port)} is not on this machine: its password would go out in clear`,
    { hint: 'use a proxy without a password, or one on this machine that knows it' },
  );
}

async function openSocket(host: string, port: number, proxy: Proxy | null, signal: AbortSignal): Promise<Socket> {
  const to = proxy ?? { host, port };
  const socket = connectTcp({ host: to.host, port: to.port, noDelay: true });
  await event(socket, 'connect', signal);
  if (proxy?.credentials !== undefined) refuseForeignProxy(socket, proxy);
  if (proxy !== null) await tunnel(socket, `${host.includes(':') ? `[${host}]` : host}:${String(port)}`, proxy, signal);
  return socket;
}

/** CONNECT by hand: node:http would add 10 ms to every start for three lines of text. */
async function tunnel(socket: Socket, to: string, proxy: Proxy, signal: AbortSignal): Promise<void> {
  const { credentials } = proxy;
  const basic =
    credentials === undefined ? '' : `Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
  socket.write(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n${basic}\r\n`);
  let answer = Buffer.alloc(0);
  while (!answer.includes('\r\n\r\n')) {
    if (answer.length > 16_384) break;
    await event(socket, 'readable', signal);
    const chunk = socket.read() as Buffer | null;
    if (chunk === null && socket.readableEnded) break;
    answer = Buffer.concat([answer, chunk ?? Buffer.alloc(0)]);
  }
  const end = answer.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer.toString('latin1'))?.[1];
  if (status === '200' && end >= 0) {
    if (answer.length > end + 4) socket.unshift(answer.subarray(end + 4));
    return;
  }
  throw new NexusctlError(
    'UNREACHABLE',
    `the proxy ${proxy.host}:${String(proxy.port)} did not open a tunnel to ${to}: ${status === undefined ? 'no HTTP answer' : `status ${status}`}`,
    { hint: 'check grpc_proxy, https_proxy and http_proxy, or name the host in no_proxy', details: { address: to } },
  );
}

async function secure(
  socket: Socket,
  host: string,
  tls: NonNullable<Connection['tls']>,
  signal: AbortSignal,
): Promise<Socket> {
  const name = tls.serverName ?? host;
  const secured = connectTls({
    socket,
    ALPNProtocols: ['h2'],
    rejectUnauthorized: tls.verify,
    // SNI holds names only; an address is verified against the certificate's IP entries.
    ...(isIP(name) === 0 ? { servername: name } : { host: name }),
    ...pem('ca', tls.ca),
    ...pem('cert', tls.cert),
    ...pem('key', tls.key),
  });
  await event(secured, 'secureConnect', signal);
  if (secured.alpnProtocol !== 'h2')
    throw new NexusctlError('PROTOCOL_ERROR', `${name} does not speak HTTP/2 (no ALPN answer)`, {
      hint: 'is a load balancer or a web server answering there? `nexusctl connect-test` tells',
    });
  return secured;
}

function pem(
  key: 'ca' | 'cert' | 'key',
  value: string | Uint8Array | undefined,
): Partial<Record<typeof key, string | Buffer>> {
  if (value === undefined) return {};
  return { [key]: typeof value === 'string' ? value : Buffer.from(value) };
}

/** Resolves at the server's SETTINGS: only then has a TLS 1.3 server accepted the client's certificate. */
async function startHttp2(
  target: Connection,
  host: string,
  socket: Socket,
  signal: AbortSignal,
): Promise<ClientHttp2Session> {
  const scheme = target.tls === null ? 'http' : 'https';
  const authority = host.includes(':') ? `[${host}]` : host;
  const session = connectHttp2(`${scheme}://${authority}:${String(parseAddress(target.address).port)}`, {
    createConnection: () => socket,
    settings: { initialWindowSize: 4 * 1024 * 1024, enablePush: false },
    maxSessionMemory: 128,
  });
  try {
    await event(session, 'remoteSettings', signal);
  } catch (error) {
    session.destroy();
    throw error;
  }
  session.setLocalWindowSize(16 * 1024 * 1024);
  session.on('error', () => session.destroy());
  return session;
}

interface Emitter {
  readonly once: (name: string, listener: (...values: readonly unknown[]) => void) => unknown;
  readonly off: (name: string, listener: (...values: readonly unknown[]) => void) => unknown;
}

/** The next event of a stream, or the error or close that comes instead. */
function event(emitter: Emitter, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      emitter.off(name, done);
      emitter.off('error', fail);
      emitter.off('close', closed);
      signal.removeEventListener('abort', aborted);
      settle();
    };
    const done = () => finish(resolve);
    const fail = (error: unknown) => finish(() => reject(error instanceof Error ? error : new Error(String(error))));
    const closed = () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const aborted = () => fail(signal.reason);
    if (signal.aborted) {
      aborted();
      return;
    }
    emitter.once(name, done);
    emitter.once('error', fail);
    emitter.once('close', closed);
    signal.addEventListener('abort', aborted, { once: true });
  });
}
