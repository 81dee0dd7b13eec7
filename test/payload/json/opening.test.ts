import proto from '@temporalio/proto';
import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { base64 } from '../history.ts';

const root = proto as unknown as protobuf.Root;
const env = { KEY: '0123456789abcdef0123456789ABCDEF' };

function run(verb: string, stdin: string | Buffer, ...argv: string[]) {
  const keys = ['decode', 'encrypt'].includes(verb) ? ['--key', 'k=env:KEY'] : [];
  return runMain(['payload', verb, ...keys, ...argv], { stdin, env });
}

function message(type: string, object: object): Buffer {
  const found = root.lookupType(`temporal.api.${type}`);
  return Buffer.from(found.encode(found.fromObject(object)).finish());
}

function padded(size: number): object {
  return { metadata: { encoding: base64('json/plain') }, data: base64(`"${'x'.repeat(size)}"`) };
}

function history(size: number): Buffer {
  const attributes = { signalName: 's', input: { payloads: [padded(size)] } };
  const event = { eventId: 1, eventType: 26, workflowExecutionSignaledEventAttributes: attributes };
  return message('history.v1.History', { events: [event] });
}

// The first byte of each is 0x0A, a line end in JSON, and its length may be that of a brace, a bracket or a quote.
it.each<[string, (size: number) => string | Buffer]>([
  [
    'a Payload',
    (size) =>
      message('common.v1.Payload', {
        metadata: { keyOfTen10: Buffer.alloc(size, 'x'), encoding: base64('json/plain') },
      }),
  ],
  ['Payloads', (size) => message('common.v1.Payloads', { payloads: [padded(size)] })],
  ['a history', history],
  [
    'a raw history',
    (size) => JSON.stringify({ rawHistory: [{ encodingType: 'Proto3', data: history(size).toString('base64') }] }),
  ],
])('%s of any size is read', async (_what, make) => {
  for (let size = 0; size < 128; size += 1) {
    const { stdout } = await run('inspect', make(size), '-o', 'json');
    expect([size, JSON.parse(stdout)]).toMatchObject([size, { summary: { payloads: 1, malformed: 0 } }]);
  }
});

describe('JSON lines that begin with a number or a word', () => {
  const table: readonly [lines: string, values: readonly unknown[]][] = [
    ['5\n{"a":1}\n', [5, { a: 1 }]],
    ['5\n6\n', [5, 6]],
    ['5\r\n"x"\r\n', [5, 'x']],
    [' -1.5e3\nnull\n\ntrue', [-1500, null, true]],
    ['null\n[1]', [null, 1]],
    ['\n\n7\n{"a":1}', [7, { a: 1 }]],
    [`${'9'.repeat(3000)}\n1`, [Number('9'.repeat(3000)), 1]],
  ];

  it.each(table)('%j are values', async (lines, values) => {
    const sealed = await run('encrypt', lines);
    expect([sealed.stderr, sealed.exitCode]).toEqual(['', 0]);
    const { stdout } = await run('decode', sealed.stdout, '-o', 'json');
    const { payloads } = JSON.parse(stdout) as { payloads: { status: string; value: unknown }[] };
    expect(payloads.map(({ status, value }) => [status, value])).toEqual(values.map((value) => ['decoded', value]));
  });

  it.each([['5 apples\n{"a":1}\n'], ['5\napples\n'], ['12 [main] {"a":1}\n'], ['trueish\n1\n']])(
    '%j is prose',
    async (text) => {
      const { exitCode, stdout, stderr } = await run('encrypt', text);
      expect([exitCode, stdout]).toEqual([3, '']);
      expect(stderr).toContain('the input is neither JSON, nor base64');
    },
  );
});
