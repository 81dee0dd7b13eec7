import { readFileSync } from 'node:fs';
import proto from '@temporalio/proto';
import fc from 'fast-check';
import type protobuf from 'protobufjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { base64, jsonPayload, withFiles } from '../history.ts';

const root = proto as unknown as protobuf.Root;
const env = { KEY: '0123456789abcdef0123456789ABCDEF' };
const value = '{"order": 1234567890123456789}';
const plain = jsonPayload(value);

type Payload = Readonly<Record<string, unknown>>;

function message(type: string, object: object): Buffer {
  const found = root.lookupType(`temporal.api.${type}`);
  return Buffer.from(found.encode(found.fromObject(object)).finish());
}

const attributes = (payload: Payload) => ({
  nexusOperationScheduledEventAttributes: { endpoint: 'billing', service: 's', operation: 'o', input: payload },
});
const events = (payload: Payload, type: string | number = 'EVENT_TYPE_NEXUS_OPERATION_SCHEDULED') => [
  { eventId: '1', eventType: type, ...attributes(payload) },
];

function rawHistory(payload: Payload): Buffer {
  return message('history.v1.History', { events: events(payload, 49) });
}

function blob(payload: Payload): Buffer {
  return message('common.v1.DataBlob', { encodingType: 1, data: rawHistory(payload) });
}

/** Each makes the document around one payload; `text`: not a byte of it may change but the payload's. */
const containers: readonly [name: string, make: (payload: Payload) => string | Buffer][] = [
  ['a Payload', (payload) => JSON.stringify(payload)],
  ['a Payload, indented', (payload) => `${JSON.stringify(payload, null, 2)}\n`],
  ['Payloads', (payload) => JSON.stringify({ payloads: [payload] })],
  ['bare payloads', (payload) => JSON.stringify([payload])],
  ['a history', (payload) => JSON.stringify({ events: events(payload) })],
  ['a history of the old CLI', (payload) => JSON.stringify({ events: events(payload, 'NexusOperationScheduled') })],
  ['a history with numbers for enums', (payload) => JSON.stringify({ events: events(payload, 49) })],
  ['a history in snake case', (payload) => snake({ events: events(payload) })],
  ['bare events, as the UI keeps them', (payload) => JSON.stringify(events(payload), null, 2)],
  ['a download of the UI', (payload) => `${JSON.stringify({ events: events(payload) }, null, 2)}\r\n`],
  [
    'a list of histories, as SDKs keep them',
    (payload) => JSON.stringify([{ events: [] }, { events: events(payload) }]),
  ],
  [
    'a list of answers',
    (payload) => JSON.stringify([{ history: { events: events(payload) } }, { history: { events: [] } }]),
  ],
  ['a list of codec bodies', (payload) => JSON.stringify([{ payloads: [payload] }])],
  [
    'GetWorkflowExecutionHistoryResponse',
    (payload) => JSON.stringify({ history: { events: events(payload) }, nextPageToken: 'AA==' }),
  ],
  [
    'its raw history',
    (payload) =>
      JSON.stringify({
        rawHistory: [
          {
            encodingType: 'ENCODING_TYPE_PROTO3',
            data: rawHistory(payload).toString('base64'),
          },
        ],
      }),
  ],
  [
    'its raw history in JSON',
    (payload) =>
      JSON.stringify({
        rawHistory: [{ encodingType: 'Json', data: base64(JSON.stringify({ events: events(payload) })) }],
        archived: true,
      }),
  ],
  [
    'a raw history alone',
    (payload) => JSON.stringify({ encodingType: 'Proto3', data: rawHistory(payload).toString('base64') }),
  ],
  [
    'a raw history alone, as Go writes it',
    (payload) => JSON.stringify({ data: rawHistory(payload).toString('base64'), encoding_type: 1 }),
  ],
  [
    'a raw history in JSON alone',
    (payload) =>
      JSON.stringify({ encodingType: 'ENCODING_TYPE_JSON', data: base64(JSON.stringify({ events: events(payload) })) }),
  ],
  [
    'a list of raw histories',
    (payload) =>
      JSON.stringify([
        { encodingType: 'ENCODING_TYPE_PROTO3', data: '' },
        { encodingType: 'ENCODING_TYPE_PROTO3', data: rawHistory(payload).toString('base64') },
      ]),
  ],
  [
    'JSON lines of raw histories',
    (payload) => `${JSON.stringify({ encodingType: 'Proto3', data: rawHistory(payload).toString('base64') })}\n`,
  ],
  ['a proto raw history alone', (payload) => blob(payload)],
  ['base64 of a proto raw history alone', (payload) => `${blob(payload).toString('base64')}\n`],
  ['a file of an archive', (payload) => JSON.stringify([{ events: [] }, { events: events(payload) }])],
  [
    'an object of an archive in a bucket',
    (payload) => JSON.stringify({ header: { namespace: 'n', is_last: true }, body: [{ events: events(payload) }] }),
  ],
  ['JSON lines', (payload) => `${JSON.stringify(payload)}\n`],
  ['JSON lines of histories', (payload) => `{"events":[]}\n${JSON.stringify({ events: events(payload) })}\n`],
  ['a .bin history', (payload) => rawHistory(payload)],
  ['a proto Payload', (payload) => message('common.v1.Payload', payload)],
  ['proto Payloads', (payload) => message('common.v1.Payloads', { payloads: [payload] })],
  [
    'a proto answer',
    (payload) =>
      message('workflowservice.v1.GetWorkflowExecutionHistoryResponse', { history: { events: events(payload, 49) } }),
  ],
  [
    'a proto answer from an archive, raw',
    (payload) =>
      message('workflowservice.v1.GetWorkflowExecutionHistoryResponse', {
        rawHistory: [{ encodingType: 1, data: rawHistory(payload) }],
        archived: true,
      }),
  ],
  ['a Cloud export', (payload) => item(item(rawHistory(payload)))],
  ['base64 of a proto Payload', (payload) => `${message('common.v1.Payload', payload).toString('base64')}\n`],
  ['base64 of JSON', (payload) => base64(JSON.stringify(payload))],
  ['base64 of a JSON list', (payload) => base64(JSON.stringify([payload]))],
  [
    'a line of the CLI',
    (payload) => `Results:\n  Result          ${JSON.stringify(payload)}\n  ResultEncoding  binary/encrypted\n`,
  ],
  ['lines of show --detailed', (payload) => detailed(payload)],
];

