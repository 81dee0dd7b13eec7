import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { codecProbe } from '../../src/adapters/codec-server/probe.ts';
import { diagnose } from '../../src/codec-server/doctor/run.ts';

const ui = 'http://localhost:8233';
const cors = {
  'Access-Control-Allow-Origin': ui,
  'Access-Control-Allow-Headers': 'content-type, x-namespace',
  'Content-Type': 'application/json',
};
const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Right but for what `spoil` does to an answer of POST. */
function almostRight(
  spoil: (body: string) => { status?: number; headers?: object; body?: string; waitMs?: number },
): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = Buffer.concat(chunks).toString();
      const { status = 200, headers = cors, body = sent, waitMs = 0 } = request.method === 'POST' ? spoil(sent) : {};
      setTimeout(() => response.writeHead(status, { ...headers }).end(request.method === 'POST' ? body : ''), waitMs);
    });
  };
}

async function examine(endpoint: string, options: Readonly<Record<string, unknown>> = {}, pageAddress?: string) {
  const lookup = pageAddress === undefined ? codecProbe.lookup : () => Promise.resolve([pageAddress]);
  const { report, exitCode } = await diagnose(
    { ...codecProbe, lookup },
    {
      endpoint,
      namespace: 'default',
      origin: ui,
      headers: {},
      passToken: false,
      credentials: false,
      timeoutMs: 3000,
      signal: new AbortController().signal,
      ...options,
    },
    false,
  );
  const primary = report.checks.find(({ id }) => id === report.primary?.check);
  const warned = report.checks.filter(({ status }) => status === 'warn').map(({ id }) => id);
  return { report, exitCode, primary, warned };
}

const reversed = (body: string): string => {
  const { payloads } = JSON.parse(body) as { payloads: object[] };
  return JSON.stringify({ payloads: [...payloads].reverse() });
};

it.each<[string, string, RegExp, Parameters<typeof almostRight>[0]]>([
  ['fails inside, without CORS', 'passthrough', /HTTP 500/, () => ({ status: 500, headers: {} })],
  ['answers with a page', 'passthrough', /not JSON/, () => ({ body: '<!doctype html><p>hello' })],
  ['answers with another status than 200', 'passthrough', /HTTP 201/, () => ({ status: 201 })],
  [
    'changes the order',
    'passthrough',
    /another order/,
    (body) => (body.startsWith('{"payloads":[') ? { body: reversed(body) } : {}),
  ],
  [
    'has CORS headers on the preflight only',
    'cors',
    /no Access-Control-Allow-Origin/,
    () => ({ headers: { 'Content-Type': 'application/json' } }),
  ],
  ['refuses what is large', 'size', /HTTP 413/, (body) => (body.length > 102_400 ? { status: 413 } : {})],
])('names a server that %s', async (_what, check, words, spoil) => {
  const port = await listen(createServer(almostRight(spoil)));
  const { report } = await examine(`http://127.0.0.1:${String(port)}`);
  const named = report.checks.find(({ id }) => id === check);
  expect(['fail', 'warn']).toContain(named?.status);
  expect(named?.message).toMatch(words);
  const before = report.checks.slice(
    0,
    report.checks.findIndex(({ id }) => id === check),
  );
  expect(before.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(named?.fix ?? named?.seenAs).toBeDefined();
});

it('warns of a server that is slow', async () => {
  const port = await listen(createServer(almostRight(() => ({ waitMs: 150 }))));
  const { warned, report } = await examine(`http://127.0.0.1:${String(port)}`);
  expect(warned).toContain('latency');
  expect(report.latencyMs?.median).toBeGreaterThanOrEqual(150);
});

it('names a certificate that is trusted by nobody, and TLS where there is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nexusctl-doctor-'));
  try {
    const flags = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=localhost',
    ];
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', 'k.pem', '-out', 'c.pem'];
    execFileSync('openssl', [...flags, ...names], { cwd: folder, stdio: 'ignore' });
    const [cert, key] = ['c.pem', 'k.pem'].map((name) => readFileSync(join(folder, name), 'utf8'));
    const right = almostRight(() => ({}));
    const tls = await listen(createTlsServer({ cert, key }, right));
    const selfSigned = await examine(`https://127.0.0.1:${String(tls)}`);
    expect(selfSigned.primary).toMatchObject({
      id: 'reach',
      message: expect.stringContaining('self-signed') as string,
    });
    expect(selfSigned.exitCode).toBe(5);
    expect((await examine(`https://127.0.0.1:${String(tls)}`, { ca: cert })).report.primary).toBeNull();
    const clear = await listen(createServer(right));
    const noTls = await examine(`https://127.0.0.1:${String(clear)}`);
    expect(noTls.primary).toMatchObject({ id: 'reach', fix: expect.stringContaining('http://') as string });
    const needsTls = await examine(`http://127.0.0.1:${String(tls)}`);
    expect(needsTls.primary?.id).toBe('reach');
    expect(needsTls.primary?.fix).toContain('https://');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('names what a browser blocks before a byte is sent', async () => {
  const port = await listen(createServer(almostRight(() => ({}))));
  const here = `http://127.0.0.1:${String(port)}`;
  const mixed = await examine('http://codec.example:1', { origin: 'https://ui.example' }, '203.0.113.7');
  expect(mixed.primary?.id).toBe('mixed-content');
  const insecure = await examine(here, { origin: 'http://ui.example' }, '203.0.113.7');
  expect(insecure.primary?.id).toBe('local-network');
  const asks = await examine(here, { origin: 'https://ui.example' }, '203.0.113.7');
  expect(asks.warned).toContain('local-network');
  const silent = await examine(here, { passToken: true, authorization: 'Bearer abcdefgh' });
  expect(silent.primary).toMatchObject({ id: 'token-over-https' });
});

