import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeStyle } from '../../src/output/style.ts';
import { table } from '../../src/output/table.ts';

const at = (width: number) => makeStyle(false, width);
const headers = ['NAME', 'STATE', 'TARGET', 'ID'];
const rows = [['billing-api', 'active', 'billing-prod.a1b2c/billing', '0123456789abcdef0123456789abcdef']];

describe('a table', () => {
  it('is whole where it fits', async () => {
    expect(table(headers, rows, await at(Infinity)).split('\n')).toEqual([
      'NAME         STATE   TARGET                      ID',
      'billing-api  active  billing-prod.a1b2c/billing  0123456789abcdef0123456789abcdef',
    ]);
  });

  it('leaves its spare column out rather than cut it', async () => {
    expect(table(headers, rows, await at(70), true).split('\n')).toEqual([
      'NAME         STATE   TARGET',
      'billing-api  active  billing-prod.a1b2c/billing',
    ]);
  });

  it('cuts the widest columns, with a mark', async () => {
    expect(table(headers, rows, await at(50)).split('\n')[1]).toMatch(/^billing-api  active  billing-\S+…  0123\S+…$/);
  });

  it('is a block for each row where the columns would say nothing', async () => {
    expect(table(headers, rows, await at(30)).split('\n')).toEqual([
      'billing-api',
      '  state   active',
      '  target',
      '    billing-prod.a1b2c/billing',
      '  id      0123456789abcdef0123456789abcdef',
    ]);
  });

  it('never has a row that is wider than the terminal, and never loses the name of one', () => {
    const cell = fc.stringMatching(/^[a-z]{1,40}$/);
    const some = fc
      .integer({ min: 2, max: 7 })
      .chain((columns) =>
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 5 }),
      );
    return fc.assert(
      fc.asyncProperty(some, fc.integer({ min: 20, max: 200 }), async (given, width) => {
        const text = table(
          (given[0] ?? []).map((_cell, column) => `H${String(column)}`),
          given,
          await at(width),
        );
        const inColumns = text.startsWith('H0');
        if (inColumns) expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(width);
        for (const [name = ''] of given) expect(text).toContain(inColumns ? name.slice(0, 23) : name);
      }),
    );
  });
});
