import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBuilt } from '../helpers/run.ts';
import {
  b64,
  folder,
  http,
  payloadsOf,
  plain,
  sealed,
  startCodecServer,
  until,
  valuesOf,
  type RunningServer,
} from '../helpers/codec-server.ts';

const key = Buffer.from('test-key-test-key-test-key-test!');
const other = randomBytes(32);
const keyring = `
[keyring]
active = "one"
[keyring.keys.one]
secret = "file:./one.key"
[keyring.keys.two]
secret = "file:./two.key"
`;
const files = folder({ 'keys.toml': keyring, 'one.key': key, 'two.key': other });
const ui = 'http://localhost:8233';
const body = (...payloads: readonly object[]) => JSON.stringify({ payloads });

afterAll(() => files.remove());

/** Sends the parts, each after the server has said something, and waits for the end of the connection. */
function exchange(port: number, ...parts: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const left = [...parts];
    let text = '';
    const next = () => socket.write(left.shift() ?? '', 'latin1');
    socket.on('connect', next);
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (left.length > 0) next();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
  });
}

describe('on loopback, without authentication', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startCodecServer(['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--encode'], files.path);
  });
  afterAll(async () => {
    await server.stop();
  });
  const decode = (text: string, headers: Readonly<Record<string, string | string[]>> = {}, path = '/decode') =>
    http(`${server.endpoint}${path}`, { body: text, headers: { 'X-Namespace': 'default', ...headers } });

  it('decodes what other codecs wrote, keeps order and number, and passes the rest through', async () => {
    const unknown = { metadata: { encoding: b64('binary/mine'), k: b64('v') }, data: b64('xyz') };
    const foreign = sealed('not ours', randomBytes(32), 'not-in-the-keyring');
    const answer = await decode(
      body(plain(1), sealed({ a: 2 }, key, 'one'), unknown, foreign, sealed(3, other, 'two')),
    );
    expect(answer.status).toBe(200);
    expect(payloadsOf(answer)).toEqual([plain(1), plain({ a: 2 }), unknown, foreign, plain(3)]);
  });

  it('hands on what another codec of the chain wrote, without its own layer', async () => {
    const others = { metadata: { encoding: b64('binary/gcp-kms') }, data: b64('ciphertext of another') };
    const encoded = await http(`${server.endpoint}/encode`, { body: body(others) });
    expect(encoded.status).toBe(200);
    const [outer] = payloadsOf(encoded);
    expect(outer?.metadata['encoding']).toBe(b64('binary/encrypted'));
    const answer = await decode(body(outer ?? {}, others, plain(1)));
    expect(answer.status).toBe(200);
    expect(payloadsOf(answer)).toEqual([others, others, plain(1)]);
  });

  it.each([
    ['the Web UI’s query', '/decode?preserveStorageRefs=true'],
    ['a trailing slash joined with /decode', '//decode'],
    ['a namespace in the path', '/default/decode'],
  ])('answers at %s', async (_what, path) => {
    expect(valuesOf(await decode(body(sealed('x', key, 'one')), {}, path))).toEqual(['x']);
  });

  it.each(['', '   '])('takes X-Namespace %j as none, as the CLI without -n sends it', async (namespace) => {
    expect(valuesOf(await decode(body(sealed('x', key, 'one')), { 'X-Namespace': namespace }))).toEqual(['x']);
  });

  it('keeps its path secret out of the log, also when a client puts it in the wrong place', async () => {
    const secret = new URL(server.endpoint).pathname.slice(1);
    await decode(body(plain(1)), { 'X-Namespace': secret });
    await decode(body(plain(1)), { 'X-Namespace': '' }, `/${secret}/decode`);
    await until(() => server.log().filter(({ namespace }) => namespace === '[redacted]').length === 2);
    expect(JSON.stringify(server.log())).not.toContain(secret);
  });

  it('reads the spelling of Go’s client and answers in that of the schema', async () => {
    const payload = { ...plain(1), external_payloads: [{ size_bytes: 123 }] };
    expect(payloadsOf(await decode(body(payload)))).toEqual([
      { ...plain(1), externalPayloads: [{ sizeBytes: '123' }] },
    ]);
  });

  it.each([['{}'], ['{"payloads":[]}'], ['{"payloads":null}'], [' {"other":[1],"payloads":[]} ']])(
    'takes %s as no payloads',
    async (text) => {
      const answer = await decode(text);
      expect([answer.status, answer.body]).toEqual([200, '{"payloads":[]}']);
    },
  );

  it('encodes when it was told to', async () => {
    const encoded = await http(`${server.endpoint}/encode`, { body: body(plain('secret')) });
    expect(encoded.status).toBe(200);
    expect(payloadsOf(encoded)[0]?.metadata).toMatchObject({ 'encryption-key-id': b64('one') });
    expect(valuesOf(await decode(encoded.body))).toEqual(['secret']);
  });

  it('answers 20 clients at once, 100 payloads of 1 KiB each', async () => {
    const text = body(
      ...Array.from({ length: 100 }, (_, index) => sealed(`${String(index)} ${'x'.repeat(1000)}`, key, 'one')),
    );
    const answers = await Promise.all(Array.from({ length: 20 }, () => decode(text)));
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(valuesOf(answer).map((value) => Number.parseInt(String(value), 10))).toEqual(
        Array.from({ length: 100 }, (_, i) => i),
      );
    }
  });

  it('takes any number of payloads up to 4 MiB', async () => {
    const many = body(...Array.from({ length: 30_000 }, () => plain(1)));
    expect(many.length).toBeLessThan(4 * 1024 * 1024);
    expect(payloadsOf(await decode(many))).toHaveLength(30_000);
  });

  const attacks: readonly [
    what: string,
    status: number,
    outcome: string,
    path: (endpoint: string) => string,
    headers: Record<string, string | string[]>,
    text?: string,
  ][] = [
    ['a rebound name in Host', 403, 'bad-host', (url) => `${url}/decode`, { Host: 'evil.example:PORT' }],
    ['the right name with another port', 403, 'bad-host', (url) => `${url}/decode`, { Host: 'localhost:1' }],
    [
      'a name that begins like loopback',
      403,
      'bad-host',
      (url) => `${url}/decode`,
      { Host: '127.0.0.1.evil.example:PORT' },
    ],
    ['a foreign origin', 403, 'bad-origin', (url) => `${url}/decode`, { Origin: 'https://evil.example' }],
    ['the origin null', 403, 'bad-origin', (url) => `${url}/decode`, { Origin: 'null' }],
    ['a listed origin with a slash', 403, 'bad-origin', (url) => `${url}/decode`, { Origin: `${ui}/` }],
    ['two origins', 403, 'bad-origin', (url) => `${url}/decode`, { Origin: [ui, ui] }],
    ['no path secret', 404, 'bad-path', (url) => `${new URL(url).origin}/decode`, {}],
    ['a wrong path secret', 404, 'bad-path', (url) => `${new URL(url).origin}/${'0'.repeat(32)}/decode`, {}],
    ['a form', 415, 'bad-content-type', (url) => `${url}/decode`, { 'Content-Type': 'text/plain' }],
    ['a compressed body', 415, 'bad-content-type', (url) => `${url}/decode`, { 'Content-Encoding': 'gzip' }],
    [
      'a type that begins like JSON',
      415,
      'bad-content-type',
      (url) => `${url}/decode`,
      { 'Content-Type': 'application/jsonp' },
    ],
    [
      'the token of a UI that has none',
      401,
      'unauthenticated',
      (url) => `${url}/decode`,
      { Authorization: 'Bearer undefined' },
    ],
    ['two namespaces', 400, 'bad-namespace', (url) => `${url}/decode`, { 'X-Namespace': ['a', 'b'] }],
    ['a path that contradicts the header', 400, 'bad-namespace', (url) => `${url}/a/decode`, { 'X-Namespace': 'b' }],
    ['broken JSON', 400, 'bad-body', (url) => `${url}/decode`, {}, '{"payloads":['],
    [
      'text that is not base64',
      400,
      'bad-body',
      (url) => `${url}/decode`,
      {},
      '{"payloads":[{"metadata":{"encoding":"json/plain"}}]}',
    ],
    ['deep nesting', 400, 'bad-body', (url) => `${url}/decode`, {}, `{"x":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ];
  it.each(attacks)(
    'refuses %s',
    async (_what, status, outcome, path, headers, text = body(sealed('x', key, 'one'))) => {
      const before = server.log().length;
      const own = Object.entries(headers).map(([name, value]) => [
        name,
        typeof value === 'string' ? value.replace('PORT', String(server.port)) : value,
      ]);
      const answer = await http(path(server.endpoint), {
        body: text,
        headers: Object.fromEntries(own) as typeof headers,
      });
      expect(answer.status).toBe(status);
      expect(answer.body).toBe('{"message":"the codec server refused the request"}');
      await until(() =>
        server
          .log()
          .slice(before)
          .some((line) => line['outcome'] === outcome && line['status'] === status),
      );
    },
  );

  it.each(['GET', 'PUT', 'DELETE'])('refuses %s and names what it takes', async (method) => {
    const answer = await http(`${server.endpoint}/decode`, { method });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST, OPTIONS']);
  });

  it('answers the preflight of the Web UI, without payloads and without a token', async () => {
    const answer = await http(`${server.endpoint}/decode?preserveStorageRefs=true`, {
      method: 'OPTIONS',
      headers: {
        Origin: ui,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,authorization-extras,content-type,x-namespace',
        'Access-Control-Request-Private-Network': 'true',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': ui,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'Content-Type, X-Namespace, Authorization, Authorization-Extras',
      'access-control-allow-private-network': 'true',
      vary: 'Origin',
    });
  });

  it('refuses the preflight of another page and tells it nothing', async () => {
    const answer = await http(`${server.endpoint}/decode`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect(answer.status).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('lets the Web UI read its errors', async () => {
    const answer = await decode('nonsense', { Origin: ui });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([400, ui]);
  });

  it.each([
    ['nonce', 0],
    ['ciphertext', 20],
    ['tag', -1],
  ])('opens nothing with a flipped bit of the %s', async (_what, at) => {
    const payload = sealed('secret', key, 'one');
    const data = Buffer.from(payload.data ?? '', 'base64');
    const place = at < 0 ? data.length + at : at;
    data[place] = (data[place] ?? 0) ^ 1;
    const answer = await decode(body({ ...payload, data: b64(data) }));
    expect(answer.status).toBe(400);
    await until(() => server.log().at(-1)?.['error'] === 'DECRYPT_FAILED');
  });

  it('stops what unpacks to more than 64 MiB in all', async () => {
    const zeros = deflateSync(Buffer.concat([Buffer.from([0x12, 0x80, 0x80, 0x80, 0x07]), Buffer.alloc(14_680_064)]));
    const bomb = { metadata: { encoding: b64('binary/zlib') }, data: b64(zeros) };
    expect((await decode(body(bomb))).status).toBe(200);
    const answer = await decode(body(...Array.from({ length: 10 }, () => bomb)));
    expect(answer.status).toBe(400);
    await until(() => server.log().at(-1)?.['error'] === 'LIMIT_EXCEEDED');
  });

  it('refuses a body above 4 MiB, announced or not, and goes on', async () => {
    const large = `{"payloads":[${' '.repeat(4 * 1024 * 1024)}]}`;
    expect((await decode(large)).status).toBe(413);
    const chunked = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', (error: NodeJS.ErrnoException) => (text === '' ? reject(error) : resolve(text)));
      socket.write(
        `POST ${new URL(server.endpoint).pathname}/decode HTTP/1.1\r\nHost: localhost:${String(server.port)}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      for (let sent = 0; sent < 70; sent += 1) socket.write(`10000\r\n${' '.repeat(65_536)}\r\n`);
    });
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
    expect((await decode(body(plain(1)))).status).toBe(200);
  });

  it('ends a client that sends its head slowly, and serves others meanwhile', async () => {
    const started = Date.now();
    const slow = connect(server.port, '127.0.0.1');
    slow.write('POST /x HTTP/1.1\r\nHost: localhost\r\n');
    const drip = setInterval(() => slow.write('X-A: b\r\n'), 500);
    slow.on('error', () => undefined);
    const closed = new Promise((resolve) => slow.on('close', resolve));
    slow.resume();
    expect((await decode(body(plain(1)))).status).toBe(200);
    await closed;
    clearInterval(drip);
    // Node's own bound is a minute.
    expect(Date.now() - started).toBeLessThan(30_000);
  });

  it.each([
    ['an announced size', 'Content-Length: 5000000', '/decode', '413'],
    ['a path that is none', 'Content-Length: 15', '/nothing', '404'],
  ])('refuses %s before the client sends its body', async (_what, length, path, status) => {
    const { pathname, host } = new URL(server.endpoint);
    const text = await exchange(
      server.port,
      `POST ${pathname}${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('asks for the body of a client that waits for it, and answers', async () => {
    const { pathname, host } = new URL(server.endpoint);
    const head = `POST ${pathname}/decode HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nConnection: close\r\n`;
    const text = await exchange(
      server.port,
      `${head}Content-Length: 15\r\nExpect: 100-continue\r\n\r\n`,
      '{"payloads":[]}',
    );
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('answers a body that does not come to its end so that the Web UI can read it, and logs it', async () => {
    const { pathname, host } = new URL(server.endpoint);
    const head = `POST ${pathname}/decode HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${ui}\r\nContent-Type: application/json\r\n`;
    const text = await exchange(server.port, `${head}Content-Length: 15\r\n\r\n{"pay`);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain(`Access-Control-Allow-Origin: ${ui}`);
    expect(server.log().filter(({ outcome, origin }) => outcome === 'timed-out' && origin === ui)).toEqual([
      expect.objectContaining({ status: 408, subject: 'local', operation: 'decode' }),
    ]);
    expect((await decode(body(plain(1)))).status).toBe(200);
  }, 30_000);

  it.each([
    ['malformed', 400, 'POST / HTTP/1.1\r\nHost\r\n\r\n'],
    ['malformed', 400, '\u0016\u0003\u0001\u0002'],
    ['head-too-large', 431, `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`],
    ['timed-out', 408, 'POST / HTTP/1.1\r\n'],
  ])(
    'logs what never becomes a request as %s',
    async (outcome, status, bytes) => {
      const before = server.log().length;
      const text = await exchange(server.port, bytes);
      expect(text).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
      await until(() =>
        server
          .log()
          .slice(before)
          .some((line) => line['outcome'] === outcome && line['status'] === status && line['error'] !== undefined),
      );
    },
    30_000,
  );

  it('survives clients that go away half-way', async () => {
    for (let round = 0; round < 5; round += 1) {
      const socket = connect(server.port, '127.0.0.1');
      socket.write(
        `POST ${new URL(server.endpoint).pathname}/decode HTTP/1.1\r\nHost: localhost:${String(server.port)}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"payl`,
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.destroy();
    }
    expect((await decode(body(plain(1)))).status).toBe(200);
  });

  it('tells its health to anybody', async () => {
    const answer = await http(`http://127.0.0.1:${String(server.port)}/healthz`, {
      method: 'GET',
      headers: { Host: '10.0.0.1' },
    });
    expect([answer.status, answer.body]).toEqual([200, 'ok\n']);
  });

  it('logs who asked for what, and neither plaintext nor key', async () => {
    await decode(body(sealed('TOP-SECRET', key, 'one')), { Origin: ui });
    await until(() => server.log().at(-1)?.['origin'] === ui);
    expect(server.log().at(-1)).toEqual({
      time: expect.stringMatching(/Z$/) as string,
      event: 'request',
      outcome: 'ok',
      status: 200,
      operation: 'decode',
      subject: 'local',
      namespace: 'default',
      keyIds: ['one'],
      count: 1,
      unchanged: 0,
      origin: ui,
      remote: '127.0.0.1',
      durationMs: expect.any(Number) as number,
    });
    for (const secret of ['TOP-SECRET', b64('"TOP-SECRET"'), key.toString(), b64(key), b64(other)])
      expect(server.output()).not.toContain(secret);
  });
});

it('finishes what it is answering when it is told to stop, and ends with 0', async () => {
  const server = await startCodecServer(['--listen', '127.0.0.1:0', '--keyring', 'keys.toml'], files.path);
  const text = body(sealed('x', key, 'one'));
  const socket = connect(server.port, '127.0.0.1');
  const head = `POST ${new URL(server.endpoint).pathname}/decode HTTP/1.1\r\nHost: localhost:${String(server.port)}\r\nContent-Type: application/json\r\nContent-Length: ${String(text.length)}\r\n\r\n`;
  socket.write(head + text.slice(0, 40));
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  await new Promise((resolve) => setTimeout(resolve, 150));
  const stopped = server.stop();
  await new Promise((resolve) => setTimeout(resolve, 150));
  await expect(http(`http://127.0.0.1:${String(server.port)}/healthz`, { method: 'GET' })).rejects.toThrow();
  socket.write(text.slice(40));
  expect(await stopped).toBe(0);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});

it('reads the keyring again when it changes, and keeps the last good one', async () => {
  const own = folder({ 'keys.toml': keyring, 'one.key': key, 'two.key': other });
  const server = await startCodecServer(['--listen', '127.0.0.1:0', '--keyring', 'keys.toml'], own.path);
  try {
    const fresh = randomBytes(32);
    const decode = async (payload: object) =>
      payloadsOf(await http(`${server.endpoint}/decode`, { body: body(payload) }))[0];
    const payload = sealed('new', fresh, 'three');
    expect(await decode(payload)).toEqual(payload);
    own.write({ 'three.key': fresh, 'keys.toml': `${keyring}[keyring.keys.three]\nsecret = "three.key"\n` });
    await until(() => server.log().some(({ event }) => event === 'reloaded'));
    expect(await decode(payload)).toEqual(plain('new'));
    own.write({ 'keys.toml': 'this is no TOML' });
    await until(() => server.log().some(({ event }) => event === 'reload-failed'));
    expect(await decode(payload)).toEqual(plain('new'));
  } finally {
    await server.stop();
    own.remove();
  }
});

it.each([
  ['a key file that comes later', 'late.key'],
  ['a command that fails for a while', 'exec:cat late.key'],
])(
  'tries again what could not be loaded: %s',
  async (_what, reference) => {
    const own = folder({ 'keys.toml': keyring, 'one.key': key, 'two.key': other });
    const flags = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--allow-exec'];
    const server = await startCodecServer(flags, own.path);
    try {
      const fresh = randomBytes(32);
      const late = sealed('late', fresh, 'late');
      const decode = async (payload: object) =>
        payloadsOf(await http(`${server.endpoint}/decode`, { body: body(payload) }))[0];
      own.write({ 'keys.toml': `${keyring}[keyring.keys.late]\nsecret = "${reference}"\n` });
      const failures = () => server.log().filter(({ event }) => event === 'reload-failed').length;
      await until(() => failures() > 1, 10_000);
      expect([await decode(late), await decode(sealed('old', key, 'one'))]).toEqual([late, plain('old')]);
      own.write({ 'late.key': fresh });
      await until(() => server.log().some(({ event }) => event === 'reloaded'), 20_000);
      expect(await decode(late)).toEqual(plain('late'));
    } finally {
      await server.stop();
      own.remove();
    }
  },
  40_000,
);

it.each([
  ['a variable', 'env:CODEC_PATH', '\n'],
  ['a file', "it's $HOME.secret", '\r\n'],
  ['a command', 'exec:cat secret', '\n'],
])('prints an address to paste that reads its path secret from %s, and never the secret', async (_what, from, end) => {
  const secret = randomBytes(16).toString('hex');
  const own = folder({
    'keys.toml': keyring,
    'one.key': key,
    'two.key': other,
    "it's $HOME.secret": secret + end,
    secret,
  });
  const flags = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--path-secret', from];
  const env = { PATH: process.env['PATH'] ?? '', CODEC_PATH: secret, PATH_SECRET: secret };
  const server = await startCodecServer(flags, own.path, env);
  try {
    const { endpoint, shell } = server.started as { endpoint: string; shell: { endpoint: string } };
    expect(new URL(endpoint).pathname).toBe('/[redacted]');
    const said = execFileSync('sh', ['-c', `printf %s ${shell.endpoint}`], { env }).toString();
    expect(said).toBe(`http://127.0.0.1:${String(server.port)}/${secret}`);
    expect((await http(`${said}/decode`, { body: body(plain(1)) })).status).toBe(200);
    expect(server.output()).not.toContain(secret);
  } finally {
    await server.stop();
    own.remove();
  }
});

it('serves metrics on a listener of their own', async () => {
  const server = await startCodecServer(
    ['--listen', '127.0.0.1:0', '--metrics-listen', '127.0.0.1:0', '--keyring', 'keys.toml'],
    files.path,
  );
  try {
    await http(`${server.endpoint}/decode`, { body: body(sealed(1, key, 'one'), plain(2)) });
    await http(`${server.endpoint}/decode`, { body: 'no' });
    const { body: text } = await http(String(server.started['metrics']), { method: 'GET' });
    expect(text).toContain('nexusctl_codec_requests_total{operation="decode",outcome="ok"} 1');
    expect(text).toContain('nexusctl_codec_requests_total{operation="decode",outcome="bad-body"} 1');
    expect(text).toContain('nexusctl_codec_payloads_total{operation="decode",result="changed"} 1');
    expect(text).toContain('nexusctl_codec_payloads_total{operation="decode",result="unchanged"} 1');
    expect(text).toContain('nexusctl_codec_request_seconds_count 2');
    expect(text).toContain('nexusctl_codec_requests_in_flight 0');
    expect((await http(`${server.endpoint}/metrics`, { method: 'GET' })).status).toBe(404);
    const socket = connect(server.port, '127.0.0.1');
    const { pathname, host } = new URL(server.endpoint);
    const head = `POST ${pathname}/decode HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;
    socket.write(`${head}Content-Length: 9\r\n\r\n{`);
    await until(async () =>
      (await http(String(server.started['metrics']), { method: 'GET' })).body.includes('requests_in_flight 1'),
    );
    socket.destroy();
  } finally {
    await server.stop();
  }
});

it.each([
  ['off loopback without TLS', ['--listen', '0.0.0.0:0'], 'clear'],
  [
    'off loopback without authentication',
    ['--listen', '0.0.0.0:0', '--trusted-proxy', '10.0.0.0/8'],
    'authentication is required',
  ],
  ['metrics off loopback', ['--listen', '127.0.0.1:0', '--metrics-listen', '0.0.0.0:0'], 'loopback only'],
  ['a short path secret', ['--listen', '127.0.0.1:0', '--path-secret', 'env:SHORT'], '128 bits'],
  ['half a certificate', ['--listen', '127.0.0.1:0', '--server-cert', 'x.pem'], 'belong together'],
  ['a keyring that is not there', ['--listen', '127.0.0.1:0', '--keyring', 'none.toml'], 'is not there'],
])('does not start %s', async (_what, args, message) => {
  const run = await runBuilt(['codec-server', 'start', ...args], { cwd: files.path, env: { SHORT: 'abc' } });
  expect([2, 3]).toContain(run.exitCode);
  expect(run.stdout).toBe('');
  expect(run.stderr).toContain(message);
});
