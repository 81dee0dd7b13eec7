import { describe, expect, it } from 'vitest';
import { after, all, each } from '../../../src/payload/model/maybe.ts';

describe('what may have to be waited for', () => {
  it('is there at once when nothing has to', () => {
    expect(all([1, 2])).toEqual([1, 2]);
    expect(after(1, (one) => one + 1)).toBe(2);
    expect(each([1, 2], (one) => one * 2)).toEqual([2, 4]);
  });

  it('is a promise when one is', async () => {
    await expect(each([1, 2], (one) => (one === 1 ? Promise.resolve(10) : 20))).resolves.toEqual([10, 20]);
  });

  it('tells what one throws, with nothing left that nobody waits for', async () => {
    const unheard: unknown[] = [];
    const note = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', note);
    const begun: number[] = [];
    const made = each([1, 2, 3], (one) => {
      begun.push(one);
      if (one === 2) throw new Error('two');
      return new Promise((_resolve, reject) => setImmediate(() => reject(new Error(String(one)))));
    });
    await expect(made).rejects.toThrow('two');
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note);
    expect([begun, unheard]).toEqual([[1, 2, 3], []]);
  });
});
