import { readdirSync, readFileSync } from 'node:fs';
import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import type { EventPart } from '../../../src/payload/model/event-part.ts';
import { measureEvent } from '../../../src/payload/size/event.ts';
import { bytesField, varintField } from '../../../src/protobuf/wire.ts';
import { fieldSize } from '../../../src/protobuf/wire-size.ts';
import { root, short } from '../schema/any-message.ts';

const folder = 'test/fixtures/histories';
/** Those of unknown events aside: protobufjs does not write what it does not know. */
const histories = readdirSync(folder).filter((name) => /^(?!.*unknown).*\.json$/i.test(name));
const eventType = root.lookupType('temporal.api.history.v1.HistoryEvent');

type Json = Readonly<Record<string, unknown>>;

/** As protobufjs takes it: it reads neither times nor enums in the spelling of older servers. */
function forProto(type: protobuf.Type, value: unknown): unknown {
  const name = short(type.fullName);
  if (name === 'Timestamp') {
    const [, fraction = ''] = /\.(\d+)/.exec(String(value)) ?? [];
    return { seconds: Math.floor(Date.parse(String(value)) / 1000), nanos: Number(fraction.padEnd(9, '0')) };
  }
  if (name === 'Duration') return { seconds: Number.parseInt(String(value), 10) };
  return Object.fromEntries(
    Object.entries(value as Json).flatMap(([key, inner]) => {
      const field = type.fields[key]?.resolve();
      return field === undefined || inner === null || inner === '' || inner === false
        ? []
        : [[key, memberFor(field, inner)]];
    }),
  );
}

function memberFor(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field;
  const one = (inner: unknown): unknown => {
    if (resolvedType === null) return inner;
    if ('fieldsArray' in resolvedType) return forProto(resolvedType, inner);
    const spelled = Object.keys(resolvedType.values).find((word) =>
      word.replaceAll('_', '').toLowerCase().endsWith(String(inner).replaceAll('_', '').toLowerCase()),
    );
    return spelled === undefined ? inner : resolvedType.values[spelled];
  };
  if (field.map) return Object.fromEntries(Object.entries(value as Json).map(([key, inner]) => [key, one(inner)]));
  return Array.isArray(value) ? value.map(one) : one(value);
}

/** Bytes of each payload but those of search attributes, in order. */
function payloadSizes(type: protobuf.Type, message: Json): readonly number[] {
  const name = short(type.fullName);
  if (name === 'common.v1.Payload') return [type.encode(type.fromObject(message)).finish().length];
  if (name === 'common.v1.SearchAttributes') return [];
  return Object.entries(message).flatMap(([key, value]) => {
    const field = type.fields[key]?.resolve();
    if (field === undefined || field.resolvedType === null || !('fieldsArray' in field.resolvedType)) return [];
    const inner = field.resolvedType;
    const all = field.map ? Object.values(value as Json) : Array.isArray(value) ? value : [value];
    return all.flatMap((one) => payloadSizes(inner, one as Json));
  });
}

function part(bytes: Buffer, form: EventPart['form']): EventPart {
  return { path: '$', position: {}, form, bytes, start: 0, end: bytes.length };
}

describe.each(histories)('an event of %s', (name) => {
  // Nor what has gone out of the protocol.
  const text = readFileSync(`${folder}/${name}`, 'utf8').replaceAll(
    /,\s*"useCompatibleVersion":\s*(?:true|false)/g,
    '',
  );
  const { events } = JSON.parse(text) as { events: readonly Json[] };

  it('has the bytes that protobufjs writes, in JSON and in protobuf', () => {
    for (const event of events) {
      const message = forProto(eventType, event) as Json;
      const bytes = Buffer.from(eventType.encode(eventType.fromObject(message)).finish());
      const sizes = payloadSizes(eventType, message);
      expect(measureEvent(part(bytes, 'proto'), sizes).bytes).toBe(bytes.length);
      expect(measureEvent(part(Buffer.from(JSON.stringify(event)), 'json'), sizes).bytes, JSON.stringify(event)).toBe(
        bytes.length,
      );
    }
  });

  it('has what payloads of other sizes make of it', () => {
    for (const event of events) {
      const message = forProto(eventType, event) as Json;
      const grown = withData(eventType, message) as Json;
      const bytes = Buffer.from(eventType.encode(eventType.fromObject(message)).finish());
      const wanted = eventType.encode(eventType.fromObject(grown)).finish().length;
      const sizes = payloadSizes(eventType, grown);
      expect(measureEvent(part(bytes, 'proto'), sizes).bytes).toBe(wanted);
      expect(measureEvent(part(Buffer.from(JSON.stringify(event)), 'json'), sizes).bytes).toBe(wanted);
    }
  });
});

