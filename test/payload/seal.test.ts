import { deflateSync } from 'node:zlib';
import proto from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { encodePayload, makePayload, type Payload } from '../../src/payload/model/payload.ts';
import { payloadJson, readPayloadJson } from '../../src/payload/json/form.ts';
import { runMain } from '../helpers/context.ts';
import { keyring, withFiles } from './history.ts';

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

describe('an operation at an endpoint that has its own key', () => {
  const history = JSON.stringify({
    events: [
      { eventId: '1', eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED', workflowExecutionStartedEventAttributes: {} },
      {
        eventId: '5',
        eventType: 'EVENT_TYPE_NEXUS_OPERATION_SCHEDULED',
        userMetadata: { summary: JSON.parse(payloadJson(plain)) as object },
        nexusOperationScheduledEventAttributes: {
          endpoint: 'billing',
          input: JSON.parse(payloadJson(plain)) as object,
        },
      },
    ],
  });
  const type = proto.temporal.api.history.v1.History;
  it.each([
    ['JSON', history],
    ['proto', Buffer.from(type.encode(type.fromObject(JSON.parse(history) as object)).finish()).toString('base64')],
  ])('shares its input with the handler and keeps its words for people: %s', async (_form, stdin) => {
    const encrypted = await withFiles(keyring, (folder) =>
      runMain(['payload', 'encrypt', '--keyring', `${folder}/keyring.toml`], { stdin, env: { HOME: folder } }),
    );
    const { stdout } = await runMain(['payload', 'inspect', '-o', 'json'], { stdin: encrypted.stdout });
    const { payloads } = JSON.parse(stdout) as { payloads: { path: string; layers: { family: string }[] }[] };
    expect(payloads.map(({ path, layers }) => [/userMetadata|input/.exec(path)?.[0], layers[0]?.family])).toEqual(
      expect.arrayContaining([
        ['userMetadata', 'aes-gcm'],
        ['input', 'endpoint'],
      ]),
    );
    expect(payloads).toHaveLength(2);
  });
});

it.each([
  ['compressed', zlib(plain)],
  ['damaged', makePayload({ encoding: 'binary/zlib' }, 'nonsense')],
])('what is only compressed is encrypted: %s', async (_how, payload) => {
  const { stdout, stderr } = await run('encrypt', payload, '--key', 'b=env:B');
  expect(stderr).toBe('');
  expect(readPayloadJson(Buffer.from(stdout), 0).metadata.get('encryption-key-id')?.toString()).toBe('b');
});
