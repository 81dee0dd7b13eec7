import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { BlockList, isIP, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admitted } from '../../codec-server/admission.ts';
import type { CodecLimits } from '../../codec-server/limits.ts';
import type { CodecResponse, RequestHead } from '../../codec-server/request.ts';
import type { CodecService } from '../../codec-server/service.ts';
import type { CodecSockets, Listening, ListenOptions, TlsPair } from '../../codec-server/socket.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { jwtAuthenticator } from './jwks.ts';
import { watch } from './watch.ts';

export const codecSockets: CodecSockets = { listen, serveText, jwtAuthenticator, watch };

async function listen(service: CodecService, options: ListenOptions): Promise<Listening> {
  const { limits, tls } = options;
  const trusted = blockListOf(options.trustedProxies);
  const progress = { count: 0 };
  const take = (request: IncomingMessage, response: ServerResponse, waits: boolean): void => {
    progress.count += 1;
    response.once('close', () => (progress.count -= 1));
    answering.set(request.socket, response);
    const head = headOf(request, tls !== undefined, trusted);
    const decision = service.admit(head, progress.count > limits.concurrent);
    if (decision instanceof Promise) decision.then(proceed, () => response.destroy());
    else proceed(decision);
    function proceed(decided: Awaited<ReturnType<CodecService['admit']>>): void {
      // Who waits for 100 and gets an answer instead may send the body or not: nothing more is read from it.
      if (decided.kind === 'answer') send(response, waits ? { ...decided.response, close: true } : decided.response);
      else {
        if (waits) response.writeContinue();
        readBody(service, decided.admitted, request, response, limits);
      }
    }
  };
  const answering = new WeakMap<object, ServerResponse>();
  const onRequest: RequestListener = (request, response) => take(request, response, false);
  const settings = {
    headersTimeout: limits.headersMs,
    // Node's own answer is not in the log: it is for heads, and comes after ours.
    requestTimeout: limits.requestMs + 1000,
    keepAliveTimeout: limits.idleMs,
    // Node looks for slow clients this often; its own default of 30 s would make the limits above mean nothing.
    connectionsCheckingInterval: 500,
    maxHeaderSize: 16_384,
  };
  const server =
    tls === undefined
      ? createServer(settings, onRequest)
      : createTlsServer({ ...settings, ...tlsOptions(tls) }, onRequest);
  server.on('checkContinue', (request, response) => take(request, response, true));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const { code = '' } = error;
    const started = answering.get(socket);
    // Somebody who looks whether the port is open, has gone, or has his answer.
    if (!socket.writable || code === 'ECONNRESET' || started?.headersSent === true) socket.destroy();
    else refuseUnread(service, code, socket as Socket);
  });
  server.maxConnections = limits.connections;
  // A client that stops reading its answer.
  server.setTimeout(limits.idleMs);
  return start(server, options.host, options.port, progress);
}

async function serveText(host: string, port: number, text: () => string): Promise<Listening> {
  const progress = { count: 0 };
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, ({ method, url }, response) => {
    const known = method === 'GET' && url?.split('?')[0] === '/metrics';
    response.writeHead(known ? 200 : 404, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(known ? text() : 'GET /metrics\n');
  });
  server.maxConnections = 16;
  return start(server, host, port, progress);
}

async function start(
  server: Server | TlsServer,
  host: string,
  port: number,
  progress: { readonly count: number },
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, host, port)));
    server.listen(port, host.replace(/^\[|\]$/g, ''), resolve);
  });
  server.on('error', () => undefined);
  const address = server.address();
  return {
    host,
    port: typeof address === 'object' && address !== null ? address.port : port,
    inFlight: () => progress.count,
    useCertificate: (pair) => {
      if ('setSecureContext' in server) server.setSecureContext(tlsOptions(pair));
    },
    stop: async (graceMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const until = Date.now() + graceMs;
      while (progress.count > 0 && Date.now() < until) await delay(10);
      server.closeAllConnections();
      await closed;
    },
  };
}

function tlsOptions({ cert, key }: TlsPair) {
  const options = { cert: Buffer.from(cert), key: Buffer.from(key), minVersion: 'TLSv1.2' as const };
  try {
    createSecureContext(options);
  } catch (error) {
    // OpenSSL's text may quote the file.
    throw new NexusctlError('SETTING_INVALID', 'the server certificate and its key cannot be used together', {
      hint: 'nexusctl cert inspect FILE says what is in them',
      details: { reason: error instanceof Error && 'code' in error ? String(error.code) : 'unreadable' },
    });
  }
  return options;
}

