import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type {
  Limits,
  Session,
  SessionResult,
  SessionSecurity,
  UnaryCall,
  UnaryResult,
  Way,
  WireFailure,
} from '../../connectivity/net.ts';
import { errnoOf, limited } from './limit.ts';
import { secure } from './secure.ts';
import { bytesFrom, openWay, whenBrokenOff } from './socket.ts';
import { wireFailure } from './tls.ts';

export async function openSession(way: Way, security: SessionSecurity, limits: Limits): Promise<SessionResult> {
  const startedAt = performance.now();
  const ms = (): number => Math.round(performance.now() - startedAt);
  const opened = await openWay(way, limits);
  if (!opened.ok) return { ok: false, stage: 'connect', errno: opened.errno, answered: false, ms: ms() };
  let stage: 'tls' | 'http2' = security.tls ? 'tls' : 'http2';
  let goawayCode: number | undefined;
  let secured: Socket | TLSSocket;
  try {
    secured = security.tls ? secure(opened.socket, security, ['h2']) : opened.socket;
  } catch (error) {
    opened.socket.destroy();
    return { ok: false, stage: 'tls', errno: errnoOf(error), answered: false, ms: ms() };
  }
  const heard = bytesFrom(secured);
  const failure = (how: WireFailure): SessionResult => ({
    ok: false,
    stage,
    ...how,
    ...(goawayCode === undefined ? {} : { goawayCode }),
    answered: heard() > 0,
    ms: ms(),
  });
  const { ended, settle } = limited<SessionResult>(limits, () => failure({ errno: 'ETIMEDOUT' }));
  const failed = (error: Error): void => settle(failure(wireFailure(error)));
  secured.on('error', failed);
  // After an alert Node closes the session first and tells the reason on the socket in the same turn.
  const closed = (): void => void setImmediate(failed, Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
  secured.once('close', closed);
  const session = connectHttp2('http://nexusctl.invalid', { createConnection: () => secured });
  secured.once('secureConnect', () => (stage = 'http2'));
  session.on('error', (error: Error) => void setImmediate(failed, error));
  session.on('goaway', (code: number) => (goawayCode = code));
  session.once('close', closed);
  session.once('remoteSettings', () =>
    settle({ ok: true, session: wrap(session, secured, security, way, () => goawayCode), ms: ms() }),
  );
  // Node says nothing while the first frame is not complete, nor of some that can never be.
  const stop = whenBrokenOff(heard, Infinity, () => settle(failure({ errno: 'ETIMEDOUT' })));
  const result = await ended;
  stop();
  if (!result.ok) {
    session.destroy();
    secured.destroy();
    opened.socket.destroy();
  }
  return result;
}

function wrap(
  session: ClientHttp2Session,
  socket: Socket | TLSSocket,
  security: SessionSecurity,
  way: Way,
  goawayCode: () => number | undefined,
): Session {
  const tls = security.tls ? (socket as TLSSocket) : null;
  return {
    remoteAddress: way.proxy === undefined ? way.address : way.proxy.host,
    verified: tls?.authorized === true,
    proxied: way.proxy !== undefined,
    alpn: tls === null ? undefined : tls.alpnProtocol === false ? null : tls.alpnProtocol,
    unary: (call, limits) => unary(session, call, limits, way.authority, security.tls, goawayCode),
    ping: (limits) => ping(session, limits),
    idle: (limits) => idle(session, limits),
    close: () => {
      session.destroy();
      socket.destroy();
    },
  };
}

const bodyLimit = 64 * 1024;

async function unary(
  session: ClientHttp2Session,
  { path, message, headers }: UnaryCall,
  limits: Limits,
  authority: string,
  tls: boolean,
  goawayCode: () => number | undefined,
): Promise<UnaryResult> {
  const startedAt = performance.now();
  const received: { headers: IncomingHttpHeaders; trailers: IncomingHttpHeaders; chunks: Buffer[]; bytes: number } = {
    headers: {},
    trailers: {},
    chunks: [],
    bytes: 0,
  };
  const result = (end: Pick<UnaryResult, 'errno' | 'resetCode'>): UnaryResult => {
    const answer = { ...received.headers, ...received.trailers };
    const code = goawayCode();
    return {
      ...(typeof received.headers[':status'] === 'number' ? { httpStatus: received.headers[':status'] } : {}),
      headers: plain(received.headers),
      ...grpcEnd(answer),
      body: Uint8Array.from(Buffer.concat(received.chunks).subarray(0, bodyLimit)),
      ...end,
      ...(code === undefined ? {} : { goawayCode: code }),
      ms: Math.round(performance.now() - startedAt),
    };
  };
  if (session.destroyed || session.closed) return result({ errno: 'ERR_HTTP2_INVALID_SESSION' });
  const { ended, settle } = limited<UnaryResult>(limits, () => result({ errno: 'ETIMEDOUT' }));
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    ':scheme': tls ? 'https' : 'http',
    ':authority': authority,
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'nexusctl',
    ...headers,
  });
  stream.on('response', (given: IncomingHttpHeaders) => (received.headers = given));
  stream.on('trailers', (given: IncomingHttpHeaders) => (received.trailers = given));
  stream.on('data', (chunk: Buffer) => {
    received.bytes += chunk.length;
    if (received.bytes <= bodyLimit) received.chunks.push(chunk);
  });
  stream.on('error', (error: Error) =>
    settle(result({ errno: errnoOf(error), ...(stream.rstCode ? { resetCode: stream.rstCode } : {}) })),
  );
  stream.once('close', () => settle(result(stream.rstCode ? { resetCode: stream.rstCode } : {})));
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  stream.end(frame);
  const answer = await ended;
  stream.destroy();
  return answer;
}

function grpcEnd(headers: IncomingHttpHeaders): Pick<UnaryResult, 'grpcStatus' | 'grpcMessage'> {
  const status = headers['grpc-status'];
  const message = headers['grpc-message'];
  if (typeof status !== 'string' || !/^\d{1,3}$/.test(status)) return {};
  return { grpcStatus: Number(status), ...(typeof message === 'string' ? { grpcMessage: decode(message) } : {}) };
}

/** gRPC percent-encodes messages; a server may get that wrong. */
function decode(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(':') || value === undefined ? [] : [[name, String(value).slice(0, 256)] as const],
    ),
  );
}

async function ping(session: ClientHttp2Session, limits: Limits): Promise<number | null> {
  if (session.destroyed || session.closed) return null;
  const { ended, settle } = limited<number | null>(limits, () => null);
  session.once('close', () => settle(null));
  session.ping((error: Error | null, duration: number) => settle(error === null ? duration : null));
  return ended;
}

async function idle(session: ClientHttp2Session, limits: Limits): Promise<number | null> {
  const startedAt = performance.now();
  const { ended, settle } = limited<number | null>(limits, () => null);
  session.once('close', () => settle(Math.round(performance.now() - startedAt)));
  return ended;
}
