import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { base64, event, history } from '../history.ts';

const env = { KEY: '0123456789abcdef0123456789abcdef' };
const key = ['--key', 'k=env:KEY'];
const run = (verb: string, document: unknown, ...argv: string[]) =>
  runMain(['payload', verb, ...argv], { stdin: JSON.stringify(document), env });

interface Seen {
  readonly status: string;
  readonly value?: unknown;
  readonly base64?: string;
  readonly layers: readonly Readonly<Record<string, string>>[];
  readonly error?: { readonly code: string; readonly message: string };
}
async function payloadOf(verb: string, document: unknown, ...argv: string[]): Promise<Seen> {
  const { stdout } = await run(verb, document, '-o', 'json', ...argv);
  const [payload] = (JSON.parse(stdout) as { payloads: Seen[] }).payloads;
  if (payload === undefined) throw new Error('no payload');
  return payload;
}

/** As codecs do that keep the metadata: the ciphertext stands where the JSON was. */
function inPlace(encoding: string): object {
  const cipher = createCipheriv('aes-256-gcm', env.KEY, Buffer.alloc(12, 7));
  const sealed = Buffer.concat([cipher.update('{"secret":true}'), cipher.final()]);
  const data = Buffer.concat([Buffer.alloc(12, 7), cipher.getAuthTag(), sealed]).toString('base64');
  return { metadata: { encoding: base64(encoding), 'own-codec': base64('aes-256-gcm') }, data };
}
const plain = (data: string | Buffer, metadata: object = {}) => ({
  metadata: { encoding: base64('json/plain'), ...metadata },
  data: Buffer.from(data).toString('base64'),
});

describe.each([
  ['ciphertext in place', inPlace('json/plain')],
  ['ciphertext of a proto message in place', inPlace('json/protobuf')],
  ['a Fernet token in place', plain('gAAAAABkZm9vYmFy')],
  ['a value of Vault Transit in place', plain('vault:v1:Zm9v')],
  ['a prefix, as samples-java encodefailures writes it', plain('Customer: "x"')],
])('%s', (_name, payload) => {
  it('is named and no value', async () => {
    const { exitCode, stdout, stderr } = await run('decode', payload, ...key);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('its data is no JSON');
    const seen = await payloadOf('decode', payload, ...key);
    expect(seen).toMatchObject({ status: 'failed', error: { code: 'FAMILY_UNSUPPORTED' } });
    expect(seen).not.toHaveProperty('base64');
    const { layers } = await payloadOf('inspect', payload);
    expect(layers).toEqual([expect.objectContaining({ note: expect.stringContaining('no JSON') as string })]);
  });

  it('is handed on to a replayer, whose codec may open it', async () => {
    const { exitCode, stdout } = await run('decode', payload, '--mode', 'replay');
    expect([exitCode, stdout]).toEqual([0, JSON.stringify(payload)]);
  });

  it('is encrypted as everything is, and comes back', async () => {
    const sealed = await run('encrypt', history([event('1', 'x', { input: payload })]), ...key);
    expect(sealed.exitCode).toBe(0);
    expect(sealed.stdout).toContain(base64('binary/encrypted'));
    const back = await runMain(['payload', 'decode', '--mode', 'replay', ...key], { stdin: sealed.stdout, env });
    expect(back.exitCode).toBe(0);
    expect(back.stdout).toContain((payload as { data: string }).data);
  });

  it('is not called encrypted by an audit', async () => {
    const { exitCode, stdout } = await run('audit', payload, '--require-encryption', '-o', 'json');
    expect(exitCode).toBe(1);
    const { findings } = JSON.parse(stdout) as { findings: { code: string; message: string }[] };
    expect(findings.map(({ code }) => code)).toEqual(['PLAINTEXT']);
    expect(findings[0]?.message).toContain('no JSON');
  });
});

it.each([
  ['NaN, as Python writes it', 'NaN'],
  ['Infinity, as Python writes it', '-Infinity'],
  ['JSON behind spaces', ' \n {"a":1}'],
  ['no bytes', ''],
])('%s is a value', async (_name, data) => {
  const { exitCode, stdout } = await run('decode', plain(data));
  expect([exitCode, stdout.trim()]).toEqual([0, data.trim()]);
});

it('bytes of another encoding are a value', async () => {
  const payload = { metadata: { encoding: base64('binary/plain') }, data: '/wA=' };
  expect(await payloadOf('decode', payload)).toMatchObject({ status: 'unchanged', base64: '/wA=' });
});

describe('a readable download of the older Web UI', () => {
  const metadata = { encoding: base64('json/plain'), encodingDecoded: 'json/plain' };
  const download = (data: unknown) => history([event('1', 'x', { input: { metadata, data } })]);

  it.each([['MTIz'], ['Temporal'], ['workflow-result'], ['Hello, Temporal'], [{ id: 1 }]])(
    'is named, also where its values look like base64: %j',
    async (data) => {
      const seen = await payloadOf('decode', download(data));
      expect(seen).toMatchObject({ status: 'failed' });
      expect(seen.error?.message).toContain('readable download');
    },
  );

  it('comes back from encryption as it was, as far as it can be read', async () => {
    const document = download('workflow+result0');
    const sealed = await run('encrypt', document, ...key);
    expect(sealed.exitCode).toBe(0);
    const { stdout } = await runMain(['payload', 'decode', '--mode', 'replay', ...key], { stdin: sealed.stdout, env });
    expect(JSON.parse(stdout)).toEqual({
      events: [
        expect.objectContaining({ x: { input: { data: 'workflow+result0', metadata: expect.anything() as unknown } } }),
      ],
    });
  });
});
