import proto from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { audit } from './audited.ts';
import { base64, event, history, jsonPayload, sealedWith } from '../history.ts';

const { History } = proto.temporal.api.history.v1;
const KiB = 1024;
const MiB = 1024 * KiB;

type Json = Readonly<Record<string, unknown>>;

const sized = (bytes: number): Json => jsonPayload(`"${'x'.repeat(bytes)}"`);
const list = (...bytes: readonly number[]): Json => ({ payloads: bytes.map(sized) });
const signal = (eventId: number, ...bytes: readonly number[]): Json =>
  event(String(eventId), 'workflowExecutionSignaledEventAttributes', { signalName: 'go', input: list(...bytes) });
const activity = (eventId: number, task: number, bytes: number): Json =>
  event(String(eventId), 'activityTaskScheduledEventAttributes', {
    activityId: 'a',
    input: list(bytes),
    workflowTaskCompletedEventId: String(task),
  });
const completed = (eventId: number): Json =>
  event(String(eventId), 'workflowTaskCompletedEventAttributes', { scheduledEventId: '2' });

/** The same history in every form that it has, and where its event `N` is in it. */
function forms(events: readonly Json[]): readonly (readonly [at: string, document: unknown])[] {
  const ofProto = events.map((one) => ({ ...one, eventTime: null, eventType: 1 }));
  const bytes = Buffer.from(History.encode(History.fromObject({ events: ofProto })).finish());
  const json = history(events);
  return [
    ['$.events[N]', json],
    ['$.events[N]', bytes],
    [events.length > 1 ? '$[N]' : '$', Buffer.from(events.map((one) => JSON.stringify(one)).join('\n'))],
    ['$.rawHistory[0].data.events[N]', { rawHistory: [{ encodingType: 'Proto3', data: bytes.toString('base64') }] }],
    ['$.rawHistory[0].data.events[N]', { rawHistory: [{ encodingType: 'Json', data: base64(JSON.stringify(json)) }] }],
  ];
}

async function told(document: unknown, ...argv: string[]): Promise<readonly (readonly [code: string, path: string])[]> {
  return (await audit(document, ...argv)).audit.findings
    .filter(({ code }) => code.startsWith('SIZE'))
    .map(({ code, path }) => [code, path] as const);
}

describe('an event', () => {
  const started = (input: number, before: number, header: number): Json =>
    event('1', 'workflowExecutionStartedEventAttributes', {
      input: list(input),
      lastCompletionResult: list(before),
      header: { fields: { a: sized(header) } },
    });

  it.each([
    ['below 4 MiB', started(1.9 * MiB, 1.9 * MiB, 100 * KiB), false],
    ['above 4 MiB', started(1.9 * MiB, 1.9 * MiB, 400 * KiB), true],
  ])('has to go into a gRPC message, in whatever form it comes: %s', async (_what, one, isTooLarge) => {
    for (const [at, document] of forms([one])) {
      const errors = (await told(document)).filter(([code]) => code === 'SIZE_ERROR');
      expect(errors).toEqual(isTooLarge ? [['SIZE_ERROR', at.replace('N', '0')]] : []);
    }
  });

  it('is looked at as it is once encrypted', async () => {
    const many = Array<number>(2000).fill(880);
    const attributes = {
      input: list(...many),
      lastCompletionResult: list(...many),
      header: { fields: { a: sized(500 * KiB) } },
    };
    const { audit: found } = await audit(history([event('1', 'workflowExecutionStartedEventAttributes', attributes)]));
    expect(found.findings.filter(({ code }) => code === 'SIZE_ERROR')).toMatchObject([
      {
        path: '$.events[0]',
        message: expect.stringMatching(/^an event of 4\d{6} bytes once encrypted: .* 4 MiB$/) as string,
      },
    ]);
    expect(4000 * (880 + 32) + 500 * KiB).toBeLessThan(4 * MiB);
  });
});

