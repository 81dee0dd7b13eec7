/** A bucket of tokens for each subject: `perSecond` on average, twice that at once. */
export interface RateLimit {
  /** Takes one; false when the subject has none left. */
  readonly take: (subject: string) => boolean;
}

const mostSubjects = 10_000;

export function makeRateLimit(perSecond: number, now: () => number): RateLimit {
  const size = perSecond * 2;
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(subject) {
      const time = now();
      let bucket = buckets.get(subject);
      if (bucket === undefined) {
        if (buckets.size >= mostSubjects) forgetFull(buckets, time, perSecond, size);
        bucket = { left: size, at: time };
        buckets.set(subject, bucket);
      }
      bucket.left = Math.min(size, bucket.left + ((time - bucket.at) / 1000) * perSecond);
      bucket.at = time;
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}

/** A bucket that has filled up again says nothing; when none has, the oldest goes. */
function forgetFull(
  buckets: Map<string, { left: number; at: number }>,
  time: number,
  perSecond: number,
  size: number,
): void {
  for (const [subject, { left, at }] of buckets)
    if (left + ((time - at) / 1000) * perSecond >= size) buckets.delete(subject);
  const oldest = buckets.size >= mostSubjects ? buckets.keys().next().value : undefined;
  if (oldest !== undefined) buckets.delete(oldest);
}
