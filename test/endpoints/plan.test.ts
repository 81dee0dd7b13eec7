import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import type { FileEndpoint } from '../../src/endpoints/nexus-file/content.ts';
import { makePlan } from '../../src/endpoints/plan/plan.ts';

const now = new Date('2026-11-22T12:00:00Z');
const circumstances = { backend: 'cloud', now, soonMs: 14 * 86_400_000, prune: false } as const;
const target = { kind: 'worker', namespace: 'billing.a', taskQueue: 'q' } as const;

const callers = fc.uniqueArray(fc.constantFrom('a.x', 'b.x', 'c.x', 'd.x'));
const until = fc.constantFrom(undefined, '2020-01-01', '2026-11-25', '2030-01-01');
const wantedOf = (name: string): fc.Arbitrary<FileEndpoint> =>
  fc.record(
    {
      name: fc.constant(name),
      target: fc.constant(target),
      description: fc.constantFrom('one', 'two', ''),
      allow: fc
        .tuple(callers, until)
        .map(([names, end]) => names.map((namespace) => ({ namespace, ...(end === undefined ? {} : { until: end }) }))),
      blocked: callers,
    },
    { requiredKeys: ['name', 'target'] },
  );
const liveOf = (name: string): fc.Arbitrary<Endpoint> =>
  fc.record({ callers, description: fc.constantFrom(undefined, 'one') }).map(({ callers: names, description }) => ({
    name,
    id: `id-${name}`,
    target,
    resourceVersion: '1',
    ...(description === undefined ? {} : { description }),
    callers: names.map((namespace) => ({ namespace, status: 'active' as const })),
  }));
const files = fc.tuple(wantedOf('aa'), wantedOf('bb')).map((endpoints) => ({ endpoints }));
const lives = fc.subarray(['aa', 'bb', 'cc']).chain((names) => fc.tuple(...names.map(liveOf)));

const carriedOut = (live: readonly Endpoint[], changes: ReturnType<typeof makePlan>['changes']) => {
  const after = new Map(live.map((endpoint) => [endpoint.name, endpoint]));
  for (const change of changes) {
    if (change.after === null) after.delete(change.endpoint);
    else after.set(change.endpoint, change.after);
  }
  return [...after.values()];
};

describe('a plan', () => {
  it('carried out leaves no plan', () => {
    fc.assert(
      fc.property(files, lives, (wanted, live) => {
        const after = carriedOut(live, makePlan(wanted, live, circumstances).changes);
        expect(makePlan(wanted, after, circumstances).changes).toEqual([]);
      }),
    );
  });

  it('never adds what has ended or is blocked', () => {
    fc.assert(
      fc.property(files, lives, (wanted, live) => {
        for (const { endpoint, gains } of makePlan(wanted, live, circumstances).changes) {
          const file = wanted.endpoints.find(({ name }) => name === endpoint);
          for (const name of gains) {
            expect(file?.blocked ?? []).not.toContain(name);
            expect(file?.allow?.find(({ namespace }) => namespace === name)?.until).not.toBe('2020-01-01');
          }
        }
      }),
    );
  });

  it('touches nothing that the files do not name, unless it prunes its scope', () => {
    const live: readonly Endpoint[] = ['aa', 'team-x', 'other'].map((name) => ({
      name,
      target,
      callers: [],
      resourceVersion: '1',
    }));
    const wanted = { account: 'a', scope: ['aa', 'team-*'], endpoints: [{ name: 'aa' }] };
    const kept = makePlan(wanted, live, circumstances);
    expect(kept).toMatchObject({ changes: [], unmanaged: ['team-x'], summary: { unchanged: 1, delete: 0 } });
    const pruned = makePlan(wanted, live, { ...circumstances, prune: true });
    expect(pruned.changes).toMatchObject([{ action: 'delete', endpoint: 'team-x' }]);
    expect(() => makePlan({ endpoints: [] }, live, { ...circumstances, prune: true })).toThrow('--prune');
  });

  it('has another digest on another version', () => {
    const wanted = { endpoints: [{ name: 'aa', allow: [{ namespace: 'b.x' }] }] };
    const live = (resourceVersion: string): Endpoint => ({ name: 'aa', target, callers: [], resourceVersion });
    const [one, same, other] = ['1', '1', '2'].map(
      (version) => makePlan(wanted, [live(version)], circumstances).digest,
    );
    expect(one).toBe(same);
    expect(one).not.toBe(other);
  });

  it('an absent part is left as it is, an empty list means nobody', () => {
    const live: Endpoint = {
      name: 'aa',
      target,
      description: 'kept',
      callers: [{ namespace: 'b.x', status: 'active' }],
    };
    expect(makePlan({ endpoints: [{ name: 'aa' }] }, [live], circumstances).changes).toEqual([]);
    expect(makePlan({ endpoints: [{ name: 'aa', allow: [] }] }, [live], circumstances).changes).toMatchObject([
      { action: 'update', loses: ['b.x'], after: { description: 'kept', callers: [] } },
    ]);
  });
});
