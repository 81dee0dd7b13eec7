import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import {
  defaultPayloadConverter,
  encodingKeys,
  METADATA_ENCODING_KEY,
  type Payload,
  type PayloadConverter,
} from '@temporalio/common';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import Long from 'long';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { EndpointValue, forEndpoint, openCodec } from '../../src/worker/codec.ts';
import type * as converterModule from '../../src/worker/converter.ts';
import { payloadConverter, withEndpoints } from '../../src/worker/converter.ts';
import { folder, until } from '../helpers/codec-server.ts';

const key = randomBytes(32);
const older = randomBytes(32);
const files = folder({
  'a.key': key,
  'b.key': older,
  'shared.toml': `[keyring]\nactive = "a"\n[keyring.keys.a]\nsecret = "a.key"\n[keyring.keys.b]\nsecret = "b.key"\ndecrypt_only = true\n`,
  'endpoints.toml': `[keyring]\nactive = "a"\n[keyring.keys.a]\nsecret = "a.key"\n[keyring.keys.b]\nsecret = "b.key"\n[keyring.endpoints]\nbilling = ["b"]\n`,
});
afterAll(() => files.remove());
const at = (name: string) => `${files.path}/${name}`;
const text = (payload: Payload | undefined, name: string) => Buffer.from(payload?.metadata?.[name] ?? []).toString();

async function through(keyring: string, value: unknown, converter: PayloadConverter = payloadConverter) {
  const codec = await openCodec({ keyring: at(keyring) });
  const [sealed] = await codec.encode([converter.toPayload(value)]);
  const [opened] = await codec.decode([sealed!]);
  return { codec, sealed: sealed!, value: converter.fromPayload<unknown>(opened!) };
}

describe('one shared key', () => {
  it.each([[{ a: 1 }], ['text'], [undefined], [new Uint8Array([1, 2, 3])], [[1, null]]])(
    'carries %j there and back',
    async (value) => {
      const { sealed, value: back } = await through('shared.toml', value);
      expect(back).toEqual(value);
      expect(text(sealed, METADATA_ENCODING_KEY)).toBe('binary/encrypted');
      expect(text(sealed, 'encryption-key-id')).toBe('a');
    },
  );

  it('takes the array that the workflow sandbox has for no bytes', async () => {
    const codec = await openCodec({ keyring: at('shared.toml') });
    const empty = { ...defaultPayloadConverter.toPayload(undefined), data: [] as unknown as Uint8Array };
    const [opened] = await codec.decode(await codec.encode([empty]));
    expect(payloadConverter.fromPayload(opened!)).toBeUndefined();
  });

  it('keeps the sizes of what is stored elsewhere', async () => {
    const codec = await openCodec({ keyring: at('shared.toml') });
    const claim = { ...defaultPayloadConverter.toPayload('claim'), externalPayloads: [{ sizeBytes: Long.MAX_VALUE }] };
    const sealed = await codec.encode([claim]);
    const [opened] = await codec.decode(sealed);
    expect(opened?.externalPayloads?.map(({ sizeBytes }) => sizeBytes)).toEqual([Long.MAX_VALUE]);
    const { Payload: proto } = temporal.api.common.v1;
    expect(proto.decode(proto.encode(opened!).finish()).externalPayloads).toEqual(claim.externalPayloads);
  });

  it('shows nothing of the value outside', async () => {
    const { sealed } = await through('shared.toml', 'TOP-SECRET');
    expect(Buffer.from(sealed.data!).includes('TOP-SECRET')).toBe(false);
    expect(JSON.stringify(sealed)).not.toContain('TOP-SECRET');
  });

  it('lets plaintext and foreign keys in unless it is told that encryption is required', async () => {
    const loose = await openCodec({ keyring: at('shared.toml') });
    const plain = defaultPayloadConverter.toPayload(1);
    expect(await loose.decode([plain])).toEqual([plain]);
    const strict = await openCodec({ keyring: at('shared.toml'), required: true });
    await expect(strict.decode([plain])).rejects.toMatchObject({ code: 'PLAINTEXT_REFUSED' });
  });

  it('never opens what was changed, required or not', async () => {
    const { codec, sealed } = await through('shared.toml', 1);
    const data = Buffer.from(sealed.data!);
    data[20] = data[20]! ^ 1;
    await expect(codec.decode([{ ...sealed, data }])).rejects.toMatchObject({ code: 'DECRYPT_FAILED' });
  });

  it.each([['binary/claim-check'], ['binary/encrypted+aes-gcm'], ['claimed', 'temporal.io/claim-check-codec']])(
    'gives the next codec of a chain what that one wrote: %s',
    async (encoding, mark = 'x') => {
      const codec = await openCodec({ keyring: at('shared.toml') });
      const metadata = { encoding: Buffer.from(encoding), [mark]: Buffer.from('v1') };
      const theirs = { metadata, data: Buffer.from('id') };
      const sealed = await codec.encode([theirs]);
      const [opened] = await codec.decode(sealed);
      expect(Buffer.from(opened?.data ?? []).toString()).toBe('id');
      expect(text(opened, METADATA_ENCODING_KEY)).toBe(encoding);
      expect(await codec.decode([theirs])).toEqual([theirs]);
    },
  );

  it('seals what only says that it is encrypted', async () => {
    const codec = await openCodec({ keyring: at('shared.toml'), required: true });
    const metadata = { encoding: Buffer.from('json/encrypted-fields') };
    const [sealed] = await codec.encode([{ metadata, data: Buffer.from('{"name":"IN CLEAR"}') }]);
    expect(text(sealed, 'encryption-key-id')).toBe('a');
    expect(Buffer.from(sealed?.data ?? []).includes('IN CLEAR')).toBe(false);
    const [opened] = await codec.decode([sealed!]);
    expect(text(opened, METADATA_ENCODING_KEY)).toBe('json/encrypted-fields');
  });

  it('takes payloads in the order and number in which they came', async () => {
    const codec = await openCodec({ keyring: at('shared.toml') });
    const values = Array.from({ length: 50 }, (_, index) => index);
    const decoded = await codec.decode(await codec.encode(values.map((value) => payloadConverter.toPayload(value))));
    expect(decoded.map((payload) => payloadConverter.fromPayload(payload))).toEqual(values);
    expect(await codec.encode([])).toEqual([]);
  });
});

