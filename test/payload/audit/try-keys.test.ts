import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tried } from './audited.ts';

interface Vector {
  readonly family: string;
  readonly payload: { readonly metadata: Readonly<Record<string, string>>; readonly data: string };
  readonly keys?: Readonly<Record<string, string>>;
}

const vectors = JSON.parse(readFileSync('test/fixtures/payloads/python.json', 'utf8')) as readonly Vector[];
const { payload, keys: own = {} } = vectors.find(({ family, keys }) => family === 'K' && keys !== undefined)!;

const key = (id: string, variable: string): string => `[keys.${id}]\nsecret = "env:${variable}"\n`;

describe('--try-keys on a Fernet token', () => {
  const env = { RIGHT: Object.values(own)[0] ?? '', WRONG: 'x'.repeat(32) };
  const ring = key('other', 'WRONG') + key('mine', 'RIGHT');

  it('says which key it was', async () => {
    const { audit } = await tried(ring, payload, env);
    expect(audit.rows).toMatchObject([{ families: ['fernet'], keys: ['mine'] }]);
    expect(audit.keys).toMatchObject([{ key: 'mine', family: 'fernet', payloads: 1 }]);
    expect(audit.findings.map(({ code }) => code)).toEqual([]);
  });

  it('is sure which key it needs', async () => {
    expect(await tried(ring, payload, env, '--needs', 'other')).toMatchObject({ exitCode: 0 });
    const { exitCode, audit } = await tried(ring, payload, env, '--needs', 'mine');
    expect([exitCode, audit.findings]).toMatchObject([1, [{ code: 'NEEDS_KEY', key: 'mine', certain: true }]]);
  });

  it('finds one key under two names', async () => {
    const { audit } = await tried(key('mine', 'RIGHT') + key('same', 'RIGHT'), payload, env, '--needs', 'same');
    expect(audit.rows).toMatchObject([{ keys: ['mine, same'] }]);
    expect(audit.findings).toMatchObject([{ code: 'NEEDS_KEY', key: 'same', certain: true }]);
  });

  it.each([
    ['no key opens it', key('other', 'WRONG'), payload, /none of the keys that were tried opens it/],
    [
      'it is damaged',
      key('mine', 'RIGHT'),
      { ...payload, data: Buffer.from('gAAAAA').toString('base64') },
      /could not be tried: PAYLOAD_MALFORMED/,
    ],
  ])('says that %s, and what it may need', async (_what, keyring, payload, message) => {
    const { audit } = await tried(keyring, payload, env, '--needs', 'gone');
    expect(audit.findings).toMatchObject([
      { code: 'UNOPENED', message: expect.stringMatching(message) as string },
      { code: 'NEEDS_KEY', certain: false },
    ]);
  });
});
