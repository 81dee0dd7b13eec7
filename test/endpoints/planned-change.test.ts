import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import { isAsSeen } from '../../src/endpoints/plan/planned-change.ts';

describe('isAsSeen', () => {
  it('is false once anything of it has changed', () => {
    const seen: Endpoint = {
      name: 'aa',
      id: '1',
      resourceVersion: '1',
      callers: [{ namespace: 'b.x', status: 'active' }],
    };
    expect(isAsSeen(seen, { ...seen })).toBe(true);
    expect(isAsSeen(null, null)).toBe(true);
    for (const other of [
      null,
      { ...seen, resourceVersion: '2' },
      { ...seen, callers: [] },
      { ...seen, blocked: ['x'] },
    ])
      expect(isAsSeen(seen, other)).toBe(false);
  });
});
