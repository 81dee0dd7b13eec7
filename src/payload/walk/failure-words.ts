import { clearWords } from './clear.ts';
import { stringAt, type Span } from '../json/scan.ts';
import type { Walk } from './place.ts';
import type { Position } from '../model/position.ts';

/** Where the words of a failure stand while its members are walked. */
export interface FailureWords {
  message: Span | null;
  stackTrace: Span | null;
  encoded: { readonly place: number; readonly member: Span; gap: Span | null } | null;
}

export function noteWords(words: FailureWords, name: string, span: Span): void {
  if (name === 'message') words.message = span;
  if (name === 'stackTrace' || name === 'stack_trace') words.stackTrace = span;
}

/** @param previousEnd where the member before it ends, -1 for the first: that takes the comma behind it along */
export function noteEncoded(words: FailureWords, place: number, member: Span, previousEnd: number): void {
  words.encoded = { place, member, gap: previousEnd === -1 ? null : { start: previousEnd, end: member.end } };
}

/** @param next where the next key stands; negative at the end of the failure */
export function noteNext({ encoded }: FailureWords, next: number): void {
  if (encoded?.gap === null) encoded.gap = { start: encoded.member.start, end: next >= 0 ? next : encoded.member.end };
}

/** A failure with encoded attributes tells its payload's place; what it says beside them it says in clear. */
export function closeFailure(
  { places, clear }: Walk,
  { message, stackTrace, encoded }: FailureWords,
  bytes: Buffer,
  path: string,
  position: Position,
): void {
  if (encoded !== null) {
    const { member, gap } = encoded;
    const place = places[encoded.place];
    if (place !== undefined) place.failure = { message, stackTrace, member, gap: gap ?? member };
  }
  if (clear === undefined) return;
  const text = (span: Span | null): string => (span === null ? '' : stringAt(bytes, span));
  const words = { message: text(message), stackTrace: text(stackTrace), encoded: encoded !== null };
  const told = clearWords(path, position, words);
  if (told !== null) clear.push(told);
}