describe('a key for an endpoint', () => {
  it('seals a wrapped value with the key of its endpoint, bound to the name', async () => {
    const { sealed, value } = await through('endpoints.toml', new EndpointValue('billing', { amount: 5 }));
    expect(value).toEqual({ amount: 5 });
    expect(text(sealed, 'endpoint')).toBe('billing');
    expect(Object.keys(sealed.metadata!).sort()).toEqual(['encoding', 'endpoint']);
  });

  it('is moved to another endpoint by nobody', async () => {
    const { codec, sealed } = await through('endpoints.toml', forEndpoint('billing', 1));
    const moved = { ...sealed, metadata: { ...sealed.metadata, endpoint: Buffer.from('other') } };
    await expect(codec.decode([moved])).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
  });

  it('does not fall back to another key for an endpoint that has none', async () => {
    const codec = await openCodec({ keyring: at('endpoints.toml') });
    const payload = payloadConverter.toPayload(new EndpointValue('unknown', 1));
    await expect(codec.encode([payload])).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('makes encryption required: plaintext and unlisted keys are refused', async () => {
    const codec = await openCodec({ keyring: at('endpoints.toml') });
    await expect(codec.decode([defaultPayloadConverter.toPayload(1)])).rejects.toMatchObject({
      code: 'PLAINTEXT_REFUSED',
    });
    const foreign = {
      metadata: { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from('x') },
      data: randomBytes(64),
    };
    await expect(codec.decode([foreign])).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    const java = {
      metadata: {
        encoding: Buffer.from('binary/encrypted'),
        'encryption-cipher': Buffer.from('AES/GCM/NoPadding'),
        'encryption-key-id': key,
      },
      data: randomBytes(64),
    };
    await expect(codec.decode([java])).rejects.toThrow();
  });

  it.each<[string, (part: string) => unknown]>([
    ['in an object', (order) => ({ order })],
    ['in a list in an object', (order) => ({ orders: [order] })],
    ['in a value for another endpoint', (order) => forEndpoint('other', { order })],
  ])('is not a part of another value: %s', (_where, around) => {
    const value = around(forEndpoint('billing', 'SECRET'));
    expect(() => payloadConverter.toPayload(value)).toThrow(/whole value that is sent/);
  });

  it('is not taken by a converter that does not know it', () => {
    const convert = () => defaultPayloadConverter.toPayload(new EndpointValue('billing', 'SECRET'));
    expect(convert).toThrow(/EndpointValue for 'billing'.*payloadConverterPath: nexusctl\/codec\/converter/);
    expect(convert).not.toThrow(/SECRET/);
  });

  it.each<[string, unknown, () => unknown]>([
    ['no name', '', () => 1],
    ['undefined', undefined, () => 1],
    ['a number', 7, () => 1],
    ['one inside another', 'billing', () => new EndpointValue('billing', 1)],
  ])('is refused with %s', (_what, name, make) => {
    expect(() => new EndpointValue(name as string, make())).toThrow(TypeError);
  });

  it('tells other faults of a converter as they are', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(() => payloadConverter.toPayload(loop)).toThrow(/Unable to convert/);
  });

  it('wraps any converter and leaves other values to it', () => {
    const converter = withEndpoints(defaultPayloadConverter);
    expect(converter.toPayload('x')).toEqual(defaultPayloadConverter.toPayload('x'));
    expect(text(converter.toPayload('x'), METADATA_ENCODING_KEY)).toBe('json/plain');
    expect(encodingKeys.METADATA_ENCODING_JSON).toBeDefined();
  });

  it('knows a value that was wrapped by the other copy of the library', () => {
    const require = createRequire(import.meta.url);
    const built = require('nexusctl/codec/converter') as typeof converterModule;
    const mark = built.payloadConverter.toPayload(new EndpointValue('billing', 1)).metadata?.['nexusctl-endpoint'];
    expect(Buffer.from(mark!).toString()).toBe('billing');
  });
});

/** A clock of which a second passes at each call: the codec looks at its files once a second. */
function passing(): () => void {
  const now = Date.now.bind(Date);
  let passed = 0;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + passed);
  onTestFinished(() => clock.mockRestore());
  return () => (passed += 1000);
}