describe('what one workflow task makes', () => {
  const update = (eventId: number): Json =>
    event(String(eventId), 'workflowExecutionUpdateCompletedEventAttributes', {
      outcome: { success: list(1.5 * MiB) },
    });
  const cases: readonly [what: string, events: readonly Json[], at: number | null][] = [
    [
      'three commands',
      [completed(4), activity(5, 4, 1.5 * MiB), activity(6, 4, 1.5 * MiB), activity(7, 4, 1.5 * MiB)],
      0,
    ],
    [
      'without the event that completed it',
      [activity(5, 4, 1.5 * MiB), activity(6, 4, 1.5 * MiB), activity(7, 4, 1.5 * MiB)],
      0,
    ],
    [
      'with a message of an update',
      [signal(1), completed(4), activity(5, 4, 1.5 * MiB), activity(6, 4, 1.5 * MiB), update(7)],
      1,
    ],
    [
      'an update of another task',
      [completed(4), activity(5, 4, 1.5 * MiB), activity(6, 4, 1.5 * MiB), signal(7), update(8)],
      null,
    ],
    [
      'two tasks',
      [completed(4), activity(5, 4, 1.5 * MiB), activity(6, 4, 1.5 * MiB), completed(7), activity(8, 7, 1.5 * MiB)],
      null,
    ],
    [
      'signals between',
      [completed(4), activity(5, 4, 1.5 * MiB), signal(6, 1.5 * MiB), activity(7, 4, 1.5 * MiB)],
      null,
    ],
  ];
  it.each(cases)('is one message and one transaction: %s', async (_what, events, at) => {
    for (const [prefix, document] of forms(events)) {
      const errors = (await told(document)).filter(([code]) => code === 'SIZE_ERROR');
      expect(errors).toEqual(at === null ? [] : [['SIZE_ERROR', prefix.replace('N', String(at))]]);
    }
  });
});

describe('a history', () => {
  it.each([
    [10_240, null],
    [10_241, 'SIZE_WARNING'],
    [51_200, 'SIZE_WARNING'],
    [51_201, 'SIZE_ERROR'],
  ])('of %i events', async (count, code) => {
    const events = [
      event('1', 'workflowExecutionStartedEventAttributes', {}),
      event(String(count), 'timerStartedEventAttributes', {}),
    ];
    expect(await told(history(events))).toEqual(code === null ? [] : [[code, '$.events']]);
    const { audit: found } = await audit(history(events));
    if (code !== null)
      expect(found.findings[0]?.message).toMatch(new RegExp(`^a history of ${String(count)} events: `));
  });

  it.each([
    ['SIZE_WARNING', 22, []],
    ['SIZE_WARNING', 26, [['SIZE_WARNING', '$.events']]],
    ['SIZE_ERROR', 125, [['SIZE_ERROR', '$.events']]],
  ])('of 10 and of 50 MiB: %s', async (_code, count, expected) => {
    const events = Array.from({ length: count }, (_one, index) => signal(index + 1, 420 * KiB));
    const { audit: found } = await audit(history(events));
    expect(found.findings.map(({ code, path }) => [code, path])).toEqual(expected);
    for (const { message } of found.findings) expect(message).toMatch(/^a history of about \d+ bytes once encrypted: /);
  });

  it('ends where the next one begins', async () => {
    const events = Array.from({ length: 20 }, (_one, index) => signal(index + 1, 420 * KiB));
    const one = history(events);
    expect(await told(Buffer.from(`${JSON.stringify(one)}\n${JSON.stringify(one)}\n`))).toEqual([]);
    expect(await told([one, one])).toEqual([]);
    const longer = history([...events, ...events.slice(0, 10).map((_one, index) => signal(index + 21, 420 * KiB))]);
    expect(await told(Buffer.from(`${JSON.stringify(one)}\n${JSON.stringify(longer)}\n`))).toEqual([
      ['SIZE_WARNING', '$[1].events'],
    ]);
  });

  it('of an encrypted workflow is not larger once encrypted', async () => {
    const sealed = await sealedWith('orders-2026', `"${'x'.repeat(420 * KiB)}"`);
    const events = Array.from({ length: 26 }, (_one, index) =>
      event(String(index + 1), 'workflowExecutionSignaledEventAttributes', { input: { payloads: [sealed] } }),
    );
    const { audit: found } = await audit(history(events));
    expect(found.findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^a history of about \d+ bytes: the server warns above 10 MiB$/),
    ]);
  });
});