function snake(document: object): string {
  return JSON.stringify(document).replace(/"(\w+)":/g, (_all, name: string) =>
    name.includes('-') ? `"${name}":` : `"${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}":`,
  );
}

function detailed(payload: Payload): string {
  const { metadata, data } = payload as { metadata: Record<string, string>; data: string };
  const lines = Object.entries(metadata).map(([key, text]) => `input.metadata.${key}: ${text}`);
  return [
    '--------------- [5] NexusOperationScheduled ---------------',
    'endpoint: billing',
    `input.data: ${data}`,
    ...lines.sort(),
    'operation: o',
    '',
  ].join('\n');
}

/** A message with one field, number 1. */
function item(bytes: Buffer): Buffer {
  const { length } = bytes;
  return Buffer.concat([
    Buffer.from([0x0a, ...(length < 128 ? [length] : [(length & 127) | 128, length >> 7])]),
    bytes,
  ]);
}

let sealed: Payload;
beforeAll(async () => {
  const { stdout } = await runMain(['payload', 'encrypt', '--key', 'k=env:KEY'], { stdin: value, env });
  sealed = JSON.parse(stdout) as Payload;
});

const keys = ['--key', 'k=env:KEY'];
const run = (verb: string, stdin: string | Buffer, ...argv: string[]) =>
  runMain(['payload', verb, ...argv], { stdin, env });

