import { gzipSync } from 'node:zlib';
import proto from '@temporalio/proto';
import fc from 'fast-check';
import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { base64, event, history, jsonPayload, keyring, scheduled, sealedWith, withFiles } from '../history.ts';

const root = proto as unknown as protobuf.Root;
const plain = jsonPayload('{"id": 1234567890123456789}');

interface Result {
  readonly payloads: readonly {
    readonly path: string;
    readonly status: string;
    readonly error?: { readonly code: string };
  }[];
  readonly summary: Readonly<Record<string, number>>;
}

async function decode(
  stdin: string | Uint8Array,
  ...argv: string[]
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return runMain(['payload', 'decode', ...argv], { stdin });
}

function message(type: string, object: object): Buffer {
  const found = root.lookupType(`temporal.api.${type}`);
  return Buffer.from(found.encode(found.fromObject(object)).finish());
}

const protoEvent = {
  eventId: '1',
  eventType: 1,
  activityTaskCompletedEventAttributes: { result: { payloads: [plain] } },
};
const protoHistory = { events: [protoEvent] };
const jsonHistory = history([event('1', 'activityTaskCompletedEventAttributes', { result: { payloads: [plain] } })]);
const below = 'activityTaskCompletedEventAttributes.result.payloads[0]';

describe('what is read', () => {
  const containers: readonly [what: string, input: string | Uint8Array, path: string][] = [
    ['a Payload', JSON.stringify(plain), '$'],
    ['Payloads, a codec server body', JSON.stringify({ payloads: [plain] }), '$.payloads[0]'],
    ['a history', JSON.stringify(jsonHistory), `$.events[0].${below}`],
    ['a history with a byte order mark', `\ufeff${JSON.stringify(jsonHistory)}`, `$.events[0].${below}`],
    [
      'a history in an answer',
      JSON.stringify({ history: jsonHistory, nextPageToken: '' }),
      `$.history.events[0].${below}`,
    ],
    ['bare events', JSON.stringify((jsonHistory as { events: object }).events), `$[0].${below}`],
    [
      'one event',
      JSON.stringify({ ...event('1', 'activityTaskCompletedEventAttributes', { result: { payloads: [plain] } }) }),
      `$.${below}`,
    ],
    [
      'a history in base64 in an answer',
      JSON.stringify({
        rawHistory: [
          {
            encodingType: 'ENCODING_TYPE_PROTO3',
            data: message('history.v1.History', protoHistory).toString('base64'),
          },
        ],
      }),
      `$.rawHistory[0].data.events[0].${below}`,
    ],
    ['a list of payloads', JSON.stringify([plain]), '$[0]'],
    ['a payload in an unknown document', JSON.stringify({ some: { thing: plain } }), '$.some.thing'],
    [
      'base64 of a proto Payload',
      message('common.v1.Payload', { metadata: { encoding: base64('json/plain') }, data: base64('1') }).toString(
        'base64',
      ),
      '$',
    ],
    [
      'URL-safe base64 without padding',
      message('common.v1.Payload', { metadata: { encoding: base64('json/plain') }, data: base64('1') }).toString(
        'base64url',
      ),
      '$',
    ],
    ['base64 of JSON', base64(JSON.stringify(plain)), '$'],
    ['a proto Payload', message('common.v1.Payload', plain), '$'],
    ['proto Payloads', message('common.v1.Payloads', { payloads: [plain] }), '$.payloads[0]'],
    ['a .bin history', message('history.v1.History', protoHistory), `$.events[0].${below}`],
    [
      'a proto answer',
      message('workflowservice.v1.GetWorkflowExecutionHistoryResponse', { history: protoHistory }),
      `$.history.events[0].${below}`,
    ],
    [
      'a proto answer with a raw history',
      message('workflowservice.v1.GetWorkflowExecutionHistoryResponse', {
        rawHistory: [{ encodingType: 1, data: message('history.v1.History', protoHistory) }],
      }),
      `$.rawHistory[0].data.events[0].${below}`,
    ],
    ['a line of the CLI', `Results:\n  Result  ${JSON.stringify(plain)}\n  Status  COMPLETED\n`, '$'],
    ['shorthand', '"just a value"', '$'],
  ];
  it.each(containers)('%s', async (_what, input, path) => {
    const { stdout, exitCode } = await decode(input, '-o', 'json');
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as Result).payloads.map((payload) => payload.path)).toEqual([path]);
    // Nothing to decode: the document comes back to the byte.
    const replay = await decode(input, '--mode', 'replay');
    const same = typeof input === 'string' && /^[A-Za-z0-9_-]+={0,2}$/.test(input) && path === '$';
    if (!same)
      expect(
        Buffer.from(replay.stdout).equals(
          Buffer.from(typeof input === 'string' ? input : Buffer.from(input).toString()),
        ),
      ).toBe(true);
  });

  it.each(['proto', 'JSON'])('raw histories in %s go on with one another: a result has its endpoint', async (form) => {
    const start = { nexusOperationScheduledEventAttributes: { endpoint: 'billing', operation: 'o', input: plain } };
    const end = { nexusOperationCompletedEventAttributes: { scheduledEventId: '5', result: plain } };
    const rawHistory = [start, end].map((attributes, index) => {
      const events = [{ eventId: String(5 + index), eventType: 49 + index, ...attributes }];
      const bytes = form === 'proto' ? message('history.v1.History', { events }) : JSON.stringify({ events });
      return { data: Buffer.from(bytes).toString('base64') };
    });
    const { stdout } = await runMain(['payload', 'inspect', '-o', 'json'], { stdin: JSON.stringify({ rawHistory }) });
    const { payloads } = JSON.parse(stdout) as { payloads: object[] };
    expect(payloads).toMatchObject([{ endpoint: 'billing' }, { endpoint: 'billing', operation: 'o' }]);
  });

  it('is a Cloud export', async () => {
    const item = message('history.v1.History', protoHistory);
    const wrap = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0x0a, ...lengthOf(bytes.length)]), bytes]);
    const { stdout } = await decode(wrap(wrap(item)), '-o', 'json');
    expect((JSON.parse(stdout) as Result).payloads[0]?.path).toBe(`$.items[0].history.events[0].${below}`);
  });

  it('is one JSON value a line, each with its place', async () => {
    const { stdout } = await decode(`${JSON.stringify(plain)}\n${JSON.stringify(jsonHistory)}\n`, '-o', 'jsonl');
    const paths = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { path: string }).path);
    expect(paths).toEqual(['$[0]', `$[1].events[0].${below}`]);
  });

  it('keeps numbers digit for digit', async () => {
    expect((await decode(JSON.stringify(plain))).stdout).toBe('{"id": 1234567890123456789}\n');
    expect((await decode(JSON.stringify(plain), '-o', 'json')).stdout).toContain(
      '"value": {"id": 1234567890123456789}',
    );
  });

  it.each(['"a\u0000b"', '"a\nb"', '{"a":"\\x"}', '"\ud800"'.slice(0, 2), '[1,]'])(
    'what says that it is JSON and is not (%j) is shown as bytes',
    async (text) => {
      const payload = { metadata: { encoding: base64('json/plain') }, data: base64(text) };
      const { stdout, exitCode } = await decode(JSON.stringify(payload), '-o', 'json');
      expect(exitCode).toBe(0);
      expect((JSON.parse(stdout) as { payloads: object[] }).payloads[0]).toMatchObject({ base64: base64(text) });
      const lines = await decode(JSON.stringify({ events: [{ eventId: '1', a: payload }] }), '--mode', 'readable');
      expect(JSON.parse(lines.stdout)).toMatchObject({ events: [{ a: payload }] });
    },
  );

  it('never touches search attributes', async () => {
    const attributes = { searchAttributes: { indexedFields: { K: plain } }, memo: { fields: { m: plain } } };
    const document = JSON.stringify(history([event('1', 'workflowExecutionStartedEventAttributes', attributes)]));
    const sealed = await runMain(['payload', 'encrypt', '--preset', 'go'], { stdin: document });
    const [first] = (
      JSON.parse(sealed.stdout) as {
        events: { workflowExecutionStartedEventAttributes: { searchAttributes: object; memo: object } }[];
      }
    ).events;
    expect(first?.workflowExecutionStartedEventAttributes.searchAttributes).toEqual(attributes.searchAttributes);
    expect(first?.workflowExecutionStartedEventAttributes.memo).not.toEqual(attributes.memo);
  });
});

