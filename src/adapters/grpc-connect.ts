import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isLoopback } from '../connectivity/address.ts';
import { mendAddress } from '../connectivity/address-mend.ts';
import type { ProxyResult } from '../connectivity/net.ts';
import { proxyFor, type ChosenProxy } from '../connectivity/proxy-choice.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { fromSocketError } from '../errors/translate.ts';
import type { Connection } from '../profile/connection.ts';
import { openTunnel } from './net/tunnel.ts';

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
  const credentials = await target.credentials();
  const secret = Object.keys(credentials).length > 0;
  if (secret) refuseUnsafe(target, host);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(target.connectMs)]);
  let socket: Socket | undefined;
  try {
    socket = await openSocket(host, port, target, limit);
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
  if (host === undefined || !(port >= 1 && port <= 65_535)) {
    const { what, address: meant } = mendAddress(address);
    throw new NexusctlError('SETTING_INVALID', `the address '${address}' ${what}`, {
      hint: meant === null ? 'an address looks like host:port' : `write it as ${meant}`,
    });
  }
  return { host, port };
}

function refuseUnsafe(target: Connection, host: string): void {
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
  if (proxyFor(host, target.env) !== null)
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

async function openSocket(host: string, port: number, target: Connection, signal: AbortSignal): Promise<Socket> {
  const proxy = proxyFor(host, target.env);
  if (proxy === null) {
    const socket = connectTcp({ host, port, noDelay: true });
    await event(socket, 'connect', signal);
    return socket;
  }
  const clearAllowed = target.plaintextHost === proxy.host;
  const limits = { timeoutMs: target.connectMs, signal };
  const { socket, result } = await openTunnel({ ...proxy, clearAllowed }, host, port, limits);
  if (socket === undefined) throw noTunnel(result, proxy, target.address);
  return socket;
}

function noTunnel(result: Exclude<ProxyResult, { kind: 'open' }>, proxy: ChosenProxy, address: string): NexusctlError {
  const name = `the proxy ${proxy.host}:${String(proxy.port)}`;
  if (result.kind === 'refused' && result.withheld !== undefined)
    return new NexusctlError('INSECURE_CREDENTIAL', `${name} wants its password, which would go out in clear`, {
      hint:
        result.withheld === 'remote'
          ? 'use a proxy without a password, or one on this machine that knows it, or name the host in no_proxy'
          : `allow it for this proxy with --allow-plaintext-key ${proxy.host}, or name the host in no_proxy`,
    });
  return new NexusctlError('UNREACHABLE', `${name} did not open a tunnel to ${address}: ${whyNot(result)}`, {
    hint: 'check grpc_proxy, https_proxy and http_proxy, or name the host in no_proxy',
    details: { address },
  });
}

function whyNot(result: Exclude<ProxyResult, { kind: 'open' }>): string {
  switch (result.kind) {
    case 'refused':
      return `status ${String(result.status)}`;
    case 'unreachable':
      return result.errno;
    case 'not-http':
      return 'no HTTP answer';
    case 'silent':
      return 'no answer in time';
  }
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
