/** A bucket of tokens for each subject: `perSecond` on average, twice that at once. */
export interface RateLimit {
  /** Takes one; false when the subject has none left. */
  readonly take: (subject: string) => boolean;
}

const mostSubjects = 10_000;

export function makeRateLimit(perSecond: number, now: () => number): RateLimit {
  const size = perSecond * 2;
  /** In the order of their last use: the first has had the longest time to fill up again. */
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(subject) {
      const time = now();
      const known = buckets.get(subject);
      if (known !== undefined) buckets.delete(subject);
      else if (buckets.size >= mostSubjects) forgetFirst(buckets);
      const bucket = known ?? { left: size, at: time };
      buckets.set(subject, bucket);
      bucket.left = Math.min(size, bucket.left + ((time - bucket.at) / 1000) * perSecond);
      bucket.at = time;
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}

function forgetFirst(buckets: Map<string, unknown>): void {
  const first = buckets.keys().next().value;
  if (first !== undefined) buckets.delete(first);
}
