import { connect, type Socket } from 'node:net';
import { isLoopback } from '../connectivity/address.ts';
import type { GreetResult, Limits, ProxyAddress, ProxyResult, TcpResult, Way } from '../connectivity/net.ts';
import { errnoOf, limited } from './net-limit.ts';

/** An open socket to the server, straight or through a proxy; or why there is none. */
export type Opened = { readonly ok: true; readonly socket: Socket } | { readonly ok: false; readonly errno: string };

/** Opens a socket on one address: no racing of address families, so that each can be judged. */
export async function open(host: string, port: number, limits: Limits): Promise<Opened> {
  const socket = connect({ host, port, autoSelectFamily: false, noDelay: true });
  const { ended, settle } = limited<Opened>(limits, () => ({ ok: false, errno: 'ETIMEDOUT' }));
  socket.once('connect', () => settle({ ok: true, socket }));
  socket.on('error', (error) => settle({ ok: false, errno: errnoOf(error) }));
  const result = await ended;
  if (!result.ok) socket.destroy();
  return result;
}

export async function openWay(way: Way, limits: Limits): Promise<Opened> {
  if (way.proxy === undefined) return open(way.address, way.port, limits);
  const tunnelled = await openTunnel(way.proxy, way.address, way.port, limits);
  return tunnelled.socket === undefined
    ? { ok: false, errno: 'ERR_PROXY_TUNNEL' }
    : { ok: true, socket: tunnelled.socket };
}

export async function tcp(address: string, port: number, limits: Limits, sniffMs: number): Promise<TcpResult> {
  const startedAt = performance.now();
  const opened = await open(address, port, limits);
  const ms = Math.round(performance.now() - startedAt);
  if (!opened.ok) return { ok: false, errno: opened.errno, ms };
  const unasked =
    sniffMs === 0
      ? ({ then: 'silent', bytes: new Uint8Array() } as const)
      : await listen(opened.socket, { ...limits, timeoutMs: sniffMs });
  opened.socket.destroy();
  return { ok: true, ms, ...unasked };
}

type Unasked = Pick<TcpResult & { ok: true }, 'then' | 'bytes'>;

async function listen(socket: Socket, limits: Limits): Promise<Unasked> {
  const { ended, settle } = limited<Unasked>(limits, () => ({ then: 'silent', bytes: new Uint8Array() }));
  socket.once('data', (bytes) => settle({ then: 'spoke', bytes: Uint8Array.from(bytes.subarray(0, 512)) }));
  socket.once('end', () => settle({ then: 'closed', bytes: new Uint8Array() }));
  socket.on('error', () => settle({ then: 'reset', bytes: new Uint8Array() }));
  return ended;
}

const greetings = {
  // The HTTP/2 preface with an empty SETTINGS frame (RFC 9113 section 3.4).
  http2: Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1'),
  http1: Buffer.from('GET / HTTP/1.1\r\nHost: nexusctl.invalid\r\nConnection: close\r\n\r\n', 'latin1'),
};

export async function greet(way: Way, greeting: keyof typeof greetings, limits: Limits): Promise<GreetResult> {
  const opened = await openWay(way, limits);
  if (!opened.ok) return { kind: 'unreachable', errno: opened.errno };
  const { socket } = opened;
  const { ended, settle } = limited<GreetResult>(limits, () => ({ kind: 'silent' }));
  socket.once('data', (bytes) => settle({ kind: 'answered', bytes: Uint8Array.from(bytes.subarray(0, 1024)) }));
  socket.once('end', () => settle({ kind: 'closed' }));
  socket.on('error', () => settle({ kind: 'reset' }));
  socket.write(greetings[greeting]);
  const result = await ended;
  socket.destroy();
  return result;
}

export async function tunnel(proxy: ProxyAddress, host: string, port: number, limits: Limits): Promise<ProxyResult> {
  const { socket, result } = await openTunnel(proxy, host, port, limits);
  socket?.destroy();
  return result;
}

interface Tunnel {
  readonly result: ProxyResult;
  readonly socket?: Socket;
}

/** Asks without credentials first: most proxies want none, and a password in clear stays on this machine. */
async function openTunnel(proxy: ProxyAddress, host: string, port: number, limits: Limits): Promise<Tunnel> {
  const first = await askForTunnel(proxy, host, port, limits, false);
  const { result } = first;
  const asked = result.kind === 'refused' && result.status === 407 && result.schemes.includes('Basic');
  if (!asked || proxy.auth === undefined) return first;
  return askForTunnel(proxy, host, port, limits, true);
}

async function askForTunnel(
  proxy: ProxyAddress,
  host: string,
  port: number,
  limits: Limits,
  authenticate: boolean,
): Promise<Tunnel> {
  const startedAt = performance.now();
  const opened = await open(proxy.host, proxy.port, limits);
  if (!opened.ok)
    return { result: opened.errno === 'ETIMEDOUT' ? { kind: 'silent' } : { kind: 'unreachable', errno: opened.errno } };
  const { socket } = opened;
  const mayAuthenticate = authenticate && isLoopback(socket.remoteAddress ?? '');
  if (authenticate && !mayAuthenticate) {
    socket.destroy();
    return { result: { kind: 'refused', status: 407, schemes: ['Basic'] } };
  }
  const { ended, settle } = limited<ProxyResult>(limits, () => ({ kind: 'silent' }));
  const target = host.includes(':') ? `[${host}]:${String(port)}` : `${host}:${String(port)}`;
  const credentials = mayAuthenticate
    ? `Proxy-Authorization: Basic ${Buffer.from(proxy.auth ?? '').toString('base64')}\r\n`
    : '';
  let head = Buffer.alloc(0);
  const read = (bytes: Buffer): void => {
    head = Buffer.concat([head, bytes]);
    const answer = parseAnswer(head, Math.round(performance.now() - startedAt));
    if (answer !== null) settle(answer);
  };
  socket.on('data', read);
  socket.once('end', () => settle(head.length > 0 ? { kind: 'not-http', bytes: head } : closed));
  socket.on('error', (error) => settle({ kind: 'unreachable', errno: errnoOf(error) }));
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${credentials}\r\n`);
  const result = await ended;
  if (result.kind !== 'open') {
    socket.destroy();
    return { result };
  }
  socket.off('data', read);
  socket.pause();
  return { result, socket };
}

const closed: ProxyResult = { kind: 'unreachable', errno: 'ECONNRESET' };

/** Null while the head of the answer is not complete. */
function parseAnswer(head: Buffer, ms: number): ProxyResult | null {
  const text = head.toString('latin1');
  if (!'HTTP/1.'.startsWith(text.slice(0, 7)) && !text.startsWith('HTTP/1.'))
    return { kind: 'not-http', bytes: Uint8Array.from(head.subarray(0, 256)) };
  if (!text.includes('\r\n\r\n')) return null;
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1] ?? 0);
  if (status >= 200 && status < 300) return { kind: 'open', ms };
  const schemes = [...text.matchAll(/\r\nProxy-Authenticate: *([A-Za-z]+)/gi)].map(([, scheme]) => scheme ?? '');
  return { kind: 'refused', status, schemes };
}
