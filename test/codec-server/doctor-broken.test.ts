import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { codecProbe } from '../../src/adapters/codec-server-probe.ts';
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
    /changed/,
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