describe.each(containers)('%s', (name, make) => {
  it('inspect: sealed, and with which key', async () => {
    const { stdout, exitCode } = await run('inspect', make(sealed), '-o', 'json');
    expect(exitCode).toBe(0);
    const { payloads } = JSON.parse(stdout) as { payloads: { layers: object[]; sealed: boolean }[] };
    expect(payloads.map((one) => [one.sealed, one.layers[0]])).toEqual([
      [true, { encoding: 'binary/encrypted', family: 'aes-gcm', keyId: 'k' }],
    ]);
  });

  it('decode: the value, digit for digit', async () => {
    const { stdout, exitCode } = await run('decode', make(sealed), ...keys);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${value}\n`);
  });

  it('decode for a replayer: the same container around the plain payload', async () => {
    const { stdout, exitCode } = await run('decode', make(sealed), '--mode', 'replay', ...keys);
    expect(exitCode).toBe(0);
    const wanted = make(plain).toString();
    // Written anew, a payload stands on one line.
    const bare = (text: string): string =>
      name.includes('lines') || name.includes('line of') ? text : text.replace(/\s+/g, '');
    expect(bare(stdout)).toBe(bare(wanted));
  });

  it('decode to read: the value in place of the payload', async () => {
    const { stdout, exitCode } = await run('decode', make(sealed), '--mode', 'readable', ...keys);
    expect(exitCode).toBe(0);
    const shown =
      name.startsWith('base64 of') && name.includes('JSON') ? Buffer.from(stdout, 'base64').toString() : stdout;
    expect(shown.replace(/\s/g, '')).toContain('{"order":1234567890123456789}');
    expect(stdout).not.toContain('YmluYXJ5L2VuY3J5cHRlZA==');
  });

  it('encrypt, and back', async () => {
    const there = await run('encrypt', make(plain), ...keys, '--input-form', 'full');
    expect(there.exitCode).toBe(0);
    expect(there.stdout).not.toContain(base64('json/plain'));
    const back = await run('decode', there.stdout, ...keys);
    if (!/^(a \.bin|a proto|proto|a Cloud)/.test(name)) expect(back.stdout).toBe(`${value}\n`);
  });

  it('audit: one payload, encrypted', async () => {
    const { stdout, exitCode } = await run('audit', make(sealed), '-o', 'json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ summary: { payloads: 1, encrypted: 1 }, rows: [{ keys: ['k'] }] });
  });
});

describe('what the temporal CLI printed', () => {
  const text = readFileSync('test/fixtures/show-detailed.txt', 'utf8');
  const argv = ['--key', 'a=env:OLD', '--key-format', 'hex'];
  const old = { OLD: '07'.repeat(32) };

  it('is decoded, event by event', async () => {
    const { stdout } = await runMain(['payload', 'decode', '-o', 'jsonl', ...argv], { stdin: text, env: old });
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { path: string; value: unknown });
    expect(found.map(({ path, value: one }) => [path, one])).toEqual([
      ['$[1].input.payloads[0]', { order: 1 }],
      ['$[1].input.payloads[1]', 'two'],
      ['$[1].memo.fields.m', 'memo'],
      ['$[3].input.payloads[0]', { sig: 1 }],
    ]);
  });

  it('reads well with the values in place, and nothing else changed', async () => {
    const { stdout } = await runMain(['payload', 'decode', '--mode', 'readable', ...argv], { stdin: text, env: old });
    const isPayload = /^(input\.payloads\[\d\]|memo\.fields\.m)/;
    const others = (all: string): string[] => all.split('\n').filter((line) => !isPayload.test(line));
    expect(others(stdout)).toEqual(others(text));
    expect(stdout.split('\n').filter((line) => isPayload.test(line))).toEqual([
      'input.payloads[0]: {"order":1}',
      'input.payloads[1]: "two"',
      'memo.fields.m: "memo"',
      'input.payloads[0]: {"sig":1}',
    ]);
  });
});

it.each([
  ['a history', { events: [{ eventId: '1', eventType: 'EVENT_TYPE_WORKFLOW_TASK_SCHEDULED' }] }],
  ['a list of histories', [{ events: [{ eventId: '1', eventType: 'EVENT_TYPE_WORKFLOW_TASK_SCHEDULED' }] }]],
  ['a list of codec bodies', [{ payloads: [] }]],
  ['workflow list', [{ execution: { workflowId: 'a', runId: 'b' }, type: { name: 't' } }]],
])('%s without payloads is a document, not a value', async (_what, document) => {
  const text = JSON.stringify(document);
  const { stdout, exitCode } = await run('encrypt', text, ...keys);
  expect([exitCode, stdout.trim()]).toEqual([0, text]);
});

it.each<[string, string | Buffer]>([
  [
    'a Payload in place of Payloads',
    JSON.stringify({ events: [{ eventId: '1', workflowExecutionSignaledEventAttributes: { input: plain } }] }),
  ],
  [
    'proto Payloads of which one names no encoding',
    message('common.v1.Payloads', { payloads: [plain, { data: base64('x') }] }),
  ],
  ['base64 of a document, with values in shorthand', base64(JSON.stringify({ order: 1 }))],
])('%s is encrypted, and back', async (_what, document) => {
  await withFiles({ in: document }, async (folder) => {
    const form = typeof document === 'string' && !document.startsWith('{') ? ['--input-form', 'shorthand'] : [];
    const there = await run('encrypt', '', `${folder}/in`, '--out', `${folder}/there`, ...keys, ...form);
    expect([there.stderr, there.exitCode]).toEqual(['', 0]);
    await run('decode', '', `${folder}/there`, '--mode', 'replay', '--out', `${folder}/back`, ...keys);
    const back = readFileSync(`${folder}/back`);
    const value = JSON.stringify(jsonPayload('{"order":1}'));
    expect(back).toEqual(form.length === 0 ? Buffer.from(document) : Buffer.from(`${base64(value)}\n`));
  });
});

it.each([
  ['workflow list', '[0]', (info: object) => [info]],
  ['workflow describe', '.workflowExecutionInfo', (info: object) => ({ workflowExecutionInfo: info })],
  ['a list answer', '.executions[0]', (info: object) => ({ executions: [info] })],
])('%s of the CLI, in shorthand: the memo is encrypted, search attributes are not', async (_what, path, make) => {
  const searchAttributes = { indexedFields: { Status: 'open', Many: { metadata: { a: 'b' } } } };
  const info = { execution: { workflowId: 'a' }, memo: { fields: { m: { a: 1 } } }, searchAttributes };
  const sealedText = await run('encrypt', JSON.stringify(make(info)), ...keys);
  expect(sealedText.stdout).toContain(JSON.stringify(searchAttributes));
  const { stdout } = await run('decode', sealedText.stdout, ...keys, '-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({
    payloads: [{ path: `$${path}.memo.fields.m`, status: 'decoded', value: { a: 1 } }],
  });
});

it.each([
  ['{"_protoMessageType":"pkg.Msg","a":1}', '{"a":1}'],
  ['{"a":12345678901234567890, "_protoMessageType":"pkg.Msg"}', '{"a":12345678901234567890}'],
  ['{"a":1,  "_protoMessageType":"pkg.Msg","b":2}', '{"a":1,  "b":2}'],
  ['{ "_protoMessageType" : "pkg.Msg" }', '{  }'],
])('%s in shorthand is a message in proto JSON', async (shorthand, data) => {
  const there = await run('encrypt', `[${shorthand},2]`, ...keys);
  const back = await run('decode', there.stdout, '--mode', 'replay', ...keys);
  const { payloads } = JSON.parse(back.stdout) as { payloads: object[] };
  const metadata = { encoding: base64('json/protobuf'), messageType: base64('pkg.Msg') };
  expect(payloads[0]).toEqual({ metadata, data: base64(data) });
});

describe('outside the payloads', () => {
  it('no byte changes, whatever stands there', async () => {
    const filler = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    const isQuiet = (text: string): boolean => !/metadata|payloads|encodedAttributes|data"/i.test(text);
    await fc.assert(
      fc.asyncProperty(fc.array(filler, { minLength: 1, maxLength: 4 }), fc.nat(3), async (fillers, indent) => {
        fc.pre(isQuiet(JSON.stringify(fillers)));
        const document = {
          events: fillers.map((more, index) => ({
            ...more,
            eventId: String(index + 1),
            workflowExecutionSignaledEventAttributes: { ...more, input: { payloads: [sealed] }, identity: 'é\u2028' },
          })),
        };
        const input = JSON.stringify(document, null, indent);
        const { stdout, exitCode } = await run('decode', input, '--mode', 'replay', ...keys);
        expect(exitCode).toBe(0);
        const open = JSON.stringify(plain);
        const at = (text: string, payload: string): string[] => text.split(payload);
        // The spelling of the sealed payload at its depth of the document.
        const spelled = JSON.stringify(
          document.events[0]?.workflowExecutionSignaledEventAttributes.input,
          null,
          indent,
        );
        const pattern = /\{\s*"metadata":[^{]*\{[^}]*\},\s*"data":\s*"[^"]*"\s*\}/g;
        expect(spelled).toMatch(pattern);
        expect(at(stdout, open)).toEqual(input.split(pattern));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a key file of other codec servers', () => {
  const file =
    '# keys\n- id: key0\n  key: passphrasewhichneedstobe32bytes!\n- id: key1\n  key: anoldpassphraseinourhistory!!!!!\n';
  const using = (text: string, name: string, argv: readonly string[], stdin: string) =>
    withFiles({ [name]: text }, (path) => runMain(['payload', ...argv, '--keyring', `${path}/${name}`], { stdin }));

  it('writes with the first key and reads with all', async () => {
    const made = await using(file, 'keys.yaml', ['encrypt'], '"x"');
    expect((JSON.parse(made.stdout) as { metadata: Record<string, string> }).metadata['encryption-key-id']).toBe(
      base64('key0'),
    );
    const second = await runMain(['payload', 'encrypt', '--key', 'key1=env:K'], {
      stdin: '"y"',
      env: { K: 'anoldpassphraseinourhistory!!!!!' },
    });
    for (const [payload, found] of [
      [made.stdout, '"x"\n'],
      [second.stdout, '"y"\n'],
    ] as const)
      expect((await using(file, 'keys.txt', ['decode'], payload)).stdout).toBe(found);
  });

  it.each([
    ['- id: a\n', /entry 1 \('a'\): its key/],
    ['- key: 0123456789abcdef0123456789abcdef\n', /entry 1: its id/],
    ['a: 1\n', /a list of id and key/],
    ['- id: a\n  key: [SECRET-0451\n', /it is not YAML/],
    ['- id: a\n  key: b\n- id: a\n  key: c\n', /there is a key 'a' already/],
  ])('%j is refused without repeating it', async (text, words) => {
    const { exitCode, stderr } = await using(text, 'keys.yaml', ['encrypt'], '"x"');
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('SECRET-0451');
  });
});
