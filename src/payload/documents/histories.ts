/** A workflow run: which history is meant. Without a run id the latest run is. */
export interface Execution {
  readonly workflowId: string;
  readonly runId?: string;
}

/** Histories of a namespace. Filled by adapters/histories.ts. */
export interface Histories {
  /**
   * The history, archived ones too: messages of type History, a page each. The next page is asked for before the one at
   * hand is taken.
   * @throws NexusctlError NOT_FOUND, PERMISSION_DENIED, UNREACHABLE …
   */
  readonly history: (execution: Execution, signal: AbortSignal) => AsyncGenerator<Buffer, void>;
  /** The runs that a list filter finds, all pages, newest first as the server has them. */
  readonly find: (query: string, signal: AbortSignal) => AsyncGenerator<Execution, void>;
  readonly close: () => void;
}
