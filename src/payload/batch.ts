import type { Place, Walk } from './place.ts';

/** A part of a JSON document with the payloads in it; all parts together are the document, byte for byte. */
export interface Batch {
  readonly bytes: Buffer;
  /** Spans count from the start of `bytes`. */
  readonly places: readonly Place[];
  /** Paths of failures whose message is in clear. */
  readonly clearFailures?: readonly string[];
}

export function batchOf({ places, clearFailures }: Walk, bytes: Buffer): Batch {
  return { bytes, places, ...(clearFailures === undefined ? {} : { clearFailures }) };
}
