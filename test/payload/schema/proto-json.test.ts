import fc from 'fast-check';
import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { historyEnum, historyMessage } from '../../../src/payload/schema/history-schema.ts';
import { written } from '../../../src/payload/json/text.ts';
import { makeProtoText, putMessage } from '../../../src/payload/schema/proto-json.ts';
import { floatJson } from '../../../src/payload/schema/proto-number.ts';
import { bytesField, varintField } from '../../../src/protobuf/wire.ts';
import { anyMessage, messages, newer, short, types } from './any-message.ts';

const own = ['common.v1.Payload', 'Timestamp', 'Duration'];

function json(type: string, message: Uint8Array, unknown = (): void => undefined): unknown {
  // The only float that there is: of the numbers that are it, any will do.
  return JSON.parse(text(type, message, unknown), (key, value: unknown) =>
    key === 'fairnessWeight' && typeof value === 'number' ? Math.fround(value) : value,
  );
}

function text(type: string, message: Uint8Array, unknown = (): void => undefined): string {
  const to = makeProtoText(1, unknown);
  putMessage(to, type, Buffer.from(message), 0, message.length);
  return written(to).toString();
}

describe('the schema of histories', () => {
  it("has every message, field and oneof of the protocol's descriptors, and the Cloud export", () => {
    expect(messages.length).toBeGreaterThan(120);
    for (const type of messages.filter(({ fullName }) => !own.includes(short(fullName)))) {
      const wanted = type.fieldsArray.map(
        ({ id, name, repeated, map, type: spelled, resolvedType, partOf }) =>
          `${String(id)} ,"${name}": ${short(resolvedType?.fullName ?? spelled)} ${String(repeated)} ${String(map)} ${partOf?.name ?? ''}`,
      );
      const fields = [...historyMessage(short(type.fullName)).values()].filter(
        ({ key }) => !newer.has(`${short(type.fullName)} ${key.slice(2, -2)}`),
      );
      const oneof = (slot: number): string => {
        const shared = fields.filter((field) => field.slot === slot).map(({ number }) => number);
        return (
          type.oneofsArray.find(({ fieldsArray }) => fieldsArray.some(({ id }) => shared.includes(id)))?.name ?? ''
        );
      };
      const known = fields.map(
        ({ number, key, type: name, repeated, map, slot }) =>
          `${String(number)} ${key} ${name} ${String(repeated)} ${String(map)} ${oneof(slot)}`,
      );
      expect(known, type.fullName).toEqual(wanted);
      expect(new Set(fields.map(({ slot }) => slot)).size, `${type.fullName}: bits of its slots`).toBeLessThan(62);
    }
    expect([...historyMessage('export.v1.WorkflowExecutions').values()].map(({ type }) => type)).toEqual([
      'export.v1.WorkflowExecution',
    ]);
    expect([...historyMessage('export.v1.WorkflowExecution').values()].map(({ type }) => type)).toEqual([
      'history.v1.History',
    ]);
  });

  it('has every name of their enums', () => {
    const enums = types.filter((type): type is protobuf.Enum => 'values' in type);
    expect(enums.length).toBeGreaterThan(15);
    for (const { fullName, valuesById } of enums)
      expect(Object.fromEntries(historyEnum(short(fullName)) ?? []), fullName).toEqual(
        Object.fromEntries(Object.entries(valuesById).map(([number, name]) => [number, `"${name}"`])),
      );
  });
});

