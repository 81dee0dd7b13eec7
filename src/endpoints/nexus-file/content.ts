import type { CallerEntry, Target } from '../endpoint.ts';

/** One endpoint of a nexus.yaml. Absent parts are left as they are on the server. */
export interface FileEndpoint {
  readonly name: string;
  readonly owner?: string;
  readonly description?: string;
  readonly target?: Target;
  /** The whole list; absent leaves it alone, empty means nobody. */
  readonly allow?: readonly CallerEntry[];
  /** Wins over `allow`. */
  readonly blocked?: readonly string[];
}

/** What a nexus.yaml says. Format: schemas/nexus.schema.json. */
export interface NexusContent {
  readonly account?: string;
  readonly cluster?: string;
  /** Globs of the endpoint names that the file owns. */
  readonly scope?: readonly string[];
  readonly endpoints: readonly FileEndpoint[];
}

export interface NexusFile extends NexusContent {
  readonly path: string;
  /** SHA-256 of its bytes, lower-case hex. */
  readonly digest: string;
}

/** Puts environment values into a text, for the names that the user allowed. */
export type Expand = (text: string) => string;
