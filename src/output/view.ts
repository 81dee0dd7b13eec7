import type { Style } from './style.ts';

export const formats = [
  'text',
  'json',
  'jsonl',
  'table',
  'csv',
  'markdown',
  'mermaid',
  'junit',
  'sarif',
  'github',
] as const;
export type Format = (typeof formats)[number];

/**
 * How one kind of result becomes words. Every function gets the result with its strings escaped for the terminal
 * (except `json`, `jsonl` and the formats that name `raw`), writes nothing, and returns the whole text.
 */
export interface View<T> {
  /** The product is a secret, or a document that must stay as it is: the last gate lets everything through. */
  readonly showsSecrets?: true;
  readonly text: (result: T, style: Style) => string;
  /** The JSON document; without it the result itself, which then already has the shape of the contract. */
  readonly json?: (result: T) => object;
  /** One document a line for `-o jsonl`; without it the JSON document's `items` or, if none, the document. */
  readonly jsonl?: (result: T) => readonly object[];
  /** Other formats, with unescaped strings: each uses its own escape of output/escape.ts. */
  readonly raw?: Partial<Record<Exclude<Format, 'text' | 'json' | 'jsonl'>, (result: T, style: Style) => string>>;
}
