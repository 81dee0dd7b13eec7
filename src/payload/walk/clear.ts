import type { Position } from '../model/position.ts';

/** What no codec touches, or what its writer left outside of one: where it stands, never what it says. */
export type Clear = {
  readonly path: string;
  readonly position: Position;
} & (
  | { readonly kind: 'header'; readonly name: string }
  /** Words of a failure; `encoded` when it has encoded attributes too, which should hold them. */
  | { readonly kind: 'failure'; readonly message: boolean; readonly stackTrace: boolean; readonly encoded: boolean }
);

/** While a document is walked: the first of several documents is known as that only later. */
export type OpenClear = Clear & { path: string };

/** The message of a failure whose words are in its encoded attributes, in every SDK. */
const encodedMessage = 'Encoded failure';

/** The words of a failure that are in clear; null when none are. */
export function clearWords(
  path: string,
  position: Position,
  words: { readonly message: string; readonly stackTrace: string; readonly encoded: boolean },
): Clear | null {
  const { encoded } = words;
  const message = words.message !== '' && !(encoded && words.message === encodedMessage);
  const stackTrace = words.stackTrace !== '';
  return message || stackTrace ? { kind: 'failure', path, position, message, stackTrace, encoded } : null;
}
