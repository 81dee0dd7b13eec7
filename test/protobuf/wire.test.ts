import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { NexusctlError } from '../../src/errors/nexusctl-error.ts';
import { bigintOf, bytesField, numberOf, readFields, textOf, varintField, wireType } from '../../src/protobuf/wire.ts';

const tag = fc.integer({ min: 1, max: 0x1fffffff });
const field = fc.oneof(
  fc.record({ kind: fc.constant('varint' as const), tag, value: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }) }),
  fc.record({ kind: fc.constant('bytes' as const), tag, value: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ kind: fc.constant('fixed32' as const), tag, value: fc.integer({ min: 0, max: 0xffffffff }) }),
  fc.record({ kind: fc.constant('fixed64' as const), tag, value: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }) }),
);

describe('the wire format', () => {
  it('reads what protobufjs writes, and the raw fields are the message', () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 20 }), (given) => {
        const writer = protobuf.Writer.create();
        for (const { kind, tag: number, ...rest } of given) {
          writer.uint32(((number << 3) | wireType[kind]) >>> 0);
          if (kind === 'varint') writer.uint64(String(rest.value));
          if (kind === 'fixed64') writer.fixed64(String(rest.value));
          if (kind === 'fixed32') writer.fixed32(rest.value as number);
          if (kind === 'bytes') writer.bytes(rest.value as Uint8Array);
        }
        const bytes = writer.finish();
        const fields = readFields(bytes);
        expect(fields.map(({ number }) => number)).toEqual(given.map((one) => one.tag));
        fields.forEach((one, index) => {
          const { kind, value } = given[index]!;
          expect(one.wireType).toBe(wireType[kind]);
          if (kind === 'varint') expect(bigintOf(one)).toBe(value);
          if (kind === 'bytes') expect([...one.value]).toEqual([...(value as Uint8Array)]);
          if (kind === 'fixed32') expect(one.value.readUInt32LE()).toBe(value);
          if (kind === 'fixed64') expect(one.value.readBigUInt64LE()).toBe(value);
        });
        expect(Buffer.concat(fields.map(({ raw }) => raw))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('writes what protobufjs reads', () => {
    fc.assert(
      fc.property(
        tag,
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        fc.string({ unit: 'grapheme' }),
        (number, value, text) => {
          const reader = protobuf.Reader.create(Buffer.concat([varintField(number, value), bytesField(number, text)]));
          expect(reader.uint32() >>> 0).toBe((number << 3) >>> 0);
          const { low, high } = reader.uint64() as unknown as { low: number; high: number };
          expect(BigInt(high >>> 0) * 0x100000000n + BigInt(low >>> 0)).toBe(value);
          expect(reader.uint32() >>> 3).toBe(number);
          expect(reader.string()).toBe(text);
        },
      ),
    );
  });

  it('writes negative numbers as ten bytes, as int32 and int64 are', () => {
    const [one] = readFields(varintField(1, -1));
    expect(one!.value).toHaveLength(10);
    expect(BigInt.asIntN(64, bigintOf(one!))).toBe(-1n);
  });

  it('keeps a group as one field', () => {
    const group = protobuf.Writer.create()
      .uint32((5 << 3) | 3)
      .uint32(8)
      .uint32(7)
      .uint32((5 << 3) | 4)
      .finish();
    const [one, two] = readFields(Buffer.concat([group, varintField(6, 1)]));
    expect(one).toMatchObject({ number: 5, wireType: wireType.group });
    expect(one!.raw).toEqual(Buffer.from(group));
    expect(numberOf(readFields(one!.value)[0]!)).toBe(7);
    expect(two!.number).toBe(6);
  });

  const broken: readonly [what: string, hex: string][] = [
    ['a length beyond the end', '0a05616263'],
    ['a huge length', '0affffffffffffffff7f61'],
    ['a varint without its end', '08ffffff'],
    ['a varint of eleven bytes', '08ffffffffffffffffffff01'],
    ['field number 0', '0001'],
    ['wire type 7', '0f'],
    ['an end of a group alone', '0c'],
    ['a group without its end', '2b0807'],
    ['groups nested 200 deep', '2b'.repeat(200)],
    ['four of eight fixed bytes', '0900000000'],
  ];
  it.each(broken)('names %s', (_what, hex) => {
    expect(() => readFields(Buffer.from(hex, 'hex'))).toThrow(expect.objectContaining({ code: 'PROTOBUF_INVALID' }));
  });

  it('refuses text that is not UTF-8', () => {
    expect(() => textOf(readFields(bytesField(1, Buffer.from([0xff, 0xfe])))[0]!)).toThrow(NexusctlError);
  });

  it('never throws anything but its own error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(Buffer.concat(readFields(bytes).map(({ raw }) => raw))).toEqual(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(NexusctlError);
        }
      }),
    );
  });
});
