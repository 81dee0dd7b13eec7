import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';

const folder = 'test/fixtures/histories';
const names = readdirSync(folder).filter((name) => /\.(json|bin)$/.test(name));
const env = { KEY: '0123456789abcdef0123456789ABCDEF' };
const keys = ['--key', 'k=env:KEY'];

interface Found {
  readonly path: string;
  readonly payload: unknown;
}

/** Whatever has an encoding, but for what the server indexes: found without any schema. */
function payloadsIn(value: unknown, path = '$', name = ''): readonly Found[] {
  if (value === null || typeof value !== 'object' || /^(searchAttributes|indexedFields)$/.test(name)) return [];
  const { metadata } = value as { readonly metadata?: unknown };
  if (metadata !== null && typeof metadata === 'object' && 'encoding' in metadata) return [{ path, payload: value }];
  return Object.entries(value).flatMap(([key, inner]) =>
    payloadsIn(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, key),
  );
}

const run = (verb: string, stdin: string | Uint8Array, ...argv: string[]) =>
  runMain(['payload', verb, ...argv], { stdin, env });

it.each(names)('%s comes out of decode to the byte', async (name) => {
  const bytes = readFileSync(`${folder}/${name}`);
  const { stdout, exitCode } = await run('decode', bytes, '--mode', 'replay');
  expect(exitCode).toBe(0);
  expect(stdout).toBe(bytes.toString());
});

describe.each(names.filter((name) => name.endsWith('.json')))('%s', (name) => {
  const bytes = readFileSync(`${folder}/${name}`);

  it('has every payload found, and nothing else', async () => {
    const { stdout } = await run('inspect', bytes, '-o', 'json');
    const { payloads } = JSON.parse(stdout) as { payloads: { path: string }[] };
    const wanted = payloadsIn(JSON.parse(bytes.toString())).map(({ path }) => path);
    const bare = (path: string): string => path.replace(/\["([^"]*)"\]/g, '.$1');
    expect(payloads.map(({ path }) => bare(path)).sort()).toEqual([...wanted].sort());
  });

  it('is encrypted and comes back as it was', async () => {
    const sealed = await run('encrypt', bytes, ...keys);
    expect(sealed.exitCode).toBe(0);
    const before = payloadsIn(JSON.parse(bytes.toString()));
    const between = payloadsIn(JSON.parse(sealed.stdout));
    expect(between).toHaveLength(before.length);
    for (const { payload } of between)
      expect(payload).toMatchObject({ metadata: { encoding: Buffer.from('binary/encrypted').toString('base64') } });
    const back = await run('decode', sealed.stdout, '--mode', 'replay', ...keys);
    expect(back.exitCode).toBe(0);
    // An absent `data` and an empty one are the same.
    const plain = (text: string): unknown =>
      JSON.parse(text.replace(/,\s*"data":\s*""/g, ''), (_key, value: unknown) => value);
    expect(plain(back.stdout)).toEqual(plain(bytes.toString()));
  });
});