/** Of servers of 2024 and later; older ones counted otherwise. */
const stating = [
  'go-nexus-cancel-after-complete',
  'java-testCancelNexusOperationHistory',
  'java-testParallelWorkflowOperationTestHistory',
  'typescript-lang_flags_replay_correctly_1_11_1',
];

it.each(stating)('the events of sdk-%s are together as large as the server says', (name) => {
  const { events } = JSON.parse(readFileSync(`${folder}/sdk-${name}.json`, 'utf8')) as { events: readonly Json[] };
  let sum = 0;
  const told: [ours: number, theirs: number][] = [];
  for (const event of events) {
    const { historySizeBytes } = (event['workflowTaskStartedEventAttributes'] ?? {}) as { historySizeBytes?: string };
    if (historySizeBytes !== undefined) told.push([sum, Number(historySizeBytes)]);
    const sizes = payloadSizes(eventType, forProto(eventType, event) as Json);
    sum += fieldSize(measureEvent(part(Buffer.from(JSON.stringify(event)), 'json'), sizes).bytes);
  }
  expect(told.length).toBeGreaterThan(1);
  expect(told.map(([ours]) => ours)).toEqual(told.map(([, theirs]) => theirs));
});

describe('an event that only this looks into', () => {
  it.each([
    ['a bad escape', '{"eventId":"7","x":"\\x"}'],
    ['a control character', '{"eventId":"7","x":"\u0001"}'],
  ])('may have %s', (_what, text) => {
    expect(measureEvent(part(Buffer.from(text), 'json'), [10])).toMatchObject({ eventId: 0, bytes: 12 });
  });

  it('may have attributes without payloads that are no message', () => {
    const bytes = Buffer.concat([varintField(1, 7), bytesField(20, Buffer.from([0x0a, 0x7f]))]);
    expect(measureEvent(part(bytes, 'proto'), [])).toMatchObject({ eventId: 7, taskId: 0, bytes: bytes.length });
  });

  it.each([
    'null',
    '[]',
    '1',
    '"a"',
    '{"nexusOperationScheduledEventAttributes":[1]}',
    '{"links":{}}',
    '{"eventId":{}}',
    '{"activityTaskScheduledEventAttributes":{"header":7,"input":[[]],"retryPolicy":"x","priority":[{}]}}',
  ])('may be of another shape: %s', (json) => {
    expect(measureEvent(part(Buffer.from(json), 'json'), []).bytes).toBeLessThan(100);
  });
});

/** The same message, each of its payloads but those of search attributes with 300 bytes of data. */
function withData(type: protobuf.Type, message: Json): unknown {
  const name = short(type.fullName);
  if (name === 'common.v1.Payload') return { ...message, data: Buffer.alloc(300).toString('base64') };
  if (name === 'common.v1.SearchAttributes') return message;
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => {
      const inner = type.fields[key]?.resolve().resolvedType;
      if (inner === undefined || inner === null || !('fieldsArray' in inner)) return [key, value];
      const one = (member: unknown): unknown => withData(inner, member as Json);
      if (type.fields[key]?.map)
        return [key, Object.fromEntries(Object.entries(value as Json).map(([at, member]) => [at, one(member)]))];
      return [key, Array.isArray(value) ? value.map(one) : one(value)];
    }),
  );
}
