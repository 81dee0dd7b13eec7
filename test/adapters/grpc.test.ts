import { once } from 'node:events';
import { createServer as createHttp2, createSecureServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import proto from '@temporalio/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { openGrpc } from '../../src/adapters/grpc.ts';
import type { Connection, Rpc } from '../../src/profile/connection.ts';
import { bytesField, varintField } from '../../src/protobuf/wire.ts';
import { makeAuthority } from '../helpers/certificates.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

type Answer = (stream: ServerHttp2Stream, headers: Readonly<Record<string, unknown>>, call: number) => void;

async function listen(server: Http2Server | Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A server over clear text that answers as it is told, and how often it was asked. */
async function startServer(answer: Answer): Promise<{ readonly port: number; readonly calls: () => number }> {
  let calls = 0;
  const server = createHttp2();
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    answer(stream, headers, (calls += 1));
  });
  return { port: await listen(server), calls: () => calls };
}

function client(port: number, more: Partial<Connection> = {}): Rpc {
  const rpc = openGrpc({
    address: `127.0.0.1:${String(port)}`,
    tls: null,
    connectMs: 5_000,
    env: {},
    metadata: {},
    credentials: () => Promise.resolve({}),
    ...more,
  });
  open.push(rpc.close);
  return rpc;
}

const call = (rpc: Rpc, more: { deadlineMs?: number; repeatable?: boolean; signal?: AbortSignal } = {}) =>
  rpc.call('/s.S/Method', Buffer.from('ask'), { signal: new AbortController().signal, repeatable: true, ...more });

const framed = (message: Uint8Array): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

const answerOk = (stream: ServerHttp2Stream, message: Uint8Array = Buffer.from('answer')): void => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(framed(message));
};

const refuse = (stream: ServerHttp2Stream, status: number, more: Readonly<Record<string, string>> = {}): void =>
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(status), ...more },
    { endStream: true },
  );

/** A google.rpc.Status with one detail, written out by hand. */
const detailed = (type: string, value: Uint8Array): string =>
  bytesField(3, Buffer.concat([bytesField(1, `type.googleapis.com/${type}`), bytesField(2, value)])).toString('base64');

