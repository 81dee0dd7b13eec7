import { createCipheriv } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { payloadJson } from '../../src/payload/json/form.ts';
import { encodePayload, makePayload, type Payload } from '../../src/payload/model/payload.ts';
import { runMain } from '../helpers/context.ts';

/** One key of each size of AES. */
const keys: Readonly<Record<string, string>> = { a: 'a'.repeat(16), b: 'b'.repeat(24), c: 'c'.repeat(32) };
const flags = Object.keys(keys).flatMap((id) => ['--key', `${id}=env:KEY_${id}`]);
const env = Object.fromEntries(Object.entries(keys).map(([id, key]) => [`KEY_${id}`, key]));

/** As the samples seal, by Node's own cipher. */
function sealed(id: string, inner: Payload): Payload {
  const key = keys[id] ?? '';
  const nonce = Buffer.alloc(12, id);
  const cipher = createCipheriv(`aes-${String(key.length * 8)}-gcm` as 'aes-256-gcm', key, nonce);
  const data = [nonce, cipher.update(encodePayload(inner)), cipher.final(), cipher.getAuthTag()];
  return makePayload({ encoding: 'binary/encrypted', 'encryption-key-id': id }, Buffer.concat(data));
}

const layers: Readonly<Record<string, (inner: Payload) => Payload>> = {
  a: (inner) => sealed('a', inner),
  b: (inner) => sealed('b', inner),
  c: (inner) => sealed('c', inner),
  z: (inner) => makePayload({ encoding: 'binary/zlib' }, deflateSync(encodePayload(inner))),
};
/** The letters from the inside out. */
const wrapped = (order: string): Payload =>
  Array.from(order).reduce(
    (inner, letter) => layers[letter]?.(inner) ?? inner,
    makePayload({ encoding: 'json/plain' }, '"v"'),
  );

async function decode(payload: Payload): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { stdout } = await runMain(['payload', 'decode', '-o', 'json', ...flags], { stdin: payloadJson(payload), env });
  return (JSON.parse(stdout) as { payloads: Readonly<Record<string, unknown>>[] }).payloads[0];
}

describe('layers of several codecs', () => {
  it.each(['z', 'za', 'az', 'ab', 'abc', 'zcz', 'zzzzzzzz', 'abcabcab', 'zazbzczc'])('%s opens', async (order) => {
    expect(await decode(wrapped(order))).toMatchObject({ status: 'decoded', value: 'v' });
  });

  it.each(['zzzzzzzzz', 'abcabcabc', 'zazbzczcz'])('%s has more than eight', async (order) => {
    const opened = await decode(wrapped(order));
    expect(opened).toMatchObject({ status: 'failed', error: { code: 'LIMIT_EXCEEDED' } });
    expect(opened).not.toHaveProperty('value');
  });
});

describe('what was cut or lengthened', () => {
  it.each(['a', 'b', 'c'])('does not open at any length: key %s', async (id) => {
    const whole = sealed(id, makePayload({ encoding: 'json/plain' }, '"v"'));
    const cut = [...whole.data.keys()].map((length) => whole.data.subarray(0, length));
    const longer = Array.from({ length: 32 }, (_, index) => Buffer.alloc(index + 1));
    const changed = [
      ...cut,
      ...longer.map((bytes) => Buffer.concat([whole.data, bytes])),
      ...longer.map((bytes) => Buffer.concat([bytes, whole.data])),
      Buffer.concat([whole.data, whole.data]),
    ];
    const { stdout } = await runMain(['payload', 'decode', '-o', 'jsonl', ...flags], {
      stdin: changed.map((data) => payloadJson({ ...whole, data })).join('\n'),
      env,
    });
    const opened = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string; error?: { code: string } });
    expect(opened).toHaveLength(changed.length);
    opened.forEach(({ status, error }, index) => {
      const tooShort = (changed[index]?.length ?? 0) < 28;
      expect({ status, code: error?.code }).toEqual({
        status: 'failed',
        code: tooShort ? 'PAYLOAD_MALFORMED' : 'DECRYPT_FAILED',
      });
    });
  });
});