function headOf(request: IncomingMessage, tls: boolean, trusted: BlockList | null): RequestHead {
  const remoteAddress = request.socket.remoteAddress ?? '';
  const proxied = !tls && trusted?.check(plainAddress(remoteAddress), familyOf(remoteAddress)) === true;
  return {
    method: request.method ?? '',
    target: request.url ?? '/',
    rawHeaders: request.rawHeaders,
    remoteAddress,
    transport: tls ? 'tls' : proxied ? 'trusted-proxy' : 'clear',
  };
}

function readBody(
  service: CodecService,
  admitted: Admitted,
  request: IncomingMessage,
  response: ServerResponse,
  { bodyBytes: limit, requestMs }: CodecLimits,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => {
    if (!response.headersSent) send(response, service.refuse(admitted, 'timed-out'));
  }, requestMs);
  response.once('close', () => clearTimeout(timer));
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else if (!response.headersSent) send(response, service.refuse(admitted, 'too-large'));
  });
  request.on('end', () => {
    clearTimeout(timer);
    if (response.headersSent) return;
    const [first = Buffer.alloc(0)] = chunks;
    const answer = service.answer(admitted, chunks.length > 1 ? Buffer.concat(chunks, size) : first);
    if (!(answer instanceof Promise)) send(response, answer);
    else
      answer.then(
        (late) => send(response, late),
        () => response.destroy(),
      );
  });
}

/** A head that cannot be read or does not come to its end. */
function refuseUnread(service: CodecService, code: string, socket: Socket): void {
  const outcome = outcomes[code] ?? 'malformed';
  const status = service.unreadable(socket.remoteAddress ?? '', outcome, code);
  socket.end(`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n\r\n`, () =>
    socket.destroy(),
  );
}

const outcomes: Readonly<Record<string, 'head-too-large' | 'timed-out'>> = {
  HPE_HEADER_OVERFLOW: 'head-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'timed-out',
};

function send(response: ServerResponse, { status, headers, body, close }: CodecResponse): void {
  // The client may have gone; then nobody is there to be told.
  if (response.destroyed || response.headersSent) return;
  const length = status === 204 ? [] : ['Content-Length', String(body.length)];
  response.writeHead(status, [...headers, ...length, ...(close === true ? ['Connection', 'close'] : [])]);
  if (close === true) linger(response, body);
  else response.end(body, 'latin1');
}

const lingerMs = 2000;

/**
 * Answers a request of which not everything will be read. Closing at once would reset the connection, and a client that
 * is still writing would never see the answer: what it sends is thrown away for a moment.
 */
function linger(response: ServerResponse, body: string | Buffer): void {
  const { req: request } = response;
  const timer = setTimeout(() => request.socket.destroy(), lingerMs);
  response.once('close', () => clearTimeout(timer));
  response.write(body);
  request.once('end', () => response.end());
  request.resume();
}

function blockListOf(networks: readonly string[]): BlockList | null {
  if (networks.length === 0) return null;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits, ...rest] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
    if (isIP(address) === 0 || rest.length > 0 || !(prefix >= 0 && prefix <= most))
      throw new NexusctlError('SETTING_INVALID', `--trusted-proxy ${network} is no address or network`, {
        hint: 'for example --trusted-proxy 10.0.0.0/8',
      });
    list.addSubnet(address, prefix, family);
  }
  return list;
}

/** An IPv4 client of a socket that listens on `::`. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(plainAddress(address)) === 6 ? 'ipv6' : 'ipv4';
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): NexusctlError {
  const where = `${host}:${String(port)}`;
  const hints: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program listens there; choose a port with --listen, 0 for any free one',
    EACCES: 'ports below 1024 need a privilege; choose a higher one with --listen',
    EADDRNOTAVAIL: 'this machine does not have that address',
    ENOTFOUND: 'give an address rather than a name',
  };
  return new NexusctlError('CANNOT_LISTEN', `cannot listen on ${where}: ${error.code ?? error.name}`, {
    hint: hints[error.code ?? ''],
    cause: error,
  });
}
