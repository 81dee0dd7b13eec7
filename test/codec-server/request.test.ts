import { describe, expect, it } from 'vitest';
import { grantedKeys, unmappedKeys, type Grant, type Identity } from '../../src/codec-server/access.ts';
import { corsHeaders, isPreflight, listedOrigin, parseOrigin, preflightHeaders } from '../../src/codec-server/cors.ts';
import { makeRateLimit } from '../../src/codec-server/rate-limit.ts';
import { hostOf, readHeaders, route } from '../../src/codec-server/request.ts';
import { bearerToken, isLongEnough, sameSecret, staticTokens } from '../../src/codec-server/tokens.ts';

describe('the path', () => {
  it.each([
    ['/decode', 'decode', null],
    ['//decode', 'decode', null],
    ['/decode/', 'decode', null],
    ['/encode?preserveStorageRefs=true', 'encode', null],
    ['/orders.a1b2c/decode', 'decode', 'orders.a1b2c'],
    ['/a%2Fb/decode', 'decode', 'a/b'],
    ['/%zz/decode', 'decode', '%zz'],
    ['/a/b/decode', 'unknown', null],
    ['/DECODE', 'unknown', null],
    ['/', 'unknown', null],
    ['/healthz', 'health', null],
    ['http://localhost:8888/decode', 'decode', null],
    ['HTTPS://user@[::1]/orders.a1b2c//decode?x=http://a/encode', 'decode', 'orders.a1b2c'],
    ['http://localhost:8888', 'unknown', null],
    ['http://localhost:8888?/decode', 'unknown', null],
    ['http://decode', 'unknown', null],
    ['ftp://localhost/decode', 'unknown', null],
    ['/http://localhost/decode', 'unknown', null],
    ['*', 'unknown', null],
  ] as const)('%s', (target, kind, namespace) => {
    expect(route(target, false)).toMatchObject({ kind, namespace });
  });

  it.each([
    ['/secret/decode', 'secret', 'decode', null],
    ['//secret//ns/decode', 'secret', 'decode', 'ns'],
    ['/decode', 'decode', 'unknown', null],
    ['/healthz', null, 'health', null],
    ['http://localhost:8888/secret/decode', 'secret', 'decode', null],
    ['http://secret/decode', 'decode', 'unknown', null],
  ] as const)('%s behind a secret', (target, secret, kind, namespace) => {
    expect(route(target, true)).toMatchObject({ secret, kind, namespace });
  });
});

it.each([
  ['/decode', false],
  ['/decode?preserveStorageRefs=true', true],
  ['/ns/decode?a=b&PRESERVESTORAGEREFS=TRUE&c', true],
  ['/decode?preserveStorageRefs=false', false],
  ['/decode?xpreserveStorageRefs=true', false],
  ['/decode?preserveStorageRefs=trueish', false],
] as const)('%s: references are kept: %s', (target, keepReferences) => {
  expect(route(target, false)).toMatchObject({ kind: 'decode', keepReferences });
});

describe('the host', () => {
  it.each([
    ['/decode', ['a:1'], 'a:1'],
    ['/decode', [], null],
    ['/decode', ['a', 'a'], null],
    ['http://b:2/decode', ['a:1'], 'b:2'],
    ['https://user@b/decode', [], 'user@b'],
    ['http://b?/decode', ['a:1'], 'b'],
    ['//b/decode', ['a:1'], 'a:1'],
    ['http://b/decode', ['b', 'b'], null],
  ] as const)('of %s with Host %j is %j', (target, hosts, host) => {
    expect(hostOf(target, readHeaders(hosts.flatMap((value) => ['Host', value])))).toBe(host);
  });
});

describe('headers', () => {
  it('that could confuse are kept apart, whatever their spelling', () => {
    const raw = ['HOST', 'a', 'host', 'b', 'X-Namespace', 'one', 'x-NAMESPACE', 'two', 'Authorization', 'Bearer t'];
    expect(readHeaders(raw)).toMatchObject({
      host: ['a', 'b'],
      namespace: ['one', 'two'],
      authorization: ['Bearer t'],
    });
  });

  it.each([
    [['Bearer abc'], 'abc'],
    [['bearer   abc'], 'abc'],
    [['Bearer undefined'], null],
    [['Bearer null'], null],
    [['Bearer '], null],
    [['Bearer a b'], null],
    [['Bearer a,b'], null],
    [['Basic abc'], null],
    [['Bearer a', 'Bearer b'], null],
    [[], null],
  ] as const)('Authorization %j', (values, token) => {
    expect(bearerToken(values)).toBe(token);
  });
});

describe('origins', () => {
  const origins = new Set(['https://cloud.temporal.io']);
  it.each([
    [[], null],
    [['https://cloud.temporal.io'], 'https://cloud.temporal.io'],
    [['https://cloud.temporal.io/'], undefined],
    [['https://cloud.temporal.io.evil.example'], undefined],
    [['null'], undefined],
    [['*'], undefined],
    [['https://cloud.temporal.io', 'https://cloud.temporal.io'], undefined],
  ])('%j', (values, listed) => {
    expect(listedOrigin(readHeaders(values.flatMap((value) => ['Origin', value])), origins)).toBe(listed);
  });

  it.each([
    ['https://Cloud.Temporal.io', 'https://cloud.temporal.io'],
    ['http://localhost:8233/', 'http://localhost:8233'],
    ['https://a.example:443', 'https://a.example'],
    ['https://a.example/ui', null],
    ['https://*.example', null],
    ['https://user@a.example', null],
    ['*', null],
    ['null', null],
    ['file:///x', null],
  ])('may be configured as %s', (text, origin) => {
    expect(parseOrigin(text)).toBe(origin);
  });

  it('are answered exactly, with Vary, and never with a star', () => {
    expect(corsHeaders(undefined)).toEqual(['Vary', 'Origin']);
    const asked = ['Origin', 'https://a', 'Access-Control-Request-Method', 'POST'];
    const plain = preflightHeaders('https://a', readHeaders(asked));
    expect(isPreflight('OPTIONS', readHeaders(asked))).toBe(true);
    expect(isPreflight('OPTIONS', readHeaders(asked.slice(0, 2)))).toBe(false);
    expect(plain).toContain('https://a');
    expect(plain).not.toContain('*');
    expect(plain).not.toContain('Access-Control-Allow-Private-Network');
    const network = [...asked, 'Access-Control-Request-Private-Network', 'true'];
    expect(preflightHeaders('https://a', readHeaders(network))).toContain('Access-Control-Allow-Private-Network');
  });
});

