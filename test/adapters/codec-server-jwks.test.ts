import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { jwtAuthenticator } from '../../src/adapters/codec-server/jwks.ts';
import type { NexusctlError } from '../../src/errors/nexusctl-error.ts';
import { makeAuthority } from '../helpers/certificates.ts';

const minute = 60_000;
const settings = {
  issuer: 'https://issuer.example/',
  audience: ['codec'],
  subjectClaim: 'sub',
  rolesClaim: 'roles',
};
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [first, second] = [pair(), pair()];

let server: Server;
let caPem: string;
let answer: RequestListener;
let fetched: number;
let failures: NexusctlError[];

beforeAll(async () => {
  const authority = await makeAuthority();
  const names = ['localhost'];
  const leaf = await authority.leaf({ commonName: 'localhost', usages: ['serverAuth'], names });
  caPem = authority.certificate;
  server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
    fetched += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  fetched = 0;
  failures = [];
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const keySet = async (keys: Readonly<Record<string, KeyObject>>, more: readonly object[] = []) => {
  const own = Object.entries(keys).map(async ([kid, key]) => ({ ...(await exportJWK(key)), kid, alg: 'RS256' }));
  return JSON.stringify({ keys: [...more, ...(await Promise.all(own))] });
};
const serves =
  (text: string, status = 200): RequestListener =>
  (_request, response) =>
    void response.writeHead(status).end(text);
const make = () =>
  jwtAuthenticator(
    { ...settings, jwks: { url: `https://localhost:${String((server.address() as AddressInfo).port)}/keys` }, caPem },
    (error) => failures.push(error),
  );
const token = (kid: string | undefined, key: KeyObject, alg = 'RS256') =>
  new SignJWT({ sub: 'ann' })
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
    .setIssuer(settings.issuer)
    .setAudience('codec')
    // The clock is moved by hours below.
    .setExpirationTime('90d')
    .sign(key);
const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

it('takes a key that appears after the start, and asks for it once', async () => {
  answer = serves(await keySet({ a: first.publicKey }));
  const authenticate = await make();
  answer = serves(await keySet({ a: first.publicKey, b: second.publicKey }));
  const fresh = await token('b', second.privateKey);
  expect(await authenticate(fresh)).toBeNull();
  later(31_000);
  const many = await Promise.all(Array.from({ length: 50 }, async () => authenticate(fresh)));
  expect(many.every((identity) => identity?.subject === 'ann')).toBe(true);
  expect(fetched).toBe(2);
});

it('lets a key go that has disappeared, within a quarter of an hour', async () => {
  answer = serves(await keySet({ a: first.publicKey, b: second.publicKey }));
  const authenticate = await make();
  answer = serves(await keySet({ b: second.publicKey }));
  const old = await token('a', first.privateKey);
  expect(await authenticate(old)).not.toBeNull();
  later(15 * minute + 1);
  expect(await authenticate(old)).toBeNull();
  expect(await authenticate(await token('b', second.privateKey))).not.toBeNull();
});

it('answers a flood of made-up key ids with one request in half a minute', async () => {
  answer = serves(await keySet({ a: first.publicKey }));
  const authenticate = await make();
  for (let round = 1; round <= 3; round += 1) {
    later(31_000);
    const flood = Array.from({ length: 40 }, async (_, index) =>
      authenticate(await token(`made-up ${String(index)}`, second.privateKey)),
    );
    await Promise.all(flood);
    expect(fetched).toBe(1 + round);
  }
});

it.each<[string, () => RequestListener | Promise<RequestListener>, RegExp]>([
  ['fails', () => serves('', 503), /HTTP status 503/],
  ['redirects', () => (_request, response) => void response.writeHead(302, { Location: '/other' }).end(), /status 302/],
  ['is a page', () => serves('<!doctype html>'), /no JSON Web Key Set/],
  ['is no list of keys', () => serves('{"keys":{}}'), /no JSON Web Key Set/],
  ['has what is no key', () => serves('{"keys":[1]}'), /no JSON Web Key Set/],
  ['is huge', () => serves(`{"keys":[],"x":"${'x'.repeat(2 * 1024 * 1024)}"}`), /too large/],
  ['closes', () => (request) => void request.socket.destroy(), /ECONNRESET/],
  [
    'stops in the middle',
    () => (_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{');
      setTimeout(() => response.destroy(), 20);
    },
    /ECONNRESET|aborted/,
  ],
])('keeps the keys that it knows while the key set %s, and says so', async (_what, broken, words) => {
  answer = await broken();
  await expect(make()).rejects.toThrow(words);
  answer = serves(await keySet({ a: first.publicKey }));
  const authenticate = await make();
  answer = await broken();
  later(16 * minute);
  expect(await authenticate(await token('a', first.privateKey))).not.toBeNull();
  expect(failures.map(({ message }) => message)).toEqual([expect.stringMatching(words)]);
  answer = serves(await keySet({ b: second.publicKey }));
  later(minute);
  expect(await authenticate(await token('a', first.privateKey))).toBeNull();
});

it('does not wait for a key set that comes byte by byte', async () => {
  const text = await keySet({ a: first.publicKey });
  answer = serves(text);
  const authenticate = await make();
  const timers: NodeJS.Timeout[] = [];
  answer = (_request, response) => {
    let at = 0;
    timers.push(setInterval(() => response.write(text[at++ % 7] ?? ' '), 500));
  };
  later(16 * minute);
  expect(await authenticate(await token('a', first.privateKey))).not.toBeNull();
  timers.forEach(clearInterval);
});

it('trusts no key set for longer than a day without hearing of it again', async () => {
  answer = serves(await keySet({ a: first.publicKey }));
  const authenticate = await make();
  answer = serves('', 500);
  const known = await token('a', first.privateKey);
  later(23 * 60 * minute);
  expect(await authenticate(known)).not.toBeNull();
  later(2 * 60 * minute);
  expect(await authenticate(known)).toBeNull();
});

it('takes RS256 and ES256 keys and nothing that only looks like them', async () => {
  const secret = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64url');
  const oct = { kty: 'oct', k: secret, kid: 'h', alg: 'HS256' };
  const enc = { ...(await exportJWK(second.publicKey)), kid: 'enc', use: 'enc' };
  answer = serves(await keySet({ a: first.publicKey }, [oct, enc]));
  const authenticate = await make();
  expect(await authenticate(await token(undefined, first.privateKey))).not.toBeNull();
  const hmac = new SignJWT({ sub: 'ann' }).setIssuer(settings.issuer).setAudience('codec').setExpirationTime('5m');
  expect(
    await authenticate(
      await hmac.setProtectedHeader({ alg: 'HS256', kid: 'h' }).sign(Buffer.from(secret, 'base64url')),
    ),
  ).toBeNull();
  expect(await authenticate(await token('enc', second.privateKey))).toBeNull();
  expect(await authenticate(await token('a', first.privateKey, 'PS256'))).toBeNull();
  expect(await authenticate(await token('a', second.privateKey))).toBeNull();
});
