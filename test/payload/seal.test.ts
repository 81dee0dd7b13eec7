import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodePayload, makePayload, type Payload } from '../../src/payload/payload.ts';
import { payloadJson, readPayloadJson } from '../../src/payload/json-form.ts';
import { runMain } from '../helpers/context.ts';

const env = { A: '0123456789abcdef0123456789ABCDEF', B: 'ffff456789abcdef0123456789ABCDEF' };
const run = (verb: string, payload: Payload | string, ...argv: string[]) =>
  runMain(['payload', verb, ...argv], { stdin: typeof payload === 'string' ? payload : payloadJson(payload), env });

const plain = makePayload({ encoding: 'json/plain' }, '"x"');
const zlib = (payload: Payload) => makePayload({ encoding: 'binary/zlib' }, deflateSync(encodePayload(payload)));

async function sealed(): Promise<Payload> {
  const { stdout } = await run('encrypt', plain, '--key', 'a=env:A');
  return readPayloadJson(Buffer.from(stdout), 0);
}

it.each<[string, (payload: Payload) => Payload]>([
  ['as it is', (payload) => payload],
  ['compressed', zlib],
  ['compressed twice', (payload) => zlib(zlib(payload))],
])('what is encrypted already stays, %s', async (_how, make) => {
  const before = payloadJson(make(await sealed()));
  const { stdout, stderr, exitCode } = await run('encrypt', before, '--key', 'b=env:B');
  expect([exitCode, stdout]).toEqual([0, before]);
  expect(stderr).toContain('1 payload is encrypted already and stays as it is');
});

it.each([
  ['compressed', zlib(plain)],
  ['damaged', makePayload({ encoding: 'binary/zlib' }, 'nonsense')],
])('what is only compressed is encrypted: %s', async (_how, payload) => {
  const { stdout, stderr } = await run('encrypt', payload, '--key', 'b=env:B');
  expect(stderr).toBe('');
  expect(readPayloadJson(Buffer.from(stdout), 0).metadata.get('encryption-key-id')?.toString()).toBe('b');
});