it.each<[string, number, RegExp, RequestListener]>([
  [
    'a proxy whose codec server is down',
    5,
    /502.*behind it/,
    (_request, response) => void response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>'),
  ],
  [
    'a proxy that sends everybody to https',
    1,
    /301.*redirects/,
    (request, response) => void response.writeHead(301, { Location: `https://localhost${request.url ?? ''}` }).end(),
  ],
  ['a login page', 1, /not JSON/, (_request, response) => void response.writeHead(200).end('<html>log in</html>')],
  ['another path of a web server', 7, /404.*no \/decode/, (_request, response) => void response.writeHead(404).end()],
])('%s is the cause, not the CORS headers that it has not either', async (_what, exit, words, listener) => {
  const port = await listen(createServer(listener));
  const { report, exitCode, primary } = await examine(`http://127.0.0.1:${String(port)}`);
  expect(report.checks.find(({ id }) => id === 'preflight')?.status).toBe('fail');
  expect(primary?.id).toBe('passthrough');
  expect(primary?.message).toMatch(words);
  expect(exitCode).toBe(exit);
});

interface Asked {
  readonly method: string | undefined;
  readonly url: string;
  readonly body: string;
}

/** Right but for those requests that `spoil` answers itself. */
function rightBut(
  spoil: (asked: Asked) => { status?: number; headers?: object; body?: string | Buffer } | null,
): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url = '' } = request;
      const sent = method === 'POST' ? Buffer.concat(chunks).toString() : '';
      const { status = 200, headers = {}, body = sent } = spoil({ method, url, body: sent }) ?? {};
      if (status === 0) request.socket.destroy();
      else response.writeHead(status, { ...cors, ...headers }).end(body);
    });
  };
}

type Payload = Readonly<Record<string, unknown>> & { readonly metadata: Readonly<Record<string, string>> };

/** Changes each payload of an answer; null takes it away. */
const each = (change: (payload: Payload) => object | null) =>
  rightBut(({ body }) => {
    if (!body.endsWith(']}')) return null;
    const { payloads } = JSON.parse(body) as { payloads: Payload[] };
    return { body: JSON.stringify({ payloads: payloads.map(change).filter((payload) => payload !== null) }) };
  });
const decoded = (text = ''): string => Buffer.from(text, 'base64').toString();
const asItCame = /as it came/;
const form = /protojson/;

