import { expect, it } from 'vitest';
import { cors, examine, good, ui, type Handle } from '../helpers/codec-doctor.ts';

it('finds nothing wrong with a server that is right', async () => {
  const { report, exitCode, status } = await examine(good);
  expect(report.primary).toBeNull();
  expect(Object.values(status).filter((one) => one === 'fail')).toEqual([]);
  expect(exitCode).toBe(0);
});

it('tells an origin that is refused from a preflight that nobody may make', async () => {
  const lets =
    (allowed: string): Handle =>
    (_request, body, response) =>
      response.writeHead(200, { ...cors, 'Access-Control-Allow-Origin': allowed }).end(body);
  const refusing: Handle = (request, body, response) =>
    request.headers.origin === 'https://cloud.temporal.io'
      ? lets(request.headers.origin)(request, body, response)
      : response.writeHead(403).end();
  const refused = await examine(refusing);
  expect(refused.report.primary?.summary).toBe(`it refuses ${ui} and lets in https://cloud.temporal.io`);
  const nobody = await examine((_request, _body, response) => response.writeHead(403).end());
  expect(nobody.report.primary?.summary).toContain('it refuses this origin, or wants a token');
});

const forUrls = (body: string): string => body.replaceAll('+', '-').replaceAll('/', '_');

const faults: readonly [what: string, check: string, exit: number, handle: Handle][] = [
  [
    'answers the preflight with 401',
    'preflight',
    1,
    (request, body, response) =>
      request.method === 'OPTIONS' ? response.writeHead(401, cors).end() : good(request, body, response),
  ],
  ['has no CORS headers', 'preflight', 1, (_request, body, response) => response.writeHead(200).end(body)],
  [
    'ends its origin with a slash',
    'preflight',
    1,
    (_request, body, response) =>
      response.writeHead(200, { ...cors, 'Access-Control-Allow-Origin': `${ui}/` }).end(body),
  ],
  [
    'allows too few headers',
    'preflight',
    1,
    (request, body, response) =>
      request.method === 'OPTIONS'
        ? response.writeHead(200, { ...cors, 'Access-Control-Allow-Headers': 'content-type' }).end()
        : good(request, body, response),
  ],
  [
    'wants a credential',
    'authentication',
    4,
    (request, body, response) =>
      request.method === 'OPTIONS' ? good(request, body, response) : response.writeHead(401, cors).end(),
  ],
  [
    'redirects',
    'passthrough',
    1,
    (request, body, response) =>
      request.method === 'OPTIONS'
        ? good(request, body, response)
        : response.writeHead(302, { ...cors, Location: '/x' }).end(),
  ],
  [
    'redirects the preflight',
    'preflight',
    1,
    (request, body, response) =>
      request.method === 'OPTIONS'
        ? response.writeHead(307, { ...cors, Location: '/x' }).end()
        : good(request, body, response),
  ],
  [
    'drops metadata that it does not know',
    'passthrough',
    1,
    (request, body, response) => {
      good(request, body.replace(/,"x-Custom_Key":"[^"]*"/, ''), response);
    },
  ],
  [
    'has no /decode',
    'passthrough',
    7,
    (request, body, response) =>
      request.method === 'OPTIONS' ? good(request, body, response) : response.writeHead(404, cors).end(),
  ],
  [
    'loses a payload',
    'passthrough',
    1,
    (request, body, response) => {
      if (!body.includes('YmluYXJ5L25leHVz')) {
        good(request, body, response);
        return;
      }
      const { payloads } = JSON.parse(body) as { payloads: object[] };
      response.writeHead(200, cors).end(JSON.stringify({ payloads: payloads.slice(1) }));
    },
  ],
  [
    'adds a member that Go does not know',
    'answer-form',
    1,
    (request, body, response) =>
      request.method === 'OPTIONS' || !body.startsWith('{"payloads":[') || !body.endsWith(']}')
        ? good(request, body, response)
        : response.writeHead(200, cors).end(`${body.slice(0, -1)},"ok":true}`),
  ],
  ['does not answer', 'reach', 5, () => undefined],
  ['closes the connection', 'reach', 5, ({ socket }) => void socket.destroy()],
  [
    'looks at the address with its query',
    'ui-query',
    1,
    (request, body, response) =>
      request.method === 'OPTIONS' || request.url?.endsWith('/decode') === true
        ? good(request, body, response)
        : response.writeHead(404, cors).end(),
  ],
  [
    'writes base64 for addresses',
    'answer-form',
    1,
    (request, body, response) => good(request, forUrls(body), response),
  ],
];
it.each(faults)('names a server that %s', async (_what, check, exit, handle) => {
  const { report, exitCode } = await examine(handle);
  expect(report.primary?.check).toBe(check);
  expect(exitCode).toBe(exit);
  expect(report.ok).toBe(false);
});

it('names the rule that hides a token from http, and a page on https that may not call http', async () => {
  expect((await examine(good, { passToken: true })).status).toMatchObject({ 'token-over-https': 'fail' });
  const nobody = await examine(good, { endpoint: 'http://codec.invalid:1', origin: 'https://cloud.temporal.io' });
  expect(nobody.status).toMatchObject({ 'mixed-content': 'fail', reach: 'fail', passthrough: 'skip' });
});

it.each<[string, string, Handle]>([
  [
    'has CORS headers on success only',
    'cors-on-errors',
    (request, body, response) =>
      request.method === 'POST' && !body.endsWith('}') ? response.writeHead(400).end() : good(request, body, response),
  ],
  [
    'wants a namespace',
    'empty-namespace',
    (request, body, response) =>
      request.method === 'POST' && request.headers['x-namespace'] === ''
        ? response.writeHead(400, cors).end()
        : good(request, body, response),
  ],
  [
    'takes no second slash',
    'double-slash',
    (request, body, response) =>
      request.url === '//decode' ? response.writeHead(404, cors).end() : good(request, body, response),
  ],
])('warns of a server that %s, and of nothing else', async (_what, check, handle) => {
  const { report, exitCode } = await examine(handle);
  expect(report.checks.filter(({ status }) => status !== 'pass' && status !== 'skip').map(({ id }) => id)).toEqual([
    check,
  ]);
  expect(exitCode).toBe(0);
});

it('does not take a server that no longer answers for one that refuses', async () => {
  let posts = 0;
  const { report, exitCode } = await examine((request, body, response) => {
    if (request.method !== 'POST' || ++posts === 1) good(request, body, response);
  });
  expect(exitCode).toBe(5);
  expect(report.checks.find(({ id }) => id === 'passthrough')).toMatchObject({
    status: 'skip',
    message: 'it no longer answers',
  });
});

it('names a wildcard that does not count with credentials', async () => {
  const open: Handle = (request, body, response) => {
    response.setHeader('Access-Control-Allow-Credentials', 'true');
    response.writeHead(200, { ...cors, 'Access-Control-Allow-Origin': '*' }).end(request.method === 'POST' ? body : '');
  };
  const { report } = await examine(open, { credentials: true });
  expect(report.primary).toMatchObject({ check: 'preflight', summary: expect.stringContaining("is '*'") as string });
});

it('names the payload at which a server fails', async () => {
  const { report } = await examine((request, body, response) => {
    if (request.method === 'POST' && body.includes('"YmluYXJ5L251bGw="')) response.writeHead(500, cors).end();
    else good(request, body, response);
  });
  expect(report.primary).toMatchObject({
    check: 'passthrough',
    summary: 'HTTP 500 for a payload without data (binary/null)',
  });
});

it('warns of a spelling that only Go reads, and says when a connection was closed', async () => {
  const { report, exitCode } = await examine((request, body, response) => {
    good(
      request,
      body.replaceAll('externalPayloads', 'external_payloads').replaceAll('sizeBytes', 'size_bytes'),
      response,
    );
  });
  expect(report.checks.find(({ id }) => id === 'answer-form')).toMatchObject({
    status: 'warn',
    message: expect.stringContaining('external_payloads') as string,
  });
  expect(exitCode).toBe(0);
  const closed = await examine(({ socket }) => void socket.destroy());
  expect(closed.report.primary?.summary).toBe('it closes the connection and answers nothing (ECONNRESET)');
});

it('says that a public page needs a permission for this machine', async () => {
  const { status } = await examine(good, { origin: 'https://192.0.2.1' });
  expect(status).toMatchObject({ 'local-network': 'warn' });
});