it('follows a rotation without a restart, and keeps the last good keyring', async () => {
  const own = folder({
    'a.key': key,
    'b.key': older,
    'keys.toml': `[keyring]\nactive = "a"\n[keyring.keys.a]\nsecret = "a.key"\n`,
  });
  try {
    const errors: Error[] = [];
    const codec = await openCodec({ keyring: `${own.path}/keys.toml`, onKeyringError: (error) => errors.push(error) });
    const pass = passing();
    const idNow = async () => {
      pass();
      return text((await codec.encode([payloadConverter.toPayload(1)]))[0], 'encryption-key-id');
    };
    const before = await codec.encode([payloadConverter.toPayload('old')]);
    expect(await idNow()).toBe('a');
    own.write({
      'keys.toml': `[keyring]\nactive = "b"\n[keyring.keys.a]\nsecret = "a.key"\n[keyring.keys.b]\nsecret = "b.key"\n`,
    });
    await until(async () => (await idNow()) === 'b', 10_000);
    expect(payloadConverter.fromPayload((await codec.decode(before))[0]!)).toBe('old');
    own.write({ 'keys.toml': 'broken' });
    await until(async () => (await idNow()) === 'b' && errors.length > 0, 10_000);
    expect(errors[0]).toMatchObject({ code: 'CONFIG_FILE_INVALID' });
  } finally {
    own.remove();
  }
});

it.each([
  [{}, 'KEY_MISSING'],
  [{ keyring: '/nonexistent/keys.toml' }, 'FILE_UNREADABLE'],
])('does not open with %j', async (options, code) => {
  await expect(openCodec(options)).rejects.toMatchObject({ code });
});

it('is what the SDK’s client takes as its data converter', async () => {
  const codec = await openCodec({ keyring: at('shared.toml') });
  const connection = Connection.lazy({ address: '127.0.0.1:1' });
  const client = new Client({
    connection,
    dataConverter: {
      payloadCodecs: [codec],
      payloadConverterPath: createRequire(import.meta.url).resolve('nexusctl/codec/converter'),
    },
  });
  const { payloadCodecs, payloadConverter: loaded } = client.options.loadedDataConverter;
  const [sealed] = await payloadCodecs[0]!.encode([loaded.toPayload({ a: 1 })]);
  expect(text(sealed, 'encryption-key-id')).toBe('a');
  await connection.close();
});

it('takes the key file of public codec servers', async () => {
  files.write({ 'keys.yaml': `- id: one\n  key: passphrasewhichneedstobe32bytes!\n` });
  const codec = await openCodec({ keyring: at('keys.yaml') });
  const [sealed] = await codec.encode([payloadConverter.toPayload(1)]);
  expect(text(sealed, 'encryption-key-id')).toBe('one');
});

