import { spawn } from 'node:child_process';
import {
  createServer as createHttp2,
  createSecureServer,
  performServerHandshake,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect, createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import { bytesField, readFields, textOf, varintField } from '../../src/protobuf/wire.ts';
import type { Lab } from './lab.ts';

export interface Answer {
  /** HTTP status, with a body of its own in place of gRPC. */
  readonly http?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly status?: number;
  readonly message?: string;
  readonly reply?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reset?: number;
  readonly hang?: boolean;
  /** Milliseconds to wait before the answer. */
  readonly after?: number;
  readonly noTrailers?: boolean;
  readonly raw?: Uint8Array;
  readonly goaway?: number;
}

export interface Behaviour {
  readonly systemInfo?: Answer;
  readonly namespace?: Answer;
  readonly nexus?: Answer;
  /** On every answer of GetSystemInfo. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly everything?: Answer;
  readonly poll?: Answer;
  /** `nexus` of the capabilities. */
  readonly nexusCapability?: boolean;
  /** Bytes above which a proxy in front answers 413. */
  readonly largest?: number;
  /** Its answer in place of 413. */
  readonly tooLarge?: Answer;
  /** Answers as a server that wants this key does. */
  readonly apiKey?: string;
}

export interface Running {
  readonly port: number;
  readonly address: string;
  /** Everything that came in, to look for what should not have. */
  readonly seen: () => string;
}

const namespaces = ['default', 'orders', 'orders.a1b2c'];

/** A small Temporal frontend from node:http2, in clear or with TLS. */
export async function startTemporal(lab: Lab, behaviour: Behaviour = {}, tls?: TlsOptions): Promise<Running> {
  const seen: string[] = [];
  const server = tls === undefined ? createHttp2() : createSecureServer({ allowHTTP1: false, ...tls });
  server.on('stream', (stream, headers) => {
    seen.push(JSON.stringify(headers));
    serve(stream, headers, behaviour);
  });
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => undefined);
  return listen(lab, server, () => seen.join('\n'));
}

/** As a TLS load balancer that knows nothing of ALPN does. */
export function startWithoutAlpn(lab: Lab, options: TlsOptions): Promise<Running> {
  return startTls(lab, options, (socket) => {
    const session = performServerHandshake(socket);
    session.on('error', () => undefined);
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => serve(stream, headers, {}));
  });
}

function serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, behaviour: Behaviour): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', () => undefined);
  stream.on('end', () => answer(stream, headers, Buffer.concat(chunks), behaviour));
}

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer, behaviour: Behaviour): void {
  const path = headers[':path'] ?? '';
  const method = path.split('/').at(-1);
  const wrongKey = behaviour.apiKey !== undefined && headers['authorization'] !== `Bearer ${behaviour.apiKey}`;
  const fallback = ((): Answer => {
    switch (method ?? '') {
      case 'GetSystemInfo':
        return (
          behaviour.systemInfo ?? {
            reply: systemInfoReply(behaviour.nexusCapability ?? true),
            headers: behaviour.headers ?? {},
          }
        );
      case 'DescribeNamespace':
        return behaviour.namespace ?? (wrongKey ? denied : describe(body));
      case 'PollWorkflowTaskQueue':
        return behaviour.poll ?? { reply: new Uint8Array() };
      case 'ListNexusEndpoints':
        return behaviour.nexus ?? (wrongKey ? denied : { reply: new Uint8Array() });
      default:
        return { status: 12, message: `unknown method ${method ?? ''}` };
    }
  })();
  if (body.length > (behaviour.largest ?? Infinity)) give(stream, behaviour.tooLarge ?? { http: { status: 413 } });
  else {
    const given = behaviour.everything ?? fallback;
    if (given.after === undefined) give(stream, given);
    else setTimeout(() => give(stream, given), given.after);
  }
}

const denied: Answer = { status: 7, message: 'Request unauthorized.' };

function systemInfoReply(nexus: boolean): Buffer {
  return Buffer.concat([bytesField(1, '1.29.1'), bytesField(2, nexus ? varintField(11, 1) : varintField(1, 1))]);
}