/** The canonical JSON of what protobufjs reads, by the rules of https://protobuf.dev/programming-guides/json/. */
function canonical(type: protobuf.Type, message: Readonly<Record<string, unknown>>): unknown {
  if (short(type.fullName) === 'Timestamp') return timeOf(message);
  if (short(type.fullName) === 'Duration') return durationOf(message);
  const out: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(message, field.name)) continue;
    const value = message[field.name];
    if (field.repeated && (value as unknown[]).length === 0) continue;
    if (field.map) {
      const entries = Object.entries(value as Record<string, unknown>);
      if (entries.length > 0)
        out[field.name] = Object.fromEntries(entries.map(([key, one]) => [key, canonicalValue(field, one)]));
    } else if (field.repeated) out[field.name] = (value as unknown[]).map((one) => canonicalValue(field, one));
    else out[field.name] = canonicalValue(field, value);
  }
  if (short(type.fullName) !== 'common.v1.Payload') return out;
  // The form of a payload in which every reader finds its two parts.
  if (out['data'] === '') delete out['data'];
  const sizes = (out['externalPayloads'] ?? []) as { sizeBytes?: string }[];
  return {
    metadata: {},
    ...out,
    ...(sizes.length > 0 && { externalPayloads: sizes.map(({ sizeBytes = '0' }) => ({ sizeBytes })) }),
  };
}

