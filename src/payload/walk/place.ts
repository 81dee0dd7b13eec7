import type { OpenClear } from './clear.ts';
import type { OpenEventPart } from '../model/event-part.ts';
import type { PayloadParts } from '../json/form.ts';
import type { Span } from '../json/scan.ts';
import type { Operations, Position } from '../model/position.ts';

/** How values at payload positions are read: as payloads, as the CLI's shorthand, or by what they look like. */
export type InputForm = 'auto' | 'full' | 'shorthand';

/** A payload in a JSON document: where its bytes stand and what is known about the place. */
export interface Place extends Span {
  /** e.g. `$.events[4].nexusOperationScheduledEventAttributes.input` */
  readonly path: string;
  /**
   * `payload`: metadata and data in base64. `value`: the user's own JSON (shorthand, readable download). `blob`: a history
   * as base64 of proto or JSON. `lines`: lines of text, see flattened.ts.
   */
  readonly form: 'payload' | 'value' | 'blob' | 'lines';
  /** Where the parts of a payload stand that has nothing else and nothing twice; null when it must be read from its start. */
  readonly parts: PayloadParts | null;
  /** The list that the payload is an element of. */
  readonly list: List | null;
  /** The failure whose words the payload holds. */
  readonly failure: Failure | null;
  readonly position: Position;
  /** For a `blob`: the operations of the history that its events go on with. */
  readonly operations?: Operations;
}

/** A Payloads message (`{"payloads":[…]}`), or its shorthand (`[…]`). */
export interface List extends Span {
  readonly shorthand: boolean;
  readonly count: number;
}

/** Members of a Failure in JSON: what `readable` writes back. */
export interface Failure {
  readonly message: Span | null;
  readonly stackTrace: Span | null;
  /** `"encodedAttributes": {…}`. */
  readonly member: Span;
  /** The same with the comma that has to go when nothing takes its place. */
  readonly gap: Span;
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/** While a document is walked, facts are added as they come to light. */
export type OpenPlace = Mutable<Place>;
export type OpenPosition = Mutable<Position>;

export interface Walk {
  readonly places: OpenPlace[];
  readonly operations: Operations;
  readonly form: InputForm;
  readonly clear?: OpenClear[];
  readonly events?: OpenEventPart[];
}

/** Notes a place. @returns its end */
export function addPlace(
  walk: Walk,
  form: Place['form'],
  start: number,
  end: number,
  path: string,
  position: Position,
  parts: PayloadParts | null = null,
): number {
  walk.places.push({ start, end, path, form, parts, list: null, failure: null, position });
  return end;
}
