import type { NamespaceApi } from './namespace.ts';

/** What a namespace frontend can be asked. Filled by adapters/frontend.ts. */
export interface Frontend {
  readonly namespaces: NamespaceApi;
  /** How many workers have polled a Nexus task queue lately. */
  readonly pollers: (namespace: string, taskQueue: string, signal: AbortSignal) => Promise<number>;
  /** The response headers of a harmless call: an enforcing server says there which policy it has loaded. */
  readonly headers: (signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
  /** What the cluster calls itself; empty texts where it has no name or id. */
  readonly cluster: (signal: AbortSignal) => Promise<{ readonly name: string; readonly id: string }>;
  readonly close: () => void;
}
