import type { google } from '@temporalio/proto';

/** Plain numbers encode as int64; the generated types only know Long. */
export function timestamp(milliseconds: number): google.protobuf.ITimestamp {
  const seconds = Math.floor(milliseconds / 1000);
  const nanos = Math.round((milliseconds - seconds * 1000) * 1e6);
  return { seconds, nanos } as unknown as google.protobuf.ITimestamp;
}

export function duration(milliseconds: number): google.protobuf.IDuration {
  return timestamp(milliseconds);
}

/** Milliseconds since the epoch; undefined when absent. */
export function fromTimestamp(time: google.protobuf.ITimestamp | null | undefined): number | undefined {
  if (time === null || time === undefined) return undefined;
  return Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
}
