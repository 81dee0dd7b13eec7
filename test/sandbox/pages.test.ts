import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { page } from '../../src/sandbox/pages.ts';

const keyOf = (item: string) => item;

describe('pages', () => {
  it('following the tokens gives everything once, ascending', () => {
    const lists = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 50 });
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 60 }), (all, pageSize) => {
        const got: string[] = [];
        let pageToken = '';
        do {
          const { items, nextPageToken } = page(all, keyOf, { pageSize, pageToken });
          expect(items.length).toBeLessThanOrEqual(pageSize);
          got.push(...items);
          pageToken = nextPageToken;
        } while (pageToken !== '');
        expect(got).toEqual([...all].sort());
      }),
    );
  });

  it('loses and repeats nothing when the list changes between two pages', () => {
    const { items, nextPageToken } = page(['a', 'c', 'e'], keyOf, { pageSize: 2 });
    expect(items).toEqual(['a', 'c']);
    expect(page(['b', 'c', 'd', 'e'], keyOf, { pageToken: nextPageToken }).items).toEqual(['d', 'e']);
  });

  it.each([
    [{ pageSize: 1001 }, 'page size'],
    [{ pageSize: -1 }, 'page size'],
    [{ pageToken: 'nonsense' }, 'page token'],
  ])('refuses %j', (request, message) => {
    expect(() => page(['a'], keyOf, request)).toThrow(message);
  });

  it('is 100 long unless told', () => {
    const all = Array.from({ length: 101 }, (_, n) => String(n).padStart(3, '0'));
    expect(page(all, keyOf, {}).items).toHaveLength(100);
  });
});
