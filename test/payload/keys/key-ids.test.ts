import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodePayload, makePayload } from '../../../src/payload/model/payload.ts';
import { runMain } from '../../helpers/context.ts';
import { base64, withFiles } from '../history.ts';

const key = '0123456789abcdef0123456789abcdef';

/** What others would write under this id: AES-256-GCM of a payload, as the samples do. */
function sealedUnder(id: string): string {
  const nonce = Buffer.alloc(12, 7);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const plain = encodePayload(makePayload({ encoding: 'json/plain' }, '"v"'));
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
  return JSON.stringify({ metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64(id) }, data });
}

const run = (verb: string, argv: readonly string[], stdin: string) =>
  runMain(['payload', verb, ...argv], { stdin, env: { KEY: key, OTHER: 'f'.repeat(32) } });

describe('a key id in a payload', () => {
  const odd = [
    '',
    '__proto__',
    'constructor',
    'a=b',
    'bm90IGEga2V5==',
    'awskms:///arn?a=b',
    'a\nb',
    '::error::x',
    ' a',
    'A',
  ];
  it.each(odd)('%j is looked up by exact match', async (id) => {
    const opened = await run('decode', ['--key', `${id}=env:KEY`], sealedUnder(id));
    expect(opened).toMatchObject({ stdout: '"v"\n', exitCode: 0 });
    const { stderr, exitCode } = await run(
      'decode',
      ['--key', 'a=env:KEY', '--key', 'valueOf=env:KEY'],
      sealedUnder(id),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('KEY_NOT_FOUND');
    expect(stderr).not.toMatch(/^::/m);
  });

  it.each(['inspect', 'decode', 'audit'])('of 100 KB does not flood what %s prints', async (verb) => {
    const { stdout, stderr } = await run(verb, [], sealedUnder('k'.repeat(100_000)));
    expect(stdout.length + stderr.length).toBeLessThan(3000);
  });
});

describe('--key', () => {
  it('takes an id once', async () => {
    const { stderr, exitCode } = await run('decode', ['--key', 'a=env:KEY', '--key', 'a=env:OTHER'], sealedUnder('a'));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--key 'a' is there twice");
  });

  const hex = 'e6f5b8a1b7fc19aa47b6b6d80e7f40ae88d74528ce870c749e188f6e4eb3dd2d';
  const spelled = 'B23IlPdH/STPEz84IwIYNJQ9W/C4CLFQpxIIYI/vJb4=';
  it.each([[hex], [`a=${hex}`], [spelled], [`a=${spelled}`]])(
    'does not show a key that was typed for its place',
    async (text) => {
      const sealed = sealedUnder('a');
      const { stdout, stderr } = await withFiles({}, (folder) =>
        runMain(['payload', 'decode', '--key', text], { stdin: sealed, cwd: folder }),
      );
      expect(stdout + stderr).not.toContain(text.slice(-40));
      expect(stderr).toContain('hint: ');
    },
  );
});