function lengthOf(length: number): number[] {
  return length < 128 ? [length] : [(length & 127) | 128, length >> 7];
}

describe('malformed input is named', () => {
  const readable = (what: string, data: unknown, encoding: string): readonly Malformed[] => {
    const payload = { metadata: { encoding, encodingDecoded: 'json/plain' }, data };
    const signal = event('1', 'workflowExecutionSignaledEventAttributes', { input: { payloads: [payload] } });
    const input = JSON.stringify(history([signal]));
    return [[`a readable download of the Web UI with ${what}`, input, 'PAYLOAD_MALFORMED', 1]];
  };
  type Malformed = [what: string, input: string | Buffer, code: string, exit: number];
  const malformed: readonly Malformed[] = [
    [
      'an encoding that is not base64',
      JSON.stringify(
        history([
          event('1', 'activityTaskCompletedEventAttributes', {
            result: { payloads: [{ metadata: { encoding: 'json/plain' }, data: 'IjEi' }] },
          }),
        ]),
      ),
      'PAYLOAD_MALFORMED',
      1,
    ],
    [
      'data that is not base64',
      JSON.stringify({ metadata: { encoding: base64('json/plain') }, data: 'a*b' }),
      'PAYLOAD_MALFORMED',
      1,
    ],
    ...readable('an object', { a: 1 }, base64('json/plain')),
    ...readable('a number', 1, base64('json/plain')),
    ...readable('a list', [], base64('json/protobuf')),
    ...readable('false', false, 'json/plain'),
    [
      'a sealed payload that is too short',
      JSON.stringify({
        metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': '' },
        data: base64('x'),
      }),
      'PAYLOAD_MALFORMED',
      1,
    ],
    [
      'damaged zlib',
      JSON.stringify({ metadata: { encoding: base64('binary/zlib') }, data: base64('nonsense') }),
      'PAYLOAD_MALFORMED',
      1,
    ],
    [
      'damaged snappy',
      JSON.stringify({ metadata: { encoding: base64('binary/snappy') }, data: base64('\u007f\u007f') }),
      'PAYLOAD_MALFORMED',
      1,
    ],
    [
      'an external size that no int64 holds',
      JSON.stringify({
        metadata: { encoding: base64('json/plain') },
        externalPayloads: [{ sizeBytes: '9'.repeat(19) }],
      }),
      'PAYLOAD_MALFORMED',
      1,
    ],
    ['half a document', '{"events":[{"eventId":"1",', 'INPUT_INVALID', 3],
    ['nothing', '', 'INPUT_INVALID', 3],
    ['UTF-16', Buffer.from('\ufeff{"payloads":[]}', 'utf16le'), 'INPUT_INVALID', 3],
    ['UTF-16 without a mark', Buffer.from('{"payloads":[]}', 'utf16le'), 'INPUT_INVALID', 3],
    ['gzip', gzipSync('{"payloads":[]}'), 'INPUT_INVALID', 3],
    ['prose', 'hello, is this a payload?', 'INPUT_INVALID', 3],
    ['JSON nested too deep', `${'['.repeat(2000)}${']'.repeat(2000)}`, 'LIMIT_EXCEEDED', 1],
  ];
  it.each(malformed)('%s', async (_what, input, code, exit) => {
    const { exitCode, stdout, stderr } = await decode(input, '-o', 'json', '--preset', 'go');
    expect(exitCode).toBe(exit);
    const found =
      stdout === ''
        ? (JSON.parse(stderr) as { error: { code: string } }).error
        : (JSON.parse(stdout) as Result).payloads[0]?.error;
    expect(found?.code).toBe(code);
  });

  it.each([
    ['gzip', gzipSync('{"payloads":[]}'), /gzip[\s\S]*gunzip -c/],
    ['UTF-16', Buffer.from('\ufeff{"payloads":[]}', 'utf16le'), /UTF-16[\s\S]*iconv/],
    ['UTF-16 without a mark', Buffer.from('[{"eventId":"1"}]', 'utf16le'), /UTF-16[\s\S]*iconv/],
    ['UTF-16 of the other order', Buffer.from('{"payloads":[]}', 'utf16le').swap16(), /UTF-16[\s\S]*iconv/],
  ])('%s is named, with what makes JSON of it', async (_what, input, wanted) => {
    const { stderr } = await decode(input);
    expect(stderr).toMatch(wanted);
  });

  it.each([
    [
      'a null failure',
      history([
        event('1', 'workflowExecutionFailedEventAttributes', { failure: { message: 'x', encodedAttributes: null } }),
      ]),
    ],
    [
      'an encoding with a line break',
      history([
        event('1', 'activityTaskCompletedEventAttributes', {
          result: { payloads: [{ metadata: { encoding: base64('binary/null\n') } }] },
        }),
      ]),
    ],
    ['unknown events and fields', history([event('1', 'somethingNewEventAttributes', { a: [1, { b: null }] })])],
    [
      'a readable download',
      history([event('1', 'activityTaskCompletedEventAttributes', { result: { payloads: ['value', { a: 1 }] } })]),
    ],
  ])('%s passes through to the byte', async (_what, document) => {
    const input = `${JSON.stringify(document, null, 2)}\n`;
    const { exitCode, stdout } = await decode(input, '--mode', 'replay');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(input);
  });

  it('a layer that unpacks to more than is allowed', async () => {
    const { deflateSync } = await import('node:zlib');
    const bomb = deflateSync(Buffer.alloc(20 * 1024 * 1024)).toString('base64');
    const { exitCode, stdout } = await decode(
      JSON.stringify({ metadata: { encoding: base64('binary/zlib') }, data: bomb }),
      '-o',
      'json',
    );
    expect(exitCode).toBe(1);
    expect((JSON.parse(stdout) as Result).payloads[0]?.error?.code).toBe('LIMIT_EXCEEDED');
  });

  it('more than eight layers', async () => {
    const { deflateSync } = await import('node:zlib');
    let bytes = message('common.v1.Payload', plain);
    let data = '';
    for (let layer = 0; layer < 10; layer += 1) {
      data = deflateSync(bytes).toString('base64');
      bytes = message('common.v1.Payload', { metadata: { encoding: base64('binary/zlib') }, data });
    }
    const { stdout } = await decode(
      JSON.stringify({ metadata: { encoding: base64('binary/zlib') }, data }),
      '-o',
      'json',
    );
    expect((JSON.parse(stdout) as Result).payloads[0]?.error?.code).toBe('LIMIT_EXCEEDED');
  });

  it('whatever is thrown at it: no crash, no bug', async () => {
    const payload = fc.record(
      {
        metadata: fc.dictionary(
          fc.string(),
          fc.oneof(
            fc.string(),
            fc.base64String(),
            fc.constantFrom(base64('binary/encrypted'), base64('binary/snappy'), base64('binary/zlib')),
          ),
        ),
        data: fc.oneof(fc.base64String(), fc.string(), fc.constant(null)),
      },
      { requiredKeys: [] },
    );
    const document = fc.oneof(
      fc.json({ maxDepth: 4 }),
      payload.map((one) =>
        JSON.stringify({
          events: [{ eventId: '1', activityTaskCompletedEventAttributes: { result: { payloads: [one] } } }],
        }),
      ),
      payload.map((one) => JSON.stringify(one)),
      fc.string(),
      fc.base64String(),
    );
    const bytes = fc.oneof(
      document.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 400 }),
      fc.tuple(document, fc.nat(), fc.nat(255)).map(([text, at, byte]) => {
        const damaged = Buffer.from(text);
        if (damaged.length > 0) damaged[at % damaged.length] = byte;
        return damaged;
      }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (input) => {
        for (const argv of [
          ['decode', '--preset', 'go'],
          ['decode', '--mode', 'replay', '--preset', 'go'],
          ['decode', '--mode', 'readable'],
          ['encrypt', '--preset', 'go'],
          ['inspect'],
          ['audit'],
        ]) {
          const { exitCode, stdout, stderr } = await runMain(['payload', ...argv, '-o', 'json'], { stdin: input });
          expect([0, 1, 3], stderr).toContain(exitCode);
          // Whatever the payloads say that they are, what is made of them is JSON.
          if (exitCode !== 3 && !argv.includes('--mode') && argv[0] !== 'encrypt') JSON.parse(stdout);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('decode and encrypt', () => {
  it('are inverse for every value, whatever key seals it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        if (Array.isArray(JSON.parse(json))) return;
        const opened = await runMain(['payload', 'decode', '--key', 'orders-2026=env:KEY'], {
          stdin: JSON.stringify(await sealedWith('orders-2026', json, '--input-form', 'shorthand')),
          env: { KEY: `${'0'.repeat(63)}1` },
        });
        expect(opened.stdout).toBe(`${json}\n`);
      }),
      { numRuns: 20 },
    );
  });

  const events = [
    scheduled('5', 'billing', plain),
    event('7', 'nexusOperationCompletedEventAttributes', { scheduledEventId: '5', result: plain }),
    event('9', 'activityTaskCompletedEventAttributes', { result: { payloads: [plain] } }),
  ];
  const stranger = [
    event('1', 'x', {}),
    event('7', 'nexusOperationCompletedEventAttributes', { scheduledEventId: '5' }),
  ];
  it.each([
    ['a history', history(events)],
    ['lines of events', events],
    ['lines of histories', [history(stranger), history(events), history(stranger)]],
    ['pages of a history', [{ history: history(events.slice(0, 1)) }, { history: history(events.slice(1)) }]],
    ['a list of histories', [[history(stranger), history(events)]]],
    ['a list of answers', [[{ history: history(events) }]]],
    ['a Cloud export as JSON', { items: [{ history: history(stranger) }, { history: history(events) }] }],
  ])('move %s to other keys, endpoints included, and leave the rest as it is', async (_what, content) => {
    const document = `${(Array.isArray(content) ? content : [content]).map((line) => JSON.stringify(line)).join('\n')}\n`;
    await withFiles(keyring, async (folder) => {
      const flags = ['--keyring', `${folder}/keyring.toml`];
      const sealed = await runMain(['payload', 'encrypt', ...flags], { stdin: document });
      expect(sealed.exitCode).toBe(0);
      const inspected = await runMain(['payload', 'inspect', '-o', 'json'], { stdin: sealed.stdout });
      const { payloads } = JSON.parse(inspected.stdout) as {
        payloads: { layers: { family: string; endpoint?: string; keyId?: string }[] }[];
      };
      expect(payloads.map(({ layers }) => layers[0])).toMatchObject([
        { family: 'endpoint', endpoint: 'billing' },
        { family: 'endpoint', endpoint: 'billing' },
        { family: 'aes-gcm', keyId: 'orders-2026' },
      ]);
      const back = await runMain(['payload', 'decode', '--mode', 'replay', ...flags], { stdin: sealed.stdout });
      expect(back.stdout).toBe(document);
    });
  });

  it('give no result of one history the endpoint of another', async () => {
    const result = event('7', 'nexusOperationCompletedEventAttributes', { scheduledEventId: '5', result: plain });
    const lines = [...events, event('1', 'x', {}), result].map((line) => JSON.stringify(line)).join('\n');
    await withFiles(keyring, async (folder) => {
      const sealed = await runMain(['payload', 'encrypt', '--keyring', `${folder}/keyring.toml`], { stdin: lines });
      const last = sealed.stdout.trim().split('\n').at(-1) ?? '';
      expect(last).toContain(base64('orders-2026'));
    });
  });

  it('refuse a payload that was written for another endpoint', async () => {
    await withFiles(keyring, async (folder) => {
      const flags = ['--keyring', `${folder}/keyring.toml`];
      const { stdout } = await runMain(['payload', 'encrypt', '--endpoint', 'billing', ...flags], { stdin: '"x"' });
      const moved = JSON.stringify(
        history([scheduled('5', 'shipping', JSON.parse(stdout) as Record<string, unknown>)]),
      );
      const { exitCode, stdout: result } = await runMain(['payload', 'decode', '-o', 'json', ...flags], {
        stdin: moved,
      });
      expect(exitCode).toBe(1);
      expect((JSON.parse(result) as Result).payloads[0]?.error?.code).toBe('CONTEXT_MISMATCH');
    });
  });

  it.each([[[]], [['--active', 'orders-2026']], [['--preset', 'endpoint']], [['-n', 'orders']]])(
    'are sealed with no other key when the endpoint that is named has none: %j',
    async (more) => {
      await withFiles(keyring, async (folder) => {
        const argv = ['payload', 'encrypt', '--endpoint', 'biling', '--keyring', `${folder}/keyring.toml`, ...more];
        const { exitCode, stdout, stderr } = await runMain(argv, { stdin: '"x"' });
        expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
        expect(stderr).toContain("no key for the endpoint 'biling'");
        expect(stderr).toContain('billing');
      });
    },
  );

  it('restore failures through their causes in a readable history', async () => {
    const words = jsonPayload('{"message":"boom","stack_trace":"at line 1"}');
    const encoded = (rest: object): object => ({
      message: 'Encoded failure',
      source: 'GoSDK',
      stackTrace: '',
      encodedAttributes: words,
      ...rest,
    });
    const document = JSON.stringify(
      history([event('1', 'workflowExecutionFailedEventAttributes', { failure: encoded({ cause: encoded({}) }) })]),
    );
    const { stdout } = await decode(document, '--mode', 'readable');
    const { events } = JSON.parse(stdout) as {
      events: { workflowExecutionFailedEventAttributes: { failure: object } }[];
    };
    const restored = { message: 'boom', source: 'GoSDK', stackTrace: 'at line 1' };
    expect(events[0]?.workflowExecutionFailedEventAttributes.failure).toEqual({ ...restored, cause: restored });
  });

  it('open system-Nexus envelopes and keep them readable for the server', async () => {
    const request = message('workflowservice.v1.SignalWithStartWorkflowExecutionRequest', {
      namespace: 'n',
      workflowId: 'w',
      input: { payloads: [plain] },
    });
    const envelope = {
      metadata: {
        encoding: base64('binary/protobuf'),
        messageType: base64('temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest'),
        __temporal_system_payload: base64('true'),
      },
      data: request.toString('base64'),
    };
    const sealed = await runMain(['payload', 'encrypt', '--preset', 'go'], { stdin: JSON.stringify(envelope) });
    const outer = JSON.parse(sealed.stdout) as { metadata: object; data: string };
    expect(outer.metadata).toEqual(envelope.metadata);
    const type = root.lookupType('temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest');
    expect(type.toObject(type.decode(Buffer.from(outer.data, 'base64')))).toMatchObject({ workflowId: 'w' });
    const { stdout } = await decode(sealed.stdout, '--preset', 'go', '-o', 'json');
    expect((JSON.parse(stdout) as Result).payloads).toMatchObject([
      { path: '$' },
      { path: '$.data.input.payloads[0]', status: 'decoded' },
    ]);
    expect((await decode(sealed.stdout, '--preset', 'go', '--mode', 'replay')).stdout).toBe(JSON.stringify(envelope));
  });
});
