import type { Span } from './json-scan.ts';
import type { Walk } from './place.ts';

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

/** A failure with encoded attributes tells its payload's place; any other that says something says it in clear. */
export function closeFailure(walk: Walk, { message, stackTrace, encoded }: FailureWords, path: string): void {
  if (encoded !== null) {
    const { member, gap } = encoded;
    const place = walk.places[encoded.place];
    if (place !== undefined) place.failure = { message, stackTrace, member, gap: gap ?? member };
  } else if (message !== null && message.end - message.start > 2) walk.clearFailures?.push(path);
}