it.each<[what: string, check: string, cause: RegExp, fix: RegExp, handle: RequestListener]>([
  [
    'drops what it does not know',
    'passthrough',
    /3 payloads came back for 4: a payload of an encoding it does not know is missing/,
    asItCame,
    each((payload) => (decoded(payload.metadata['encoding']).includes('nexusctl') ? null : payload)),
  ],
  [
    'keeps the encoding alone',
    'passthrough',
    /without its metadata 'x-Custom_Key'/,
    asItCame,
    each(({ metadata, ...rest }) => ({ ...rest, metadata: { encoding: metadata['encoding'] } })),
  ],
  [
    'loses external payloads',
    'passthrough',
    /without externalPayloads/,
    asItCame,
    each(({ metadata, data }) => ({ metadata, data })),
  ],
  [
    'fails at a stranger',
    'passthrough',
    /HTTP 500 for a payload of an encoding it does not know/,
    asItCame,
    rightBut(({ body }) => (body.includes('YmluYXJ5L25leHVzY3RsLXRlc3Q=') ? { status: 500 } : null)),
  ],
  [
    'writes metadata as text',
    'passthrough',
    /the metadata 'encoding' of a payload is not base64/,
    form,
    each((payload) => ({ ...payload, metadata: { encoding: decoded(payload.metadata['encoding']) } })),
  ],
  [
    'writes data as JSON',
    'passthrough',
    /the data of a payload is not base64/,
    form,
    each(({ metadata }) => ({ metadata, data: { a: 1 } })),
  ],
  [
    'writes names in capitals',
    'passthrough',
    /a member 'Payloads'/,
    form,
    rightBut(({ body }) => ({ body: body.replace('"payloads"', '"Payloads"') })),
  ],
  [
    'answers with a login',
    'passthrough',
    /not JSON but a page/,
    /login/,
    rightBut(({ method }) => (method === 'POST' ? { body: '<html></html>' } : null)),
  ],
  [
    'compresses and does not say so',
    'passthrough',
    /compressed/,
    form,
    rightBut(({ body }) => ({ body: gzipSync(body) })),
  ],
  [
    'answers 201',
    'passthrough',
    /HTTP 201/,
    /answer 200/,
    rightBut(({ method }) => (method === 'POST' ? { status: 201 } : null)),
  ],
  [
    'takes small headers only',
    'passthrough',
    /HTTP 431/,
    /limit on headers/,
    rightBut(({ method }) => (method === 'POST' ? { status: 431 } : null)),
  ],
  [
    'promises more than it sends',
    'reach',
    /breaks off/,
    /Content-Length/,
    (_request, response) => {
      response.writeHead(200, { ...cors, 'Content-Length': 100 });
      response.write('{}', () => response.destroy());
    },
  ],
  [
    'knows no OPTIONS',
    'preflight',
    /HTTP 405/,
    /answer OPTIONS/,
    rightBut(({ method }) =>
      method === 'OPTIONS' ? { status: 405, headers: { 'Access-Control-Allow-Origin': [] } } : null,
    ),
  ],
  [
    'knows the preflight without the query only',
    'preflight',
    /without the query/,
    /path alone/,
    (request, response) =>
      request.method === 'OPTIONS' && request.url?.includes('?') === true
        ? response.writeHead(404).end()
        : rightBut(() => null)(request, response),
  ],
  [
    'has its header twice',
    'preflight',
    /only one origin/,
    /once/,
    rightBut(() => ({ headers: { 'Access-Control-Allow-Origin': [ui, ui] } })),
  ],
  [
    'ends its origin with a slash',
    'preflight',
    /slash/,
    /without a slash/,
    rightBut(() => ({ headers: { 'Access-Control-Allow-Origin': `${ui}/` } })),
  ],
])('names the cause and the fix of a server that %s', async (_what, check, cause, fix, handle) => {
  const port = await listen(createServer(handle));
  const { report } = await examine(`http://127.0.0.1:${String(port)}`);
  expect(report.primary).toEqual({
    check,
    summary: expect.stringMatching(cause) as string,
    fix: expect.stringMatching(fix) as string,
  });
});

it('finds nothing wrong with answers that are compressed for who asks for it', async () => {
  const port = await listen(
    createServer(rightBut(({ body }) => ({ body: gzipSync(body), headers: { 'Content-Encoding': 'gzip' } }))),
  );
  const { report } = await examine(`http://127.0.0.1:${String(port)}`);
  expect(report.checks.filter(({ status }) => status === 'fail')).toEqual([]);
});

it('does not say of each kind of request what holds for all', async () => {
  const port = await listen(createServer(rightBut(({ method }) => (method === 'POST' ? { status: 500 } : null))));
  const { report } = await examine(`http://127.0.0.1:${String(port)}`);
  expect(report.checks.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual(['passthrough']);
});

it('warns of a server that drops the connection of a large request', async () => {
  const port = await listen(createServer(rightBut(({ body }) => (body.length > 102_400 ? { status: 0 } : null))));
  const { report, exitCode, warned } = await examine(`http://127.0.0.1:${String(port)}`);
  expect([warned.includes('size'), exitCode]).toEqual([true, 0]);
  const size = report.checks.find(({ id }) => id === 'size');
  expect(size?.message).toMatch(/closes the connection.* for 100 payloads/);
  expect(size?.fix).toMatch(/body limit/);
});