describe('a rotation that goes wrong', () => {
  const ring = (...ids: string[]) =>
    `[keyring]\nactive = "${ids[0]!}"\n${ids.map((id) => `[keyring.keys.${id}]\nsecret = "${id}.key"\n`).join('')}`;

  async function rotating(options: { readonly allowExec?: boolean } = {}) {
    const own = folder({ 'a.key': key, 'b.key': older, 'keys.toml': ring('a') });
    onTestFinished(() => own.remove());
    const errors: unknown[] = [];
    const codec = await openCodec({
      ...options,
      keyring: `${own.path}/keys.toml`,
      onKeyringError: (error) => {
        errors.push(error);
        throw new Error('who is told fails too');
      },
    });
    const pass = passing();
    const idNow = async () => {
      pass();
      return text((await codec.encode([payloadConverter.toPayload(1)]))[0], 'encryption-key-id');
    };
    return { own, errors, idNow };
  }

  it.each([
    ['names a key file that is not there yet', ring('c', 'a'), 'SECRET_UNREADABLE'],
    ['names a key file that is half written', ring('half', 'a'), 'KEY_INVALID'],
    ['is cut off', '', 'KEYRING_INVALID'],
    ['is cut off after a line', '[keyring]\n', 'KEYRING_INVALID'],
    ['has a command that may not run', '[keyring.keys.x]\nexec = "cat"\n', 'EXEC_NOT_ALLOWED'],
  ])('keeps the last good keys when the keyring %s', async (_what, broken, code) => {
    const { own, errors, idNow } = await rotating();
    own.write({ 'half.key': key.subarray(1), 'keys.toml': broken });
    await until(async () => (await idNow()) === 'a' && errors.length > 0, 10_000);
    expect(errors[0]).toMatchObject({ code });
    expect(await idNow()).toBe('a');
  });

  it('tries again when nothing changed that it could see', async () => {
    const { own, errors, idNow } = await rotating({ allowExec: true });
    own.write({ 'keys.toml': `[keyring.keys.c]\nsecret = "exec:cat ${own.path}/elsewhere"\n` });
    await until(async () => (await idNow()) === 'a' && errors.length > 0, 10_000);
    own.write({ elsewhere: randomBytes(32).toString('base64') });
    await until(async () => (await idNow()) === 'c', 40_000);
  });

  it('goes on with it when the key file comes later, and when it is whole', async () => {
    const { own, errors, idNow } = await rotating();
    own.write({ 'keys.toml': ring('c', 'a') });
    await until(async () => (await idNow()) === 'a' && errors.length === 1, 10_000);
    own.write({ 'c.key': key.subarray(1) });
    await until(async () => (await idNow()) === 'a' && errors.length === 2, 10_000);
    own.write({ 'c.key': randomBytes(32) });
    await until(async () => (await idNow()) === 'c', 10_000);
    expect(errors).toHaveLength(2);
  });
});

it.each([
  ['no key', '', 'KEYRING_INVALID'],
  ['a key that is not there', '[keyring.keys.x]\nsecret = "x.key"\n', 'SECRET_UNREADABLE'],
  ['a key of 31 bytes', '[keyring.keys.x]\nsecret = "short.key"\n', 'KEY_INVALID'],
  ['a command that may not run', '[keyring.keys.x]\nexec = "cat"\n', 'EXEC_NOT_ALLOWED'],
  [
    'a key of an endpoint that is not there',
    '[keyring.keys.x]\nsecret = "x.key"\n[keyring.endpoints]\ne = ["x"]\n',
    'SECRET_UNREADABLE',
  ],
])('does not open with %s', async (_what, toml, code) => {
  files.write({ 'short.key': key.subarray(1), 'unusable.toml': toml });
  await expect(openCodec({ keyring: at('unusable.toml') })).rejects.toMatchObject({ code });
});

it.each([
  [forEndpoint('billing', 1), {}, "the first key of the endpoint 'billing' writes, and 'b' is decrypt_only"],
  [1, { namespace: 'orders' }, "all keys of the namespace 'orders' are decrypt_only"],
])('says which list has no key that writes', async (value, options, message) => {
  files.write({
    'readers.toml': `active = "a"\n[keys.a]\nsecret = "a.key"\n[keys.b]\nsecret = "b.key"\ndecrypt_only = true\n[endpoints]\nbilling = ["b", "a"]\n[namespaces]\norders = ["b"]\n`,
  });
  const codec = await openCodec({ keyring: at('readers.toml'), ...options });
  await expect(codec.encode([payloadConverter.toPayload(value)])).rejects.toMatchObject({
    code: 'KEY_MISSING',
    message,
  });
});

it('lets many data keys be asked for at a time without a warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const answer = JSON.stringify({ data: key.toString('base64') });
  files.write({ 'answer.json': answer, 'command.toml': `[keys.own]\nexec = "cat ${at('answer.json')}"\n` });
  const codec = await openCodec({ keyring: at('command.toml'), allowExec: true });
  const sealed = Array.from({ length: 20 }, (_, index) => ({
    metadata: {
      encoding: Buffer.from('binary/encrypted'),
      'encryption-key-id': Buffer.from('own'),
      'encryption-dek': Buffer.from(Buffer.from([1, index]).toString('base64')),
    },
    data: randomBytes(64),
  }));
  const opened = await Promise.allSettled(sealed.map((payload) => codec.decode([payload])));
  expect(opened.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'opened'))).toEqual(
    sealed.map(() => 'DECRYPT_FAILED'),
  );
  expect(warnings).toEqual([]);
});
