import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { SignJWT, exportJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  folder,
  http,
  plain,
  payloadsOf,
  sealed,
  startCodecServer,
  until,
  type RunningServer,
} from '../helpers/codec-server.ts';
import { runBuilt } from '../helpers/run.ts';

const [ordersKey, billingKey] = [randomBytes(32), randomBytes(32)];
const token = randomBytes(32).toString('hex');
const files = folder({
  'orders.key': ordersKey,
  'billing.key': billingKey,
  'keys.toml': `
[keyring.keys.orders]
secret = "orders.key"
[keyring.keys.billing]
secret = "billing.key"
[keyring.namespaces]
orders-prod = ["orders"]
billing-prod = ["billing"]
`,
});
execFileSync(
  'openssl',
  [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'tls.key',
    '-out',
    'tls.crt',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
  ],
  { cwd: files.path, stdio: 'ignore' },
);
const ca = readFileSync(`${files.path}/tls.crt`, 'utf8');
const tls = { cert: ca, key: readFileSync(`${files.path}/tls.key`, 'utf8') };
const body = (...payloads: readonly object[]) => JSON.stringify({ payloads });
const bearer = (value: string) => ({ Authorization: `Bearer ${value}` });

const rs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const es = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let fetched = 0;
let isAway = false;
const jwks = createServer(tls, (request, response) => {
  fetched += 1;
  if (isAway) request.socket.destroy();
  void Promise.all([exportJWK(rs.publicKey), exportJWK(es.publicKey)]).then(([rsa, ec]) =>
    response.end(
      JSON.stringify({
        keys: [
          { ...rsa, kid: 'r', alg: 'RS256' },
          { ...ec, kid: 'e', alg: 'ES256' },
        ],
      }),
    ),
  );
});

let server: RunningServer;
beforeAll(async () => {
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
  const { port } = jwks.address() as AddressInfo;
  files.write({
    'ops.token': `${token}\n`,
    'access.toml': `
[jwt]
jwks = "https://localhost:${String(port)}/keys"
jwks_ca = "tls.crt"
issuer = "https://issuer.example/"
audience = "codec"
subject_claim = "email"

[[tokens]]
subject = "ops"
token = "file:ops.token"
roles = ["support"]

[[grants]]
role = "support"
namespaces = ["orders-prod"]

[[grants]]
claim = "email"
value = "ann@example.com"
namespaces = ["billing-prod"]
allow = ["decode", "encode"]
`,
  });
  server = await startCodecServer(
    [
      '--listen',
      '127.0.0.1:0',
      '--keyring',
      'keys.toml',
      '--access',
      'access.toml',
      '--server-cert',
      'tls.crt',
      '--server-key',
      'tls.key',
      '--origin',
      'https://cloud.temporal.io',
      '--encode',
    ],
    files.path,
  );
});
afterAll(async () => {
  await server.stop();
  jwks.close();
  files.remove();
});

const decode = (payload: object, headers: Readonly<Record<string, string>>, verb = 'decode') =>
  http(`${server.endpoint}/${verb}`, { body: body(payload), headers, ca });
const jwt = (change: (token: SignJWT) => SignJWT = (same) => same, kid = 'r') =>
  change(
    new SignJWT({ email: 'ann@example.com' })
      .setProtectedHeader({ alg: kid === 'e' ? 'ES256' : 'RS256', kid })
      .setIssuer('https://issuer.example/')
      .setAudience('codec')
      .setExpirationTime('5m'),
  ).sign(kid === 'e' ? es.privateKey : rs.privateKey);

