import { createServer as createHttp2, createSecureServer, type Http2Server } from 'node:http2';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';

/** A server that nobody verified, and everything that it was told. */
export interface Stranger {
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly seen: () => string;
  readonly close: () => Promise<void>;
}

export interface ServedPair {
  readonly cert: string;
  readonly key: string;
}

/** Takes every byte, and answers as a web server that refuses. */
export function plaintextStranger(): Promise<Stranger> {
  const seen: Buffer[] = [];
  const server = createTcp((socket) => {
    socket.on('data', (bytes) => {
      seen.push(bytes);
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n');
    });
  });
  return listen(server, () => Buffer.concat(seen).toString('latin1'));
}

/** Speaks TLS with a certificate of nobody, and HTTP/2 or HTTP/1 inside. */
export function untrustedStranger({ cert, key }: ServedPair): Promise<Stranger> {
  const seen: string[] = [];
  const server = createSecureServer({ cert, key, allowHTTP1: true });
  answerAll(server, seen);
  server.on('request', ({ httpVersionMajor, rawHeaders }, response) => {
    if (httpVersionMajor > 1) return;
    seen.push(rawHeaders.join('\n'));
    response.writeHead(401).end();
  });
  return listen(server, () => seen.join('\n'));
}

/** Repeats in its refusal whatever it was told, in clear: the answer that must not come through to any output. */
export function echo(): Promise<Stranger> {
  const seen: string[] = [];
  const server = createHttp2();
  answerAll(server, seen);
  return listen(server, () => seen.join('\n'));
}

/** Speaks HTTP/1 over TLS and repeats every header in its body. */
export function untrustedEcho({ cert, key }: ServedPair): Promise<Stranger> {
  const seen: Buffer[] = [];
  const server = createTls({ cert, key, ALPNProtocols: ['http/1.1'] }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      seen.push(bytes);
      socket.end(Buffer.concat([Buffer.from('HTTP/1.1 401 No\r\nConnection: close\r\n\r\n'), bytes]));
    });
  });
  server.on('tlsClientError', () => undefined);
  return listen(server, () => Buffer.concat(seen).toString('latin1'));
}

function answerAll(server: Http2Server, seen: string[]): void {
  server.on('sessionError', () => undefined);
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('stream', (stream, headers) => {
    const told = JSON.stringify(headers);
    seen.push(told);
    stream.on('error', () => undefined);
    stream.on('data', (bytes: Buffer) => seen.push(bytes.toString('latin1')));
    const refusal = { 'grpc-status': '16', 'grpc-message': encodeURIComponent(`who is ${told}`) };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...refusal }, { endStream: true });
  });
}

async function listen(server: Server | Http2Server, seen: () => string): Promise<Stranger> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    address: `127.0.0.1:${String(port)}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