function canonicalValue({ type, resolvedType }: protobuf.Field, value: unknown): unknown {
  if (resolvedType !== null && 'fieldsArray' in resolvedType)
    return canonical(resolvedType, value as Record<string, unknown>);
  if (resolvedType !== null) return resolvedType.valuesById[value as number] ?? value;
  if (type === 'bytes') return Buffer.from(value as Uint8Array).toString('base64');
  if (type === 'int64') return String(value);
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function timeOf({ seconds = 0, nanos = 0 }: { seconds?: unknown; nanos?: number }): string {
  const whole = new Date(Number(String(seconds)) * 1000).toISOString().replace('.000Z', '');
  return `${whole}${fraction(nanos)}Z`;
}

function durationOf({ seconds = 0, nanos = 0 }: { seconds?: unknown; nanos?: number }): string {
  const minus = String(seconds).startsWith('-') || nanos < 0 ? '-' : '';
  return `${minus}${String(seconds).replace('-', '')}${fraction(Math.abs(nanos))}s`;
}

function fraction(nanos: number): string {
  if (nanos === 0) return '';
  if (nanos % 1_000_000 === 0) return `.${String(nanos / 1_000_000).padStart(3, '0')}`;
  if (nanos % 1000 === 0) return `.${String(nanos / 1000).padStart(6, '0')}`;
  return `.${String(nanos).padStart(9, '0')}`;
}

describe('the JSON of a message is what protobufjs reads, by the rules of proto3', () => {
  it.each(messages.map((type) => [short(type.fullName), type] as const))('%s', (name, type) => {
    fc.assert(
      fc.property(anyMessage(type, 0), (object) => {
        const bytes = type.encode(type.fromObject(object)).finish();
        const read = type.decode(bytes) as unknown as Record<string, unknown>;
        expect(json(name, bytes)).toEqual(canonical(type, read));
      }),
      { numRuns: 30 },
    );
  });
});

it.each([
  [0.1, '0.1'],
  [1, '1'],
  [-0, '-0'],
  [0.42774900794029236, '0.427749'],
  [1 / 3, '0.33333334'],
  [16777216, '16777216'],
  [3.4028234663852886e38, '3.4028235e+38'],
  [1.401298464324817e-45, '1e-45'],
  [Infinity, '"Infinity"'],
  [NaN, '"NaN"'],
])('the float %f is written as %s, as Go writes it', (value, wanted) => {
  expect(floatJson(Math.fround(value))).toBe(wanted);
});

describe('what no usual writer writes', () => {
  const failure = 'failure.v1.Failure';
  const message = (value: string): Buffer => bytesField(1, value);
  const cause = (...fields: Buffer[]): Buffer => bytesField(4, Buffer.concat(fields));

  it('members stand in the order of the wire', () => {
    const bytes = Buffer.concat([bytesField(3, 'c'), message('a'), bytesField(2, 'b')]);
    expect(text(failure, bytes)).toBe('{"stackTrace":"c","message":"a","source":"b"}');
  });

  it('of a field that is there twice the last one counts; pieces of a message are one message', () => {
    const bytes = Buffer.concat([
      message('a'),
      cause(message('x'), bytesField(2, 's')),
      message('b'),
      cause(message('y')),
    ]);
    expect(text(failure, bytes)).toBe('{"message":"b","cause":{"message":"y","source":"s"}}');
  });

  it('of a oneof the last one counts', () => {
    // 5: applicationFailureInfo, 7: canceledFailureInfo
    const info = (number: number, name: string): Buffer => bytesField(number, bytesField(number === 5 ? 1 : 2, name));
    expect(text(failure, Buffer.concat([info(5, 'A'), info(7, 'B')]))).toBe('{"canceledFailureInfo":{"identity":"B"}}');
    expect(text(failure, Buffer.concat([info(5, 'A'), info(7, 'B'), info(5, 'C')]))).toBe(
      '{"applicationFailureInfo":{"type":"C"}}',
    );
  });

  it('the elements of a list and the entries of a map may stand apart', () => {
    const payload = bytesField(1, bytesField(2, 'x'));
    const started = Buffer.concat([payload, bytesField(2, 'q'), payload]);
    expect(json('common.v1.Payloads', started)).toEqual({
      payloads: [
        { metadata: {}, data: 'eA==' },
        { metadata: {}, data: 'eA==' },
      ],
    });
    const entry = (key: string): Buffer => bytesField(1, Buffer.concat([bytesField(1, key), bytesField(2, '')]));
    expect(json('common.v1.Header', Buffer.concat([entry('a'), varintField(9, 1), entry('b'), entry('')]))).toEqual({
      fields: { a: { metadata: {} }, b: { metadata: {} }, '': { metadata: {} } },
    });
  });

  it.each([
    ['a number that the schema does not have', bytesField(99, 'x')],
    ['a group', Buffer.from([0x9b, 0x06, 0x08, 0x01, 0x9c, 0x06])],
    ['a text where a number belongs', bytesField(1, 'x')],
    ['a number where bytes belong', varintField(2, 5)],
  ])('%s is told of and left out', (_what, field) => {
    let told = 0;
    expect(json('common.v1.DataBlob', Buffer.concat([field, bytesField(2, 's')]), () => (told += 1))).toEqual({
      data: 'cw==',
    });
    expect(told).toBe(1);
  });

  it('a payload with fields that this version does not know is told of', () => {
    let told = 0;
    json('common.v1.Payload', Buffer.concat([bytesField(2, 'x'), bytesField(9, 'y')]), () => (told += 1));
    expect(told).toBe(1);
  });

  const time = (seconds: bigint, nanos = 0): Buffer => Buffer.concat([varintField(1, seconds), varintField(2, nanos)]);
  it.each<[what: string, type: string, bytes: Buffer]>([
    ['a timestamp behind the year 9999', 'Timestamp', time(253_402_300_800n)],
    ['a timestamp before the year 1', 'Timestamp', time(-62_135_596_801n)],
    ['a timestamp of a billion nanoseconds', 'Timestamp', time(0n, 1_000_000_000)],
    ['a timestamp of negative nanoseconds', 'Timestamp', time(1n, -1)],
    ['a duration of too many seconds', 'Duration', time(315_576_000_001n)],
    ['a duration of two signs', 'Duration', time(1n, -1)],
    ['a text that is not UTF-8', failure, bytesField(1, Buffer.from([0xff]))],
    ['a message cut short', failure, bytesField(1, 'abc').subarray(0, 3)],
  ])('%s is PROTOBUF_INVALID', (_what, type, bytes) => {
    expect(() => text(type, bytes)).toThrow(expect.objectContaining({ code: 'PROTOBUF_INVALID' }));
  });

  it('causes nested without end are LIMIT_EXCEEDED', () => {
    let bytes = message('deep');
    for (let depth = 0; depth < 5000; depth += 1) bytes = bytesField(4, bytes);
    expect(() => text(failure, bytes)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('disorder at every depth costs no more than a few times its size', () => {
    let bytes = message('deep');
    for (let depth = 0; depth < 90; depth += 1)
      bytes = Buffer.concat([bytesField(2, 's'), cause(bytes), bytesField(2, 't')]);
    expect(text(failure, bytes)).toContain('"source":"t"');
  });
});
