import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorCatalogue } from '../../src/errors/catalogue.ts';
import { combineExitCodes, exitCodes } from '../../src/errors/exit-codes.ts';

it('docs/errors.md has a heading for every code, with its exit code, and none besides', () => {
  const documented = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^### (\w+) \(exit (\d+)\)$/gm)].map(
    ([, code, exit]) => [code, Number(exit)],
  );
  const wanted = Object.entries(errorCatalogue).map(([code, exit]) => [code, exitCodes[exit]]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(wanted));
  expect(documented).toHaveLength(wanted.length);
});

it.each([
  [[], 0],
  [[0, 0], 0],
  [[0, 1], 1],
  [[1, 8, 7], 7],
  [[5, 4, 6], 4],
  [[1, 3, 70], 70],
] as const)('of the exits %j the first that the contract lists is %d', (codes, combined) => {
  expect(combineExitCodes(codes)).toBe(combined);
});