describe('static tokens', () => {
  it('open what their role is granted, with the keys of that namespace and no other', async () => {
    const headers = { ...bearer(token), 'X-Namespace': 'orders-prod' };
    expect(payloadsOf(await decode(sealed(1, ordersKey, 'orders'), headers))).toEqual([plain(1)]);
    const foreign = sealed(2, billingKey, 'billing');
    expect(payloadsOf(await decode(foreign, headers))).toEqual([foreign]);
  });

  it.each([
    ['another namespace', 403, { 'X-Namespace': 'billing-prod' }],
    ['no namespace', 403, {}],
  ])('are refused for %s', async (_what, status, headers) => {
    expect((await decode(plain(1), { ...bearer(token), ...headers })).status).toBe(status);
  });

  it('that may decode may not encode', async () => {
    expect((await decode(plain(1), { ...bearer(token), 'X-Namespace': 'orders-prod' }, 'encode')).status).toBe(403);
  });

  it.each([
    ['none', {}],
    ['a wrong one', bearer('0'.repeat(64))],
    ['undefined', bearer('undefined')],
    ['an empty one', { Authorization: 'Bearer ' }],
    ['another scheme', { Authorization: `Basic ${token}` }],
  ])('with %s it is 401, the same for all, readable for the Web UI', async (_what, headers) => {
    const answer = await decode(plain(1), {
      ...headers,
      'X-Namespace': 'orders-prod',
      Origin: 'https://cloud.temporal.io',
    });
    expect([answer.status, answer.body]).toEqual([401, '{"message":"the codec server refused the request"}']);
    expect(answer.headers['access-control-allow-origin']).toBe('https://cloud.temporal.io');
  });

  it('the preflight needs none', async () => {
    const answer = await http(`${server.endpoint}/decode`, {
      method: 'OPTIONS',
      ca,
      headers: { Origin: 'https://cloud.temporal.io', 'Access-Control-Request-Method': 'POST' },
    });
    expect(answer.status).toBe(204);
  });
});

describe('JWTs', () => {
  const headers = { 'X-Namespace': 'billing-prod' };
  it.each(['r', 'e'])('signed with key %s are taken for what their claim is granted', async (kid) => {
    const answer = await decode(sealed(3, billingKey, 'billing'), { ...headers, ...bearer(await jwt(undefined, kid)) });
    expect(payloadsOf(answer)).toEqual([plain(3)]);
    await until(() => server.log().at(-1)?.['subject'] === 'ann@example.com');
  });

  it('may be a minute late, not more', async () => {
    const ago = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;
    expect(
      (await decode(plain(1), { ...headers, ...bearer(await jwt((t) => t.setExpirationTime(ago(30)))) })).status,
    ).toBe(200);
    expect(
      (await decode(plain(1), { ...headers, ...bearer(await jwt((t) => t.setExpirationTime(ago(120)))) })).status,
    ).toBe(401);
  });

  const forged: readonly [string, () => Promise<string>][] = [
    ['of another issuer', () => jwt((t) => t.setIssuer('https://evil.example/'))],
    ['for another audience', () => jwt((t) => t.setAudience('other'))],
    ['not valid yet', () => jwt((t) => t.setNotBefore('10m'))],
    [
      'signed by another key',
      () =>
        new SignJWT({ email: 'ann@example.com' })
          .setProtectedHeader({ alg: 'RS256', kid: 'r' })
          .setIssuer('https://issuer.example/')
          .setAudience('codec')
          .setExpirationTime('5m')
          .sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
    ],
    [
      'signed with the public key as a secret',
      () =>
        new SignJWT({ email: 'ann@example.com' })
          .setProtectedHeader({ alg: 'HS256', kid: 'r' })
          .setIssuer('https://issuer.example/')
          .setAudience('codec')
          .setExpirationTime('5m')
          .sign(Buffer.from(rs.publicKey.export({ type: 'spki', format: 'pem' }))),
    ],
    [
      'without an expiry',
      () =>
        new SignJWT({ email: 'ann@example.com' })
          .setProtectedHeader({ alg: 'RS256', kid: 'r' })
          .setIssuer('https://issuer.example/')
          .setAudience('codec')
          .sign(rs.privateKey),
    ],
    [
      'that are not signed',
      () =>
        Promise.resolve(
          `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"email":"ann@example.com"}').toString('base64url')}.`,
        ),
    ],
  ];
  it.each(forged)('%s are refused', async (_what, make) => {
    expect((await decode(plain(1), { ...headers, ...bearer(await make()) })).status).toBe(401);
  });

  it('with made-up key ids cost no more than one fetch of the key set', async () => {
    const before = fetched;
    for (let round = 0; round < 5; round += 1)
      await decode(plain(1), {
        ...headers,
        ...bearer(
          await new SignJWT({})
            .setProtectedHeader({ alg: 'RS256', kid: `x${String(round)}` })
            .setIssuer('https://issuer.example/')
            .setAudience('codec')
            .setExpirationTime('5m')
            .sign(rs.privateKey),
        ),
      });
    expect(fetched - before).toBeLessThanOrEqual(1);
  });
});