describe('a memo', () => {
  const started = (fields: Json): Json => event('1', 'workflowExecutionStartedEventAttributes', { memo: { fields } });
  const upserted = (eventId: number, fields: Json): Json =>
    event(String(eventId), 'workflowPropertiesModifiedEventAttributes', { upsertedMemo: { fields } });
  const inStart = '$.events[0].workflowExecutionStartedEventAttributes.memo.fields';
  const inUpsert = '$.events[1].workflowPropertiesModifiedEventAttributes.upsertedMemo.fields';
  const cases: readonly [what: string, events: readonly Json[], expected: readonly unknown[]][] = [
    ['small', [started({ a: sized(500), b: sized(500) })], []],
    ['of more than 2 KiB', [started({ a: sized(1000), b: sized(1000) })], [['SIZE_WARNING', inStart]]],
    ['of one field', [started({ a: sized(2000) })], [['SIZE_WARNING', inStart]]],
    ['of more than 2 MiB', [started({ a: sized(1.2 * MiB), 'b.c"[': sized(1.2 * MiB) })], [['SIZE_ERROR', inStart]]],
    ['that grows', [started({ a: sized(1000) }), upserted(2, { b: sized(1000) })], [['SIZE_WARNING', inUpsert]]],
    ['of which a field changes', [started({ a: sized(1000), b: sized(10) }), upserted(2, { a: sized(1000) })], []],
    ['of another workflow', [started({ a: sized(1000) }), started({ b: sized(1000) })], []],
    [
      "a child's",
      [
        started({ a: sized(1000) }),
        event('2', 'startChildWorkflowExecutionInitiatedEventAttributes', {
          memo: { fields: { a: sized(1000), b: sized(10) } },
        }),
        upserted(3, { c: sized(10) }),
      ],
      [],
    ],
  ];
  it.each(cases)('is bounded by itself: %s', async (_what, events, expected) => {
    expect((await told(history(events))).filter(([, path]) => path.endsWith('.fields'))).toEqual(expected);
  });
});

describe('other things that the server bounds as a whole', () => {
  it('the details of a marker', async () => {
    const attributes = { markerName: 'm', details: { data: list(1.2 * MiB), 'odd name': list(1.2 * MiB) } };
    expect(await told(history([event('1', 'markerRecordedEventAttributes', attributes)]))).toEqual([
      ['SIZE_WARNING', '$.events[0].markerRecordedEventAttributes.details.data.payloads[0]'],
      ['SIZE_WARNING', '$.events[0].markerRecordedEventAttributes.details["odd name"].payloads[0]'],
      ['SIZE_ERROR', '$.events[0].markerRecordedEventAttributes.details'],
    ]);
  });

  it('a failure with its causes', async () => {
    const cause = { message: 'm', stackTrace: 'at pay()\n'.repeat(40_000) };
    const failure = { message: 'm', stackTrace: 'at pay()\n'.repeat(30_000), cause };
    const events = [event('1', 'activityTaskFailedEventAttributes', { failure })];
    for (const [at, document] of forms(events))
      expect(await told(document)).toEqual([
        ['SIZE_WARNING', `${at.replace('N', '0')}.activityTaskFailedEventAttributes.failure`],
      ]);
  });

  it('one payload in a list, with what the list adds to it', async () => {
    const bytes = 2 * MiB - 71;
    const [row] = (await audit({ payloads: [sized(bytes)] })).audit.rows;
    const at = bytes + 2 * MiB - Number(row?.['largest']);
    expect(await told({ payloads: [sized(at)] })).toContainEqual(['SIZE_ERROR', '$.payloads']);
    expect(await told(sized(at))).toEqual([['SIZE_WARNING', '$']]);
  });

  it('nothing of what crosses the endpoint of the server itself, but payloads in it', async () => {
    const { SignalWithStartWorkflowExecutionRequest } = proto.temporal.api.workflowservice.v1;
    const payload = (bytes: number) => ({
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.alloc(bytes),
    });
    const request = SignalWithStartWorkflowExecutionRequest.fromObject({
      input: { payloads: [payload(1.2 * MiB)] },
      signalInput: { payloads: [payload(1.2 * MiB)] },
    });
    const envelope = {
      metadata: {
        encoding: base64('binary/protobuf'),
        messageType: base64('temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest'),
        __temporal_system_payload: base64('true'),
      },
      data: Buffer.from(SignalWithStartWorkflowExecutionRequest.encode(request).finish()).toString('base64'),
    };
    const at = (endpoint: string) =>
      told(
        history([
          event('1', 'nexusOperationScheduledEventAttributes', {
            endpoint,
            service: 's',
            operation: 'o',
            input: envelope,
          }),
        ]),
      );
    const inner = (['input', 'signalInput'] as const).map((name) => [
      'SIZE_WARNING',
      `$.events[0].nexusOperationScheduledEventAttributes.input.data.${name}.payloads[0]`,
    ]);
    expect(await at('__temporal_system')).toEqual(inner);
  });
});
