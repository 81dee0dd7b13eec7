import { errorCatalogue, type ErrorCode } from './catalogue.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';

/** Scalars only: details travel into JSON and logs, so they hold names and numbers, never foreign documents. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

interface ErrorContext {
  /** What to type or look at next; one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  readonly details?: ErrorDetails | undefined;
}

/** The one error class: everything a user can cause or meet. Anything else that is thrown is a bug (exit 70). */
export class NexusctlError extends Error {
  override readonly name = 'NexusctlError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: ErrorDetails | undefined;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.hint = context.hint;
    this.details = context.details;
  }

  get exitCode(): ExitCode {
    return exitCodes[errorCatalogue[this.code]];
  }
}
