import { connect, type Socket } from 'node:net';
import { isLoopback } from '../../connectivity/address.ts';
import type { Limits, ProxyAddress, ProxyResult } from '../../connectivity/net.ts';
import { errnoOf, limited } from './limit.ts';

/** An open socket to the server, straight or through a proxy; or why there is none. */
export type Opened = { readonly ok: true; readonly socket: Socket } | { readonly ok: false; readonly errno: string };

export type Tunnel =
  | { readonly result: ProxyResult & { readonly kind: 'open' }; readonly socket: Socket }
  | { readonly result: Exclude<ProxyResult, { readonly kind: 'open' }>; readonly socket?: undefined };

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

/**
 * CONNECT by hand: node:http would add 10 ms to every start for three lines of text. Asks without the password first,
 * for most proxies want none. CONNECT is in clear, so the password goes only to a proxy for which that was allowed and
 * that is loopback by connected address (security.md 1).
 */
export async function openTunnel(proxy: ProxyAddress, host: string, port: number, limits: Limits): Promise<Tunnel> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  const first = await ask(proxy, target, limits, 'nothing');
  const { result } = first;
  const wanted = result.kind === 'refused' && result.status === 407 && result.schemes.includes('basic');
  return wanted && proxy.auth !== undefined ? ask(proxy, target, limits, 'the password') : first;
}

async function ask(
  proxy: ProxyAddress,
  target: string,
  limits: Limits,
  give: 'nothing' | 'the password',
): Promise<Tunnel> {
  const startedAt = performance.now();
  const opened = await open(proxy.host, proxy.port, limits);
  if (!opened.ok)
    return { result: opened.errno === 'ETIMEDOUT' ? { kind: 'silent' } : { kind: 'unreachable', errno: opened.errno } };
  const { socket } = opened;
  const withheld = give === 'nothing' ? null : reasonToWithhold(proxy, socket);
  if (withheld !== null) {
    socket.destroy();
    return { result: { kind: 'refused', status: 407, schemes: ['basic'], withheld } };
  }
  const { ended, settle } = limited<ProxyResult>(limits, () => ({ kind: 'silent' }));
  const basic = Buffer.from(proxy.auth ?? '').toString('base64');
  const credentials = give === 'nothing' ? '' : `Proxy-Authorization: Basic ${basic}\r\n`;
  let head = Buffer.alloc(0);
  const read = (): void => {
    for (let bytes = socket.read() as Buffer | null; bytes !== null; bytes = socket.read() as Buffer | null)
      head = Buffer.concat([head, bytes]);
    const answer = parseAnswer(head, Math.round(performance.now() - startedAt));
    if (answer !== null) settle(answer);
  };
  socket.on('readable', read);
  socket.once('end', () => settle(head.length > 0 ? { kind: 'not-http', bytes: head } : closed));
  socket.on('error', (error) => settle({ kind: 'unreachable', errno: errnoOf(error) }));
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${credentials}\r\n`);
  const result = await ended;
  if (result.kind !== 'open') {
    socket.destroy();
    return { result };
  }
  socket.off('readable', read);
  const rest = head.subarray(head.indexOf('\r\n\r\n') + 4);
  if (rest.length > 0) socket.unshift(rest);
  return { result, socket };
}

const closed: ProxyResult = { kind: 'unreachable', errno: 'ECONNRESET' };

function reasonToWithhold({ clearAllowed }: ProxyAddress, socket: Socket): 'remote' | 'not-allowed' | null {
  if (!isLoopback(socket.remoteAddress ?? '')) return 'remote';
  return clearAllowed ? null : 'not-allowed';
}

/** Null while the head of the answer is not complete. */
function parseAnswer(head: Buffer, ms: number): ProxyResult | null {
  const text = head.toString('latin1');
  if (!'HTTP/1.'.startsWith(text.slice(0, 7)) || text.length > 16_384)
    return { kind: 'not-http', bytes: Uint8Array.from(head.subarray(0, 256)) };
  if (!text.includes('\r\n\r\n')) return null;
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1] ?? 0);
  if (status >= 200 && status < 300) return { kind: 'open', ms };
  const schemes = [...text.matchAll(/\r\nProxy-Authenticate: *([A-Za-z]+)/gi)].map(([, scheme = '']) =>
    scheme.toLowerCase(),
  );
  return { kind: 'refused', status, schemes };
}
