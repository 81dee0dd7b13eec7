import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { base64 } from '../history.ts';

/** Payloads of codecs that nexusctl does not open, with what it says of them. */
interface Vector {
  readonly source: string;
  readonly says: string;
  readonly payload: { readonly metadata: Readonly<Record<string, string>>; readonly data: string };
}
const vectors = (JSON.parse(readFileSync('test/fixtures/other-codecs.json', 'utf8')) as Vector[]).map((vector) => ({
  ...vector,
  name: `${Buffer.from(vector.payload.metadata['encoding'] ?? '', 'base64')
    .toString()
    .trim()}: ${vector.source}`,
}));
const key = '0123456789abcdef0123456789abcdef';
const noise = base64('x'.repeat(60));

interface Seen {
  readonly payloads: readonly {
    readonly status: string;
    readonly sealed?: boolean;
    readonly value?: unknown;
    readonly layers: readonly Readonly<Record<string, string>>[];
    readonly error?: { readonly code: string; readonly message: string };
  }[];
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}

async function see(verb: string, payload: unknown, ...argv: string[]): Promise<Seen> {
  const { stdout } = await runMain(['payload', verb, '-o', 'json', ...argv], {
    stdin: JSON.stringify(payload),
    env: { KEY: key },
  });
  return JSON.parse(stdout) as Seen;
}

const sealed = (metadata: Readonly<Record<string, string>>, data = noise) => ({
  metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, base64(value)])),
  data,
});

describe('what another codec wrote', () => {
  it.each(vectors)('$name is named, and not called plaintext', async ({ payload, says }) => {
    const [inspected] = (await see('inspect', payload)).payloads;
    expect(inspected).toMatchObject({ sealed: true });
    expect(inspected?.layers).toEqual([expect.objectContaining({ family: 'unsupported', note: says })]);
    const { findings } = await see('audit', payload, '--require-encryption');
    expect(findings.map(({ code }) => code)).toEqual(['UNKNOWN_CODEC']);
  });

  it.each(vectors)('$name stays closed whatever keys there are', async ({ payload, says }) => {
    const [decoded] = (await see('decode', payload, '--key', 'k1=env:KEY', '--key', 'default=env:KEY')).payloads;
    expect(decoded).toMatchObject({ status: 'failed', error: { code: 'FAMILY_UNSUPPORTED' } });
    expect(decoded?.error?.message).toContain(says);
  });

  it('a converter’s own encoding is a value, and the audit says what it does not know', async () => {
    const { findings } = await see('audit', sealed({ encoding: 'binary/msgpack' }), '--require-encryption');
    expect(findings).toEqual([expect.objectContaining({ code: 'PLAINTEXT' })]);
    expect(findings[0]?.message).toContain("its encoding is 'binary/msgpack'");
  });

  it('inside a layer of ours it is what a replayer gets, and no value to read', async () => {
    const { stdout } = await runMain(['payload', 'encrypt', '--key', 'k1=env:KEY'], {
      stdin: JSON.stringify(sealed({ encoding: 'binary/claim-check-v1' })),
      env: { KEY: key },
    });
    const outer: unknown = JSON.parse(stdout);
    const [decoded] = (await see('decode', outer, '--key', 'k1=env:KEY')).payloads;
    expect(decoded).toMatchObject({ status: 'failed', error: { code: 'FAMILY_UNSUPPORTED' } });
    const replay = await runMain(['payload', 'decode', '--mode', 'replay', '--key', 'k1=env:KEY'], {
      stdin: JSON.stringify(outer),
      env: { KEY: key },
    });
    expect(JSON.parse(replay.stdout)).toEqual(sealed({ encoding: 'binary/claim-check-v1' }));
    expect(replay.exitCode).toBe(0);
  });
});

describe('encryption-cipher beside a key id', () => {
  const java = (id: string) =>
    sealed({ encoding: 'binary/encrypted', 'encryption-cipher': 'AES/GCM/NoPadding', 'encryption-key-id': id });

  it.each([['robot-key-1'], [''], ['k'.repeat(33)]])('%j is no key, and is shown', async (id) => {
    const [inspected] = (await see('inspect', java(id))).payloads;
    expect(inspected?.layers[0]).toEqual({ encoding: 'binary/encrypted', family: 'java', keyId: id });
    const { findings } = await see('audit', java(id));
    expect(findings.map(({ code }) => code)).not.toContain('KEY_IN_ID');
    const [decoded] = (await see('decode', java(id))).payloads;
    expect(decoded?.error).toMatchObject({ code: 'KEY_NOT_FOUND', message: `no key '${id}' in the keyring` });
  });

  it.each([[16], [24], [32]])('an id of %i bytes may be the key, and is not shown', async (length) => {
    const id = 'Kq7'.repeat(11).slice(0, length);
    for (const verb of ['inspect', 'decode', 'audit']) {
      const { stdout, stderr } = await runMain(['payload', verb], { stdin: JSON.stringify(java(id)) });
      expect(stdout + stderr).not.toContain(id);
      expect(stdout + stderr).toContain('#');
    }
  });
});

describe('data alone', () => {
  it('a payload inside is one, whatever the metadata say', async () => {
    const { stdout } = await runMain(['payload', 'encrypt', '--key', 'k1=env:KEY'], {
      stdin: '"x"',
      env: { KEY: key },
    });
    const { metadata, data } = JSON.parse(stdout) as Vector['payload'];
    const marked = { metadata: { ...metadata, original_encoding: base64('binary/plain') }, data };
    const [decoded] = (await see('decode', marked, '--key', 'k1=env:KEY')).payloads;
    expect(decoded).toMatchObject({ status: 'decoded', value: 'x' });
  });
});

it('one key under two ids opens what names none', async () => {
  const { stdout } = await runMain(['payload', 'encrypt', '--key', 'k1=env:KEY'], { stdin: '"x"', env: { KEY: key } });
  const { metadata, data } = JSON.parse(stdout) as Vector['payload'];
  const unmarked = { metadata: { encoding: metadata['encoding'] }, data };
  const [decoded] = (await see('decode', unmarked, '--key', 'old=env:KEY', '--key', 'new=env:KEY')).payloads;
  expect(decoded).toMatchObject({ status: 'decoded', value: 'x' });
});
