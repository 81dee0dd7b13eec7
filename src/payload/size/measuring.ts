/** A message that is measured, with what is known around it. */
export interface Measured {
  readonly type: string;
  readonly path: string;
  readonly measuring: Measuring;
  /** A failure in a failure is its cause. */
  readonly inFailure?: boolean;
}

/** What is asked for while a message is measured. */
export interface Measuring {
  /** Bytes on the wire of the next payload. */
  readonly payload: () => number;
  /** Called for each failure that is not the cause of another one. */
  readonly failure: (path: string, bytes: number) => void;
}
