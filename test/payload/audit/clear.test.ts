import proto from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { audit } from './audited.ts';
import { base64, event, history, jsonPayload, scheduled } from '../history.ts';

const { History } = proto.temporal.api.history.v1;
const secret = 's3cr3t-value';
const callback = { nexus: { url: 'https://x.example/cb', header: { 'x-tenant': secret, authorization: secret } } };
const request = { meta: { updateId: 'u' }, input: { name: 'set' }, completionCallbacks: [callback] };

/** Where the protocol has the headers of a callback or an operation, in one event. */
const events: readonly [path: string, attributes: string, value: Readonly<Record<string, unknown>>][] = [
  [
    'completionCallbacks[0].nexus.header',
    'workflowExecutionStartedEventAttributes',
    { completionCallbacks: [callback] },
  ],
  [
    'attachedCompletionCallbacks[0].nexus.header',
    'workflowExecutionOptionsUpdatedEventAttributes',
    { attachedCompletionCallbacks: [callback] },
  ],
  [
    'workflowUpdateOptions[0].attachedCompletionCallbacks[0].nexus.header',
    'workflowExecutionOptionsUpdatedEventAttributes',
    { workflowUpdateOptions: [{ updateId: 'u', attachedCompletionCallbacks: [callback] }] },
  ],
  [
    'acceptedRequest.completionCallbacks[0].nexus.header',
    'workflowExecutionUpdateAcceptedEventAttributes',
    { acceptedRequest: request },
  ],
  ['request.completionCallbacks[0].nexus.header', 'workflowExecutionUpdateAdmittedEventAttributes', { request }],
  [
    'rejectedRequest.completionCallbacks[0].nexus.header',
    'workflowExecutionUpdateRejectedEventAttributes',
    { rejectedRequest: request },
  ],
  // An operation without input has headers all the same.
  [
    'nexusHeader',
    'nexusOperationScheduledEventAttributes',
    { endpoint: 'pay', service: 's', operation: 'o', nexusHeader: { 'x-tenant': secret, authorization: secret } },
  ],
];

function protoHistory(attributes: string, value: unknown): Buffer {
  return Buffer.from(
    History.encode(
      History.fromObject({ events: [{ eventId: 7, eventTime: { seconds: 1 }, eventType: 1, [attributes]: value }] }),
    ).finish(),
  );
}

function rawHistory(encodingType: string, data: Buffer): unknown {
  return { rawHistory: [{ encodingType, data: data.toString('base64') }] };
}

async function headersOf(document: unknown) {
  const { audit: found, stdout } = await audit(document);
  // Whatever a header holds may be a secret: only its name is told.
  expect(stdout).not.toContain(secret);
  return found.findings.filter(({ code }) => code === 'CLEAR_HEADER');
}

describe('headers in clear', () => {
  it.each(events)('are told by name and place: %s of %s', async (path, attributes, value) => {
    const jsonForm = history([event('7', attributes, value)]);
    const protoForm = protoHistory(attributes, value);
    const documents: readonly [document: unknown, at: string][] = [
      [jsonForm, '$.events[0]'],
      [protoForm, '$.events[0]'],
      [rawHistory('Json', Buffer.from(JSON.stringify(jsonForm))), '$.rawHistory[0].data.events[0]'],
      [rawHistory('Proto3', protoForm), '$.rawHistory[0].data.events[0]'],
    ];
    for (const [document, at] of documents) {
      const found = await headersOf(document);
      expect(found.map((finding) => finding.path)).toEqual(Array(2).fill(`${at}.${attributes}.${path}`));
      expect(found.map(({ message }) => /'(.*)'/.exec(message)?.[1]).sort()).toEqual(['authorization', 'x-tenant']);
      expect(found.map(({ endpoint }) => endpoint)).toEqual(Array(2).fill(value['endpoint']));
    }
  });

  it('of a request in an envelope of the server, and failures there', async () => {
    const { StartWorkflowExecutionRequest } = proto.temporal.api.workflowservice.v1;
    const start = StartWorkflowExecutionRequest.fromObject({
      completionCallbacks: [callback],
      continuedFailure: { message: 'card refused' },
      input: { payloads: [] },
    });
    const envelope = {
      metadata: {
        encoding: base64('binary/protobuf'),
        messageType: base64('temporal.api.workflowservice.v1.StartWorkflowExecutionRequest'),
        __temporal_system_payload: base64('true'),
      },
      data: Buffer.from(StartWorkflowExecutionRequest.encode(start).finish()).toString('base64'),
    };
    const { audit: found } = await audit(history([scheduled('5', '__temporal_system', envelope)]));
    const input = '$.events[0].nexusOperationScheduledEventAttributes.input.data';
    expect(found.findings.map(({ code, path }) => [code, path])).toEqual([
      ['CLEAR_FAILURE', `${input}.continuedFailure`],
      ['CLEAR_HEADER', `${input}.completionCallbacks[0].nexus.header`],
      ['CLEAR_HEADER', `${input}.completionCallbacks[0].nexus.header`],
    ]);
  });

  it('of requests and descriptions as JSON', async () => {
    const described = { workflowExecutionInfo: {}, callbacks: [{ callback, state: 'CALLBACK_STATE_STANDBY' }] };
    expect((await headersOf(described)).map(({ path }) => path)).toContain('$.callbacks[0].callback.nexus.header');
    const started = { namespace: 'n', input: { payloads: [jsonPayload('1')] }, completion_callbacks: [callback] };
    expect((await headersOf(started)).map(({ path }) => path)).toContain('$.completion_callbacks[0].nexus.header');
    const operation = { endpoint: 'pay', input: jsonPayload('1'), nexus_header: { 'x-tenant': secret } };
    expect((await headersOf(operation)).map(({ path }) => path)).toEqual(['$.nexus_header']);
  });

  it('say which of several documents they are in', async () => {
    const one = JSON.stringify(history([event('1', events[0]?.[1] ?? '', events[0]?.[2] ?? {})]));
    const found = await headersOf(Buffer.from(`${one}\n${one}\n`));
    expect(found.map(({ path }) => path.slice(0, 4))).toEqual(['$[0]', '$[0]', '$[1]', '$[1]']);
  });
});

