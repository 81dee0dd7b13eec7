import type { Position } from './position.ts';

/** An event of a history, as it stands in a document. */
export interface EventPart {
  /** e.g. `$.events[4]` */
  readonly path: string;
  readonly position: Position;
  readonly form: 'json' | 'proto';
  /** It stands from `start` to `end` in these. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** While a document is walked: the first of several documents is known as that only later. */
export type OpenEventPart = EventPart & { path: string };