describe('permission', () => {
  const keyIds = {
    all: ['a', 'b', 'c'],
    byNamespace: new Map([
      ['orders', ['a', 'b']],
      ['billing', ['c']],
    ]),
  };
  const identity: Identity = { subject: 'ann', roles: ['support'], claims: new Map([['groups', ['payments', 1]]]) };
  const grant = (who: Grant['who'], more: Partial<Grant> = {}): Grant => ({
    who,
    namespaces: ['orders'],
    allow: new Set(['decode'] as const),
    ...more,
  });
  const subject = { kind: 'subject', values: ['ann'] } as const;

  it.each<[string, Grant[], 'decode' | 'encode', string, readonly string[] | null]>([
    ['nobody without a grant', [], 'decode', 'orders', null],
    ['a subject', [grant(subject)], 'decode', 'orders', ['a', 'b']],
    ['no other subject', [grant({ kind: 'subject', values: ['Ann'] })], 'decode', 'orders', null],
    ['no other namespace', [grant(subject)], 'decode', 'billing', null],
    ['no other namespace by its beginning', [grant(subject)], 'decode', 'order', null],
    ['not what was not allowed', [grant(subject)], 'encode', 'orders', null],
    ['a role', [grant({ kind: 'role', values: ['x', 'support'] })], 'decode', 'orders', ['a', 'b']],
    [
      'a claim that is a list',
      [grant({ kind: 'claim', claim: 'groups', values: ['payments'] })],
      'decode',
      'orders',
      ['a', 'b'],
    ],
    ['no claim that is a number', [grant({ kind: 'claim', claim: 'groups', values: ['1'] })], 'decode', 'orders', null],
    ['keys of the grant only', [grant(subject, { keys: ['b'] })], 'decode', 'orders', ['b']],
    ['no key of another namespace', [grant(subject, { keys: ['b', 'c'] })], 'decode', 'orders', ['b']],
    [
      'the union of grants',
      [grant(subject, { keys: ['a'] }), grant(subject, { keys: ['b'] })],
      'decode',
      'orders',
      ['a', 'b'],
    ],
  ])('%s', (_what, grants, operation, namespace, wanted) => {
    expect(grantedKeys(grants, identity, operation, namespace, keyIds)).toEqual(wanted);
  });

  it.each([
    ['orders', ['a', 'b']],
    ['unheard-of', []],
    ['', null],
  ])('without authentication namespace %j has %j', (namespace, wanted) => {
    expect(unmappedKeys(namespace, keyIds)).toEqual(wanted);
  });

  it('without namespaces in the keyring every namespace has every key', () => {
    expect(unmappedKeys('', { all: ['a'], byNamespace: new Map() })).toEqual(['a']);
  });
});

describe('secrets', () => {
  it.each([
    ['the same', 'abcdef', 'abcdef', true],
    ['another', 'abcdef', 'abcdeg', false],
    ['a beginning', 'abcdef', 'abc', false],
    ['nothing', 'abcdef', '', false],
    ['other bytes of the same length', 'äb', 'abc', false],
  ])('compare with %s', (_what, secret, given, same) => {
    expect(sameSecret(secret)(given)).toBe(same);
  });

  it('of static tokens name their subject, and nobody else does', () => {
    const authenticate = staticTokens([{ subject: 'ops', roles: ['r'], secret: 'token-1' }]);
    expect(authenticate('token-1')).toMatchObject({ subject: 'ops', roles: ['r'] });
    for (const token of ['', 'token-', 'token-11', 'TOKEN-1']) expect(authenticate(token)).toBeNull();
  });

  it.each([
    ['0123456789abcdef0123456789abcdef', true],
    ['0123456789abcdef0123456789abcde', false],
    ['a'.repeat(64), false],
    ['Zm9vYmFyYmF6cXV4cXV1eA', true],
    ['correct horse', false],
  ])('%s is long enough: %s', (token, enough) => {
    expect(isLongEnough(token)).toBe(enough);
  });
});

it('a rate limit lets twice its rate go at once, then its rate, each subject by itself', () => {
  let now = 0;
  const limit = makeRateLimit(5, () => now);
  const taken = (subject: string) => Array.from({ length: 20 }, () => limit.take(subject)).filter(Boolean).length;
  expect([taken('ann'), taken('bob')]).toEqual([10, 10]);
  now = 400;
  expect(taken('ann')).toBe(2);
  now = 60_000;
  expect(taken('ann')).toBe(10);
  for (let index = 0; index < 30_000; index += 1) limit.take(`subject-${String(index)}`);
  expect(taken('ann')).toBeGreaterThan(0);
});
