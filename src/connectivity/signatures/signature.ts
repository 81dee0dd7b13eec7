import type { Code } from '../catalogue.ts';

/** Words that clients print, innermost cause first, and the findings that they fit, likeliest first. */
export interface Signature {
  readonly pattern: RegExp;
  readonly codes: readonly Code[];
  /** What the matched words say, for `because`. */
  readonly says: string;
  /** The words name a symptom that many faults share: no cause is ever sure by them. */
  readonly vague?: true;
}
