import type { Change } from './handled.ts';
import { limits } from './model/limits.ts';

/** Few bytes can unpack to a thousand times as many: what is held at once shares one bound. */
export function bounded(change: Change): Change {
  const budget = { left: limits.batchBytes };
  return (payload, position) => change(payload, position, budget);
}