function describe(body: Buffer): Answer {
  const name = readFields(body.subarray(5)).find(({ number }) => number === 1);
  const text = name === undefined ? '' : textOf(name);
  if (!namespaces.includes(text)) return { status: 5, message: `Namespace ${text} is not found.` };
  return { reply: namespaceReply(text, 1) };
}

export function namespaceReply(name: string, state: number): Uint8Array {
  return bytesField(1, Buffer.concat([bytesField(1, name), varintField(2, state), bytesField(6, 'id-1')]));
}

function give(stream: ServerHttp2Stream, given: Answer): void {
  if (given.hang === true || stream.destroyed) return;
  if (given.goaway !== undefined) {
    stream.session?.goaway(given.goaway);
    stream.session?.destroy();
    return;
  }
  if (given.reset !== undefined) {
    stream.close(given.reset);
    return;
  }
  if (given.http !== undefined) {
    stream.respond({ ':status': given.http.status, 'content-type': 'text/html', ...given.http.headers });
    stream.end(given.http.body ?? '<html><body>no</body></html>');
    return;
  }
  const head = { ':status': 200, 'content-type': 'application/grpc', ...given.headers };
  const end = {
    'grpc-status': String(given.status ?? 0),
    ...(given.message === undefined ? {} : { 'grpc-message': encodeURI(given.message) }),
  };
  if (given.status !== undefined && given.status !== 0) {
    stream.respond({ ...head, ...end }, { endStream: true });
    return;
  }
  stream.respond(head, { waitForTrailers: given.noTrailers !== true });
  stream.on('wantTrailers', () => stream.sendTrailers(end));
  const reply = given.reply ?? new Uint8Array();
  const frame = Buffer.alloc(5 + reply.length);
  frame.writeUInt32BE(reply.length, 1);
  frame.set(reply, 5);
  stream.end(given.raw ?? frame);
}

/** Any TCP behaviour. */
export function startTcp(
  lab: Lab,
  onConnection: (socket: Socket) => void,
  port = 0,
  host = '127.0.0.1',
): Promise<Running> {
  const seen: Buffer[] = [];
  const server = createTcp((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => seen.push(bytes));
    onConnection(socket);
  });
  return listen(lab, server, () => Buffer.concat(seen).toString('latin1'), port, host);
}

/**
 * A process that listens and never accepts. `full`: its queue is full too, so that the kernel answers no further SYN, as
 * a firewall that drops does. `roomy`: the kernel completes the connection, and then nothing comes.
 */
export async function startDeaf(lab: Lab, queue: 'full' | 'roomy'): Promise<{ readonly address: string }> {
  const program = `const server = require('node:net').createServer();
    server.listen({ host: '127.0.0.1', port: 0, backlog: ${queue === 'full' ? '1' : '64'} }, () => {
      require('node:fs').writeSync(1, String(server.address().port) + '\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  lab.onClose(() => child.kill('SIGKILL'));
  const port = await new Promise<number>((resolve) =>
    child.stdout.once('data', (data) => resolve(Number(String(data)))),
  );
  if (queue === 'roomy') return { address: `127.0.0.1:${String(port)}` };
  const fillers = Array.from({ length: 6 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  lab.onClose(() => fillers.forEach((filler) => filler.destroy()));
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { address: `127.0.0.1:${String(port)}` };
}

/** Any behaviour after a TLS handshake. */
export function startTls(lab: Lab, options: TlsOptions, onConnection: (socket: Socket) => void): Promise<Running> {
  const seen: Buffer[] = [];
  const server = createTls(options, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => seen.push(bytes));
    onConnection(socket);
  });
  server.on('tlsClientError', () => undefined);
  return listen(lab, server, () => Buffer.concat(seen).toString('latin1'));
}

async function listen(lab: Lab, server: Server, seen: () => string, port = 0, host = '127.0.0.1'): Promise<Running> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  lab.onClose(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  const bound = (server.address() as AddressInfo).port;
  return { port: bound, address: `${host}:${String(bound)}`, seen };
}
