/** The port through which documents of any size come in and go out. Filled by adapters/documents.ts. */
export interface Documents {
  /**
   * The bytes of a file, a chunk at a time.
   * @throws NexusctlError FILE_UNREADABLE while it is read
   */
  readonly read: (path: string, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  /**
   * A new file of mode 0600 beside `path` that takes its place when `close` is called; `abandon` leaves nothing behind.
   * @throws NexusctlError FILE_UNWRITABLE
   */
  readonly write: (path: string) => Promise<DocumentWriter>;
}

export interface DocumentWriter {
  readonly write: (chunk: Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly abandon: () => Promise<void>;
}