it('is found healthy by codec-server test with its token, and refused without', async () => {
  files.write({ 'header.txt': `Bearer ${token}` });
  const args = [
    'codec-server',
    'test',
    server.endpoint,
    '--origin',
    'https://cloud.temporal.io',
    '-n',
    'orders-prod',
    '--tls-ca-path',
    'tls.crt',
    '-o',
    'json',
  ];
  const good = await runBuilt([...args, '--pass-token', '--codec-auth-file', 'header.txt'], {
    cwd: files.path,
    timeoutMs: 60_000,
  });
  const report = JSON.parse(good.stdout) as { checks: { id: string; status: string }[]; primary: unknown };
  expect(report.primary).toBeNull();
  expect(report.checks.find(({ id }) => id === 'authentication')?.status).toBe('pass');
  expect(good.exitCode).toBe(0);
  expect(good.stdout + good.stderr).not.toContain(token);
  const refused = await runBuilt(args, { cwd: files.path, timeoutMs: 60_000 });
  expect(refused.exitCode).toBe(4);
  expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, primary: { check: 'authentication' } });
});

it('limits the rate of one subject and of nobody else', async () => {
  const limited = await startCodecServer(
    ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--access', 'access.toml', '--rate-limit', '2'],
    files.path,
  );
  try {
    const ask = (headers: Readonly<Record<string, string>>) =>
      http(`${limited.endpoint}/decode`, { body: body(plain(1)), headers });
    const mine = await Promise.all(
      Array.from({ length: 12 }, () => ask({ ...bearer(token), 'X-Namespace': 'orders-prod' })),
    );
    expect(mine.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    expect((await ask({ ...bearer(await jwt()), 'X-Namespace': 'billing-prod' })).status).toBe(200);
  } finally {
    await limited.stop();
  }
});

it('takes tokens back, and tokens that look like JWTs, while the key set cannot be fetched', async () => {
  const shaped = [7, 7, 7].map((size) => randomBytes(size * 3).toString('base64url')).join('.');
  files.write({
    'own.token': token,
    'own.toml': readFileSync(`${files.path}/access.toml`, 'utf8').replace('ops.token', 'own.token'),
  });
  const flags = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--access', 'own.toml'];
  const own = await startCodecServer(flags, files.path);
  const status = async (secret: string) => {
    const headers = { ...bearer(secret), 'X-Namespace': 'orders-prod' };
    return (await http(`${own.endpoint}/decode`, { body: body(plain(1)), headers })).status;
  };
  try {
    expect([await status(token), await status(shaped)]).toEqual([200, 401]);
    isAway = true;
    files.write({ 'own.token': shaped });
    await until(() => own.log().some(({ event }) => String(event).startsWith('reload')), 10_000);
    expect([await status(token), await status(shaped)]).toEqual([401, 200]);
  } finally {
    isAway = false;
    await own.stop();
  }
});

it.each([
  ['a typo', '[[grant]]\n', "unknown key 'grant'"],
  ['no grants', '[[tokens]]\nsubject = "a"\ntoken = "ops.token"\n', 'grants nothing'],
  [
    'a pattern',
    '[[tokens]]\nsubject = "a"\ntoken = "ops.token"\n[[grants]]\nsubject = "a"\nnamespaces = ["*"]\n',
    'pattern',
  ],
  [
    'a short token',
    '[[tokens]]\nsubject = "a"\ntoken = "env:SHORT"\n[[grants]]\nsubject = "a"\nnamespaces = ["orders-prod"]\n',
    'too short',
  ],
  [
    'a namespace without keys',
    '[[tokens]]\nsubject = "a"\ntoken = "ops.token"\n[[grants]]\nsubject = "a"\nnamespaces = ["other"]\n',
    'no keys are mapped',
  ],
  [
    'no audience',
    '[jwt]\njwks = "x.json"\nissuer = "i"\n[[grants]]\nsubject = "a"\nnamespaces = ["orders-prod"]\n',
    'audience',
  ],
  [
    'a key set over http',
    '[jwt]\njwks = "http://x/k"\nissuer = "i"\naudience = "a"\n[[grants]]\nsubject = "a"\nnamespaces = ["orders-prod"]\n',
    'https',
  ],
])('does not start with %s in the access file', async (_what, text, message) => {
  files.write({ 'bad.toml': text });
  const run = await runBuilt(
    ['codec-server', 'start', '--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--access', 'bad.toml'],
    { cwd: files.path, env: { SHORT: 'abcabcabc' } },
  );
  expect([run.exitCode, run.stdout]).toEqual([3, '']);
  expect(run.stderr).toContain(message);
});
