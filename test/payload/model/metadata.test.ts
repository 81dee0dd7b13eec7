import { describe, expect, it } from 'vitest';
import { metadataOf } from '../../../src/payload/model/metadata.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('metadataOf', () => {
  it('gives one object for equal metadata, whoever holds the bytes', () => {
    const first = metadataOf(['encoding', 'encryption-key-id'], [bytes('binary/encrypted'), bytes('a')]);
    const again = metadataOf(
      ['encoding', 'encryption-key-id'],
      [Uint8Array.from(bytes('binary/encrypted')), bytes('a')],
    );
    expect(again).toBe(first);
  });

  it.each([
    ['another value', ['encoding', 'encryption-key-id'], ['binary/encrypted', 'b']],
    ['a longer value', ['encoding', 'encryption-key-id'], ['binary/encrypted', 'aa']],
    ['another name', ['encoding', 'encryption-key-ID'], ['binary/encrypted', 'a']],
    ['another order', ['encryption-key-id', 'encoding'], ['a', 'binary/encrypted']],
    ['fewer', ['encoding'], ['binary/encrypted']],
    ['more', ['encoding', 'encryption-key-id', 'x'], ['binary/encrypted', 'a', '']],
    ['none', [], []],
  ])('tells %s apart', (_what, names, values) => {
    const known = metadataOf(['encoding', 'encryption-key-id'], [bytes('binary/encrypted'), bytes('a')]);
    const other = metadataOf(names, values.map(bytes));
    expect(other).not.toBe(known);
    expect([...other].map(([name, value]) => [name, value.toString()])).toEqual(
      names.map((name, index) => [name, values[index]]),
    );
  });

  it('keeps a copy: what its bytes become later does not reach it', () => {
    const value = bytes('json/plain');
    const metadata = metadataOf(['encoding'], [value]);
    value.fill(0);
    expect(metadata.get('encoding')?.toString()).toBe('json/plain');
    expect(metadataOf(['encoding'], [bytes('json/plain')])).toBe(metadata);
  });

  it('finds the right one among more than it remembers, and remembers nothing large', () => {
    for (let round = 0; round < 3; round += 1)
      for (let id = 0; id < 100; id += 1) {
        const metadata = metadataOf(['id'], [bytes(String(id))]);
        expect(metadata.get('id')?.toString()).toBe(String(id));
      }
    const large = Buffer.alloc(5000, 'x');
    expect(metadataOf(['encoding'], [large])).not.toBe(metadataOf(['encoding'], [large]));
  });
});