describe("the temporal CLI's text of all details", () => {
  const payload = (path: string): string => `${path}.data: MQ==\n${path}.metadata.encoding: ${base64('json/plain')}\n`;
  const heading = (id: number, type: string): string => `--------------- [${String(id)}] ${type} ---------------\n`;
  const encoded = payload('failure.encodedAttributes');
  const text = [
    `Progress:\n${heading(1, 'WorkflowExecutionStarted')}attempt: 1\ncompletionCallbacks[0].nexus.header.x-tenant: ${secret}\n`,
    `completionCallbacks[0].nexus.url: https://x.example/cb\n${payload('input.payloads[0]')}`,
    `\n${heading(5, 'NexusOperationScheduled')}endpoint: pay\n${payload('input')}nexusHeader.a.b: ${secret}\n`,
    `nexusHeader.authorization: ${secret}\noperation: o\n`,
    `\n${heading(7, 'NexusOperationFailed')}failure.cause.message: card refused\nfailure.cause.stackTrace: at pay()\n`,
    `${encoded}failure.message: Encoded failure\nfailure.source: GoSDK\nscheduledEventId: 5\n`,
    `\n${heading(9, 'WorkflowTaskFailed')}cause: WORKFLOW_TASK_FAILED_CAUSE_X\nfailure.message: boom\n`,
    `failure.nexusHandlerFailureInfo.type: NOT_FOUND\n`,
  ].join('');

  it.each([
    ['\n', text],
    ['\r\n', text.replaceAll('\n', '\r\n')],
  ])('has headers and words of failures: lines end with %j', async (_end, lines) => {
    const { audit: found, stdout } = await audit(Buffer.from(lines));
    expect(stdout).not.toContain(secret);
    expect(
      found.findings
        .filter(({ code }) => code.startsWith('CLEAR'))
        .map(({ code, path, message, endpoint }) => [code, path, /'(.*)'/.exec(message)?.[1], endpoint]),
    ).toEqual([
      ['CLEAR_FAILURE', '$[7].failure.encodedAttributes', undefined, 'pay'],
      ['CLEAR_HEADER', '$[1].completionCallbacks[0].nexus.header', 'x-tenant', undefined],
      ['CLEAR_HEADER', '$[5].nexusHeader', 'a.b', 'pay'],
      ['CLEAR_HEADER', '$[5].nexusHeader', 'authorization', 'pay'],
      ['CLEAR_FAILURE', '$[7].failure.cause', undefined, 'pay'],
      ['CLEAR_FAILURE', '$[9].failure', undefined, undefined],
    ]);
  });
});

describe('failures in clear', () => {
  const encoded = {
    metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('k') },
    data: 'eHg=',
  };
  const cases: readonly [what: string, failure: Readonly<Record<string, unknown>>, message: RegExp | null][] = [
    ['a message', { message: 'card refused' }, /^the message of this failure is in clear/],
    ['both', { message: 'card refused', stackTrace: 'at pay()' }, /^the message and the stack trace of this failure/],
    ['a stack trace alone', { stackTrace: 'at pay()' }, /^the stack trace of this failure is in clear/],
    ['neither', { message: '', stackTrace: '', source: 'GoSDK' }, null],
    ['encoded', { message: 'Encoded failure', stackTrace: '', encodedAttributes: encoded }, null],
    [
      'a stack trace beside what is encoded',
      { message: 'Encoded failure', stackTrace: 'at pay()', encodedAttributes: encoded },
      /^the stack trace of this failure is in clear beside its encoded attributes/,
    ],
    [
      'a message beside what is encoded',
      { message: 'card refused', encodedAttributes: encoded },
      /^the message of this failure is in clear beside its encoded attributes/,
    ],
    [
      'words that are encoded and not encrypted',
      { message: 'Encoded failure', encodedAttributes: jsonPayload('{"message":"x","stack_trace":""}') },
      /encoded and not encrypted/,
    ],
  ];
  it.each(cases)('%s', async (_what, failure, message) => {
    const attributes = 'activityTaskFailedEventAttributes';
    const value = { failure: { cause: failure } };
    const protoForm = protoHistory(attributes, value);
    for (const document of [
      history([event('7', attributes, value)]),
      protoForm,
      rawHistory('Proto3', protoForm),
      rawHistory('Json', Buffer.from(JSON.stringify(history([event('7', attributes, value)])))),
    ]) {
      const found = (await audit(document)).audit.findings.filter(({ code }) => code === 'CLEAR_FAILURE');
      expect(found).toHaveLength(message === null ? 0 : 1);
      if (message !== null) expect(found[0]?.message).toMatch(message);
    }
  });

  it('name the endpoint whose operation failed', async () => {
    const failure = { message: 'card refused' };
    const { audit: found } = await audit(
      history([
        scheduled('5', 'pay', jsonPayload('1')),
        event('6', 'nexusOperationFailedEventAttributes', { failure, scheduledEventId: '5' }),
      ]),
    );
    expect(found.findings.find(({ code }) => code === 'CLEAR_FAILURE')).toMatchObject({ endpoint: 'pay' });
  });
});
