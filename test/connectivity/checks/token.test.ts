import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { file, unreadable, type Given } from './subject.ts';
import { found, runLocal } from './run.ts';

const seconds = (date: number): number => Math.floor(date / 1000);
const day = 86_400_000;

function jwt(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'ES256', kid: 'x' })}.${part(claims)}.c2lnbmF0dXJl`;
}

const good = jwt({ exp: seconds(Date.now() + 100 * day), iat: seconds(Date.now() - day) });

describe('each shape has its code', () => {
  const cloud = { address: 'orders.a1b2c.tmprl.cloud:7233', namespace: 'orders.a1b2c' };
  const table: readonly [name: string, given: Given, expected: readonly string[]][] = [
    ['a good key', { apiKey: good }, []],
    ['an opaque key', { apiKey: 'tmprl_0123456789' }, ['TOK006 info']],
    ['empty', { apiKey: '' }, ['TOK001 error']],
    ['blanks', { apiKey: '  ' }, ['TOK001 error']],
    ['a newline at the end', { apiKey: `${good}\n` }, ['TOK002 error']],
    ['CRLF at the end', { apiKey: `${good}\r\n` }, ['TOK002 error']],
    ['a newline inside', { apiKey: `${good.slice(0, 20)}\n${good.slice(20)}` }, ['TOK002 error']],
    ['a blank inside', { apiKey: `${good.slice(0, 20)} ${good.slice(20)}` }, ['TOK002 error']],
    ['Bearer', { apiKey: `Bearer ${good}` }, ['TOK003 error']],
    ['bearer:', { apiKey: `bearer: ${good}` }, ['TOK003 error']],
    ['double quotes', { apiKey: `"${good}"` }, ['TOK004 error']],
    ['single quotes', { apiKey: `'${good}'` }, ['TOK004 error']],
    ['blanks around', { apiKey: ` ${good} ` }, ['TOK004 error']],
    ['an ellipsis', { apiKey: `${good.slice(0, 20)}\u2026` }, ['TOK005 error']],
    ['three dots', { apiKey: `${good.slice(0, 20)}...` }, ['TOK005 error']],
    ['masked', { apiKey: '****************' }, ['TOK005 error']],
    ['an umlaut', { apiKey: 'schl\u00fcssel-0123456789' }, ['TOK005 error']],
    ['a template', { apiKey: '${TEMPORAL_KEY}' }, ['TOK005 error']],
    ['a path', { apiKey: '/run/secrets/temporal' }, ['CFG016 error']],
    ['expired', { apiKey: jwt({ exp: seconds(Date.now() - day) }) }, ['TOK007 error']],
    [
      'not yet valid',
      { apiKey: jwt({ nbf: seconds(Date.now() + day), exp: seconds(Date.now() + 100 * day) }) },
      ['TOK008 error'],
    ],
    [
      'issued in the future',
      { apiKey: jwt({ iat: seconds(Date.now() + day), exp: seconds(Date.now() + 100 * day) }) },
      ['TOK008 error'],
    ],
    ['near its end', { apiKey: jwt({ exp: seconds(Date.now() + 13 * day) }) }, ['TOK009 warning']],
    ['a cut JWT', { apiKey: good.split('.').slice(0, 2).join('.') }, ['TOK006 warning']],
    [
      'of another account',
      { ...cloud, apiKey: jwt({ exp: seconds(Date.now() + 100 * day), account_id: 'zzzzz' }) },
      ['TOK011 warning'],
    ],
    ['of this account', { ...cloud, apiKey: jwt({ exp: seconds(Date.now() + 100 * day), account_id: 'a1b2c' }) }, []],
    [
      'of Cloud, elsewhere',
      { apiKey: jwt({ exp: seconds(Date.now() + 100 * day), iss: 'temporal.io' }) },
      ['TOK011 warning'],
    ],
    ['a file that ends with a newline', { apiKey: file(`${good}\n`, '/key') }, []],
    ['a missing file', { apiKey: unreadable('missing', '/key') }, ['CFG015 error']],
    ['broken, but not used', { apiKey: '""', auth: 'mtls' }, []],
  ];
  it.each(table)('%s', async (_name, given, expected) => {
    expect(await found(given)).toEqual(expected);
  });

  it('never prints any of it, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' }), async (text) => {
        const secret = `Canary${text.replaceAll(/["\\]/g, '')}Canary`;
        expect(JSON.stringify(await runLocal({ apiKey: secret }))).not.toContain('Canary');
      }),
    );
  });
});
