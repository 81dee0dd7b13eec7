import type { Clear } from './clear.ts';
import type { EventPart } from '../model/event-part.ts';
import type { Place, Walk } from './place.ts';

/** A part of a JSON document with the payloads in it; all parts together are the document, byte for byte. */
export interface Batch {
  readonly bytes: Buffer;
  /** Spans count from the start of `bytes`. */
  readonly places: readonly Place[];
  readonly clear?: readonly Clear[];
  readonly events?: readonly EventPart[];
}

export function batchOf({ places, clear, events }: Walk, bytes: Buffer): Batch {
  return { bytes, places, ...(clear === undefined ? {} : { clear }), ...(events === undefined ? {} : { events }) };
}
