import type { Clear } from './walk/clear.ts';
import type { EventPart } from './model/event-part.ts';
import type { Budget, Opened } from './layers.ts';
import type { Maybe } from './model/maybe.ts';
import type { Payload } from './model/payload.ts';
import type { Place } from './walk/place.ts';
import type { Position } from './model/position.ts';

/** What is done to each payload: opened, sealed, or only looked at; the budget is that of all that are held at once. */
export type Change = (payload: Payload, position: Position, budget?: Budget) => Maybe<Opened>;

/** One payload of a document after the change. */
export interface Handled {
  readonly path: string;
  readonly position: Position;
  /** The payload as it was; null when it cannot be read. */
  readonly before: Payload | null;
  readonly opened: Opened;
  /** Where it stands in the bytes of its batch; null for a payload inside another message. */
  readonly place: Place | null;
  /** For a history in base64: the JSON that takes its place. */
  readonly blob?: Buffer;
  /** For an envelope: what is in clear in it. */
  readonly clear?: readonly Clear[];
}

/** A part of a document after the change. Payloads in an envelope come right after it. */
export interface HandledBatch {
  readonly bytes: Buffer;
  readonly handled: readonly Handled[];
  readonly clear: readonly Clear[];
  /** The events that its payloads are in. */
  readonly events: readonly EventPart[];
}
