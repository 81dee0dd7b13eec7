import type { Socket } from 'node:net';
import type {
  GreetResult,
  Limits,
  ProxyAddress,
  ProxyResult,
  SessionSecurity,
  TcpResult,
  Way,
} from '../../connectivity/net.ts';
import { limited } from './limit.ts';
import { secure } from './secure.ts';
import { open, openTunnel, type Opened } from './tunnel.ts';

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

/** Counts the bytes that come from now on, those in the buffer among them. TLS counts what it has opened. */
export function bytesFrom(socket: Socket): () => number {
  const before = socket.bytesRead - socket.readableLength;
  return () => socket.bytesRead - before;
}

const tickMs = 50;
const quietTicks = 6;

/**
 * Calls back when some bytes have come, at most `atMost` of them, and then none for 300 ms. Turns of the event loop are
 * counted, not time: after a pause of this process bytes may still lie in the kernel.
 * @returns ends the watch
 */
export function whenBrokenOff(heard: () => number, atMost: number, brokenOff: () => void): () => void {
  let last = 0;
  let quiet = 0;
  const timer = setInterval(() => {
    const bytes = heard();
    quiet = bytes === last && bytes > 0 ? quiet + 1 : 0;
    last = bytes;
    if (quiet >= quietTicks || bytes > atMost) clearInterval(timer);
    if (quiet >= quietTicks && bytes <= atMost) brokenOff();
  }, tickMs);
  return () => clearInterval(timer);
}

const greetings = {
  // The HTTP/2 preface with an empty SETTINGS frame (RFC 9113 section 3.4).
  http2: Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1'),
  http1: Buffer.from('GET / HTTP/1.1\r\nHost: nexusctl.invalid\r\nConnection: close\r\n\r\n', 'latin1'),
};

export async function greet(
  way: Way,
  greeting: keyof typeof greetings,
  limits: Limits,
  security?: SessionSecurity & { tls: true },
): Promise<GreetResult> {
  const opened = await openWay(way, limits);
  if (!opened.ok) return { kind: 'unreachable', errno: opened.errno };
  const socket =
    security === undefined ? opened.socket : secure(opened.socket, security, greeting === 'http2' ? ['h2'] : []);
  const { ended, settle } = limited<GreetResult>(limits, () => ({ kind: 'silent' }));
  socket.once('data', (bytes: Buffer) => settle({ kind: 'answered', bytes: Uint8Array.from(bytes.subarray(0, 1024)) }));
  socket.once('end', () => settle({ kind: 'closed' }));
  socket.on('error', () => settle({ kind: 'reset' }));
  socket.write(greetings[greeting]);
  const result = await ended;
  socket.destroy();
  opened.socket.destroy();
  return result;
}

export async function tunnel(proxy: ProxyAddress, host: string, port: number, limits: Limits): Promise<ProxyResult> {
  const { socket, result } = await openTunnel(proxy, host, port, limits);
  socket?.destroy();
  return result;
}
