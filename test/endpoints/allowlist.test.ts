import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyEdit,
  contradictions,
  differences,
  gainsAndLoses,
  sameEntries,
  type Edit,
} from '../../src/endpoints/allowlist.ts';
import type { CallerEntry } from '../../src/endpoints/endpoint.ts';

const namespaces = ['a', 'b', 'c', 'd', 'e'] as const;
const entry = fc.record(
  {
    namespace: fc.constantFrom(...namespaces),
    owner: fc.constantFrom('x', 'y'),
    until: fc.constantFrom('2027-01-01', '2028-01-01'),
  },
  { requiredKeys: ['namespace'] },
) as fc.Arbitrary<CallerEntry>;
const list = fc.uniqueArray(entry, { selector: ({ namespace }) => namespace });
const names = fc.uniqueArray(fc.constantFrom(...namespaces), { minLength: 1 });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  list.map((entries): Edit => ({ kind: 'allow', entries })),
  names.map((gone): Edit => ({ kind: 'revoke', namespaces: gone })),
);
const namesOf = (entries: readonly CallerEntry[]) => entries.map(({ namespace }) => namespace);

describe('applying an edit', () => {
  it('is idempotent', () => {
    fc.assert(
      fc.property(list, edit, (current, one) => {
        const once = applyEdit(current, one);
        expect(applyEdit(once, one)).toEqual(once);
      }),
    );
  });

  it('never lists a namespace twice and touches nobody else', () => {
    fc.assert(
      fc.property(list, edit, (current, one) => {
        const after = applyEdit(current, one);
        expect(new Set(namesOf(after)).size).toBe(after.length);
        const touched = new Set(one.kind === 'allow' ? namesOf(one.entries) : one.namespaces);
        const others = (entries: readonly CallerEntry[]) => entries.filter(({ namespace }) => !touched.has(namespace));
        expect(others(after)).toEqual(others(current));
      }),
    );
  });

  it('gains and loses are what differs', () => {
    fc.assert(
      fc.property(list, list, (before, after) => {
        const { gains, loses } = gainsAndLoses(before, after);
        const back = new Set([...namesOf(before).filter((name) => !loses.includes(name)), ...gains]);
        expect(back).toEqual(new Set(namesOf(after)));
      }),
    );
  });
});

describe('the merge rule', () => {
  it('loses no entry of theirs that mine did not touch', () => {
    fc.assert(
      fc.property(list, edit, edit, (base, mine, other) => {
        const theirs = applyEdit(base, other);
        fc.pre(contradictions(base, applyEdit(base, mine), theirs).length === 0);
        const merged = applyEdit(theirs, mine);
        const touched = new Set(mine.kind === 'allow' ? namesOf(mine.entries) : mine.namespaces);
        for (const difference of differences(base, theirs)) {
          if (touched.has(difference.namespace)) continue;
          expect(merged.find(({ namespace }) => namespace === difference.namespace) ?? null).toEqual(difference.after);
        }
      }),
    );
  });

  it('without a contradiction, both orders of two edits end in the same list', () => {
    fc.assert(
      fc.property(list, edit, edit, (base, one, other) => {
        const [first, second] = [applyEdit(base, one), applyEdit(base, other)];
        fc.pre(contradictions(base, first, second).length === 0);
        // A list may be touched by an edit that changes nothing in it: that side then has no say.
        fc.pre(differences(base, first).length > 0 && differences(base, second).length > 0);
        const touches = (kind: Edit) =>
          new Set<string>(kind.kind === 'allow' ? namesOf(kind.entries) : kind.namespaces);
        fc.pre([...touches(one)].every((name) => !touches(other).has(name)));
        expect(sameEntries(applyEdit(first, other), applyEdit(second, one))).toBe(true);
      }),
    );
  });

  const table: readonly [
    what: string,
    base: CallerEntry[],
    mine: CallerEntry[],
    theirs: CallerEntry[],
    clashes: string[],
  ][] = [
    ['both allow the same', [], [{ namespace: 'a' }], [{ namespace: 'a' }], []],
    ['both revoke the same', [{ namespace: 'a' }], [], [], []],
    ['different entries', [], [{ namespace: 'a' }], [{ namespace: 'b' }], []],
    [
      'different parts of one entry',
      [{ namespace: 'a' }],
      [{ namespace: 'a', owner: 'x' }],
      [{ namespace: 'a', until: '2027-01-01' }],
      [],
    ],
    [
      'the same part of one entry',
      [{ namespace: 'a' }],
      [{ namespace: 'a', owner: 'x' }],
      [{ namespace: 'a', owner: 'y' }],
      ['a'],
    ],
    ['I revoke what they extend', [{ namespace: 'a' }], [], [{ namespace: 'a', until: '2027-01-01' }], ['a']],
  ];
  it.each(table)('%s', (_what, base, mine, theirs, clashes) => {
    expect(contradictions(base, mine, theirs).map(({ namespace }) => namespace)).toEqual(clashes);
  });
});
