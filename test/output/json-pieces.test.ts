import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPieces } from '../../src/output/json-pieces.ts';

describe('the pieces of a JSON document', () => {
  it('are together what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.option(fc.jsonValue(), { nil: undefined })), (document) => {
        expect([...jsonPieces(document)].join('')).toBe(JSON.stringify(document, null, 2));
      }),
    );
  });

  it.each([
    [{}],
    [{ items: [] }],
    [{ items: [undefined, null, {}, [], [[]]] }],
    [{ absent: undefined }],
    [{ first: undefined, items: [1], last: undefined }],
    [JSON.parse('{"__proto__": [1], "": "", "1": {}}') as object],
  ])('of %j', (document) => {
    expect([...jsonPieces(document)].join('')).toBe(JSON.stringify(document, null, 2));
  });

  it('are as many as a list has items, so that none of them is long', () => {
    const pieces = [...jsonPieces({ items: Array.from({ length: 1000 }, () => ({ name: 'x'.repeat(100) })) })];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200);
  });
});
