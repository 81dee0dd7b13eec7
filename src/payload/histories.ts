/** A workflow run: which history is meant. Without a run id the latest run is. */
export interface Execution {
  readonly workflowId: string;
  readonly runId?: string;
}

/** Histories of a namespace. Filled by adapters/histories.ts. */
export interface Histories {
  /**
   * The history as JSON text, `{"events":[…]}` in the proto3 form that SDK replayers load, a page at a time, archived
   * ones too. The next page is asked for before the one at hand is taken.
   * @param unknown called once when the server knows fields that this version does not
   * @throws NexusctlError NOT_FOUND, PERMISSION_DENIED, UNREACHABLE …
   */
  readonly history: (
    execution: Execution,
    signal: AbortSignal,
    unknown: () => void,
  ) => AsyncGenerator<Uint8Array, void>;
  /** The runs that a list filter finds, all pages, newest first as the server has them. */
  readonly find: (query: string, signal: AbortSignal) => AsyncGenerator<Execution, void>;
  readonly close: () => void;
}