describe('a gRPC call', () => {
  it('is answered', async () => {
    const { port } = await startServer((stream) => answerOk(stream));
    const { message } = await call(client(port));
    expect(Buffer.from(message).toString()).toBe('answer');
  });

  it('sends its deadline, and ends when that is over', async () => {
    let timeout: unknown;
    const { port } = await startServer((_stream, headers) => (timeout = headers['grpc-timeout']));
    await expect(call(client(port), { deadlineMs: 150 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
      details: { grpcStatusName: 'DEADLINE_EXCEEDED', method: 'Method' },
    });
    expect(timeout).toBe('150m');
  });

  it('ends with the reason of its signal', async () => {
    const { port } = await startServer(() => undefined);
    const abort = new AbortController();
    const asked = call(client(port), { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('enough')), 50);
    await expect(asked).rejects.toThrow('enough');
  });

  it('takes no answer above 64 MiB, and stops reading it', async () => {
    let written = 0;
    const { port } = await startServer((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      const chunk = Buffer.alloc(1024 * 1024);
      const more = (): void => {
        while (!stream.destroyed && written < 200) {
          written += 1;
          if (!stream.write(chunk)) return void stream.once('drain', more);
        }
      };
      more();
    });
    await expect(call(client(port))).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE', exitCode: 3 });
    expect(written).toBeLessThan(120);
  });

  it.each([
    ['a frame cut short', Buffer.from([0, 0, 0, 0, 9, 1])],
    ['a compressed frame', Buffer.from([1, 0, 0, 0, 1, 1])],
    ['two messages', Buffer.concat([framed(Buffer.from('a')), framed(Buffer.from('b'))])],
    ['no frame', Buffer.alloc(0)],
  ])('takes nothing but one whole message: %s', async (_what, body) => {
    const { port } = await startServer((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(body);
    });
    await expect(call(client(port))).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' });
  });

  it.each([
    [404, 'UNSUPPORTED_BY_SERVER'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [400, 'SERVER_ERROR'],
    [302, 'SERVER_ERROR'],
  ])('a web server that answers %i is told from a gRPC server', async (status, code) => {
    const { port } = await startServer((stream) => {
      stream.respond({ ':status': status, 'content-type': 'text/html', location: 'http://elsewhere.example/' });
      stream.end('<h1>no</h1>');
    });
    await expect(call(client(port))).rejects.toMatchObject({ code });
  });

  it('a connection that breaks off is opened again for what may be repeated, and for nothing else', async () => {
    const { port, calls } = await startServer((stream, _headers, number) => {
      if (number % 2 === 1) stream.session?.destroy();
      else answerOk(stream);
    });
    await expect(call(client(port))).resolves.toBeDefined();
    expect(calls()).toBe(2);
    await expect(call(client(port), { repeatable: false })).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(calls()).toBe(3);
  });
});

describe('what a server says with a refusal', () => {
  const violation = (subject: string, description: string) =>
    bytesField(1, Buffer.concat([bytesField(1, subject), bytesField(2, description)]));
  const { PermissionDeniedFailure } = proto.temporal.api.errordetails.v1;

  it.each([
    [3, 'google.rpc.BadRequest', violation('spec.name', 'too long'), 'INVALID_ARGUMENT', '(spec.name: too long)'],
    [9, 'google.rpc.QuotaFailure', violation('endpoints', '100 of 100'), 'CONFLICT', '(endpoints: 100 of 100)'],
    [
      7,
      'temporal.api.errordetails.v1.PermissionDeniedFailure',
      Buffer.from(PermissionDeniedFailure.encode({ reason: 'not on the list' }).finish()),
      'PERMISSION_DENIED',
      '(not on the list)',
    ],
    [5, 'some.Unknown', Buffer.from('\u0001\u0002'), 'NOT_FOUND', 'gone'],
  ])('status %i with %s', async (status, type, value, code, words) => {
    const { port } = await startServer((stream) =>
      refuse(stream, status, { 'grpc-message': 'gone%20away', 'grpc-status-details-bin': detailed(type, value) }),
    );
    const error = (await call(client(port)).catch((thrown: unknown) => thrown)) as Error & { code: string };
    expect(error.code).toBe(code);
    expect(error.message).toContain('gone away');
    expect(error.message).toContain(words);
  });

  it('details that are no protobuf are passed over', async () => {
    const { port } = await startServer((stream) => refuse(stream, 5, { 'grpc-status-details-bin': '////' }));
    await expect(call(client(port))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('RESOURCE_EXHAUSTED', () => {
  const retryInfo = (ms: number) =>
    detailed('google.rpc.RetryInfo', bytesField(1, Buffer.concat([varintField(2, ms * 1_000_000)])));

  it.each([
    ['by the header', { 'grpc-retry-pushback-ms': '300' }],
    ['by its details', { 'grpc-status-details-bin': retryInfo(300) }],
  ])('is asked again when the server said so (%s)', async (_how, headers) => {
    const times: number[] = [];
    const { port } = await startServer((stream, _headers, number) => {
      times.push(Date.now());
      if (number === 1) refuse(stream, 8, headers);
      else answerOk(stream);
    });
    await call(client(port));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(290);
  });

  it('is not asked again when the server does not want it', async () => {
    const { port, calls } = await startServer((stream) => refuse(stream, 8, { 'grpc-retry-pushback-ms': '-1' }));
    await expect(call(client(port))).rejects.toMatchObject({ code: 'RATE_LIMITED', exitCode: 5 });
    expect(calls()).toBe(1);
  });

  it('makes every call of the connection wait, and a hundred calls go through', async () => {
    // Ten calls in each 100 ms; the rest is refused with the time until the next ones.
    let [window, used, refused] = [0, 0, 0];
    const { port, calls } = await startServer((stream) => {
      const now = Math.floor(Date.now() / 100);
      if (now !== window) [window, used] = [now, 0];
      used += 1;
      if (used <= 10) {
        answerOk(stream);
        return;
      }
      refused += 1;
      refuse(stream, 8, { 'grpc-retry-pushback-ms': '100' });
    });
    const rpc = client(port);
    await Promise.all(Array.from({ length: 100 }, () => call(rpc)));
    expect(calls()).toBe(100 + refused);
    // Without a common pause each refused call would come back alone, again and again.
    expect(refused).toBeLessThan(600);
  });
});

describe('credentials', () => {
  const secret = { credentials: () => Promise.resolve({ authorization: 'Bearer key' }) };

  it('are not sent in clear, also not to loopback, unless the host was named', async () => {
    const seen: unknown[] = [];
    const { port, calls } = await startServer((stream, headers) => {
      seen.push(headers['authorization']);
      answerOk(stream);
    });
    await expect(call(client(port, secret))).rejects.toMatchObject({ code: 'INSECURE_CREDENTIAL', exitCode: 3 });
    await expect(call(client(port, { ...secret, plaintextHost: 'localhost' }))).rejects.toMatchObject({
      code: 'INSECURE_CREDENTIAL',
    });
    expect(calls()).toBe(0);
    await call(client(port, { ...secret, plaintextHost: '127.0.0.1' }));
    expect(seen).toEqual(['Bearer key']);
  });

  it('are not sent to a server whose name is not verified, nor through a proxy in clear', async () => {
    const { port, calls } = await startServer((stream) => answerOk(stream));
    await expect(call(client(port, { ...secret, tls: { verify: false } }))).rejects.toMatchObject({
      code: 'INSECURE_CREDENTIAL',
    });
    const env = { http_proxy: `http://127.0.0.1:${String(port)}` };
    const clear = { ...secret, plaintextHost: '127.0.0.1', env: { ...env, grpc_proxy: env.http_proxy } };
    await expect(call(client(port, clear))).rejects.toMatchObject({ code: 'INSECURE_CREDENTIAL' });
    expect(calls()).toBe(0);
  });

  it('are resolved again, once, when they are refused', async () => {
    const keys = ['old', 'new'];
    const { port, calls } = await startServer((stream, headers) => {
      if (headers['authorization'] === 'Bearer new') answerOk(stream);
      else refuse(stream, 16);
    });
    const credentials = () => Promise.resolve({ authorization: `Bearer ${keys.shift() ?? 'old'}` });
    const rpc = client(port, { credentials, plaintextHost: '127.0.0.1' });
    await call(rpc);
    expect(calls()).toBe(2);
    const stale = client(port, { ...secret, plaintextHost: '127.0.0.1' });
    await expect(call(stale)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', exitCode: 4 });
    expect(calls()).toBe(4);
  });
});

describe('through a proxy', () => {
  /** A CONNECT proxy that carries on to the one place there is, whatever name was asked for. */
  async function startProxy(port: number, status = 200): Promise<{ port: number; asked: string[] }> {
    const asked: string[] = [];
    const proxy = createServer((socket) => {
      socket.once('data', (head: Buffer) => {
        asked.push(head.toString().split('\r\n')[0] ?? '');
        socket.on('error', () => undefined);
        socket.write(`HTTP/1.1 ${String(status)} Said\r\n\r\n`);
        if (status !== 200) return void socket.end();
        const upstream = connect(port, '127.0.0.1');
        upstream.on('error', () => socket.destroy());
        socket.pipe(upstream).pipe(socket);
      });
    });
    return { port: await listen(proxy), asked };
  }

  async function startTls(): Promise<{ port: number; ca: string; seen: unknown[] }> {
    const authority = await makeAuthority();
    const leaf = await authority.leaf({ commonName: 'ns.example', names: ['ns.example'], usages: ['serverAuth'] });
    const server = createSecureServer({ key: leaf.key, cert: leaf.certificate });
    const seen: unknown[] = [];
    server.on('stream', (stream, headers) => {
      seen.push(headers['authorization']);
      answerOk(stream);
    });
    return { port: await listen(server), ca: authority.certificate, seen };
  }

  it('TLS goes end to end: the name is looked up and verified behind the tunnel, and the key arrives', async () => {
    const { port, ca, seen } = await startTls();
    const proxy = await startProxy(port);
    const env = { https_proxy: `http://127.0.0.1:${String(proxy.port)}` };
    const credentials = () => Promise.resolve({ authorization: 'Bearer key' });
    await call(client(0, { address: 'ns.example:7233', env, credentials, tls: { ca, verify: true } }));
    expect(proxy.asked).toEqual(['CONNECT ns.example:7233 HTTP/1.1']);
    expect(seen).toEqual(['Bearer key']);
    const other = client(0, { address: 'other.example:7233', env, credentials, tls: { ca, verify: true } });
    await expect(call(other)).rejects.toMatchObject({ code: 'TLS_FAILED' });
    expect(seen).toHaveLength(1);
  });

  it('a proxy that refuses is named with its status', async () => {
    const proxy = await startProxy(1, 403);
    const env = { https_proxy: `http://127.0.0.1:${String(proxy.port)}` };
    await expect(call(client(0, { address: 'ns.example:7233', env }))).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining(`the proxy 127.0.0.1:${String(proxy.port)}`) as string,
    });
  });
});
