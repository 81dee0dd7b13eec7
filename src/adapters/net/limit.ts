import type { Limits } from '../../connectivity/net.ts';

/** Node's error code of anything thrown; EUNKNOWN when there is none. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EUNKNOWN';
}

/** Null when the limit ends first. */
export async function within<T>(work: Promise<T>, limits: Limits): Promise<T | null> {
  const limit = limited<null>(limits, () => null);
  try {
    return await Promise.race([work, limit.ended]);
  } finally {
    limit.settle(null);
  }
}

/** A result that comes once: by `settle`, or as `late()` when time or the signal ends first. */
export interface Limited<T> {
  readonly ended: Promise<T>;
  /** The first call counts. */
  readonly settle: (result: T) => void;
}

export function limited<T>({ timeoutMs, signal }: Limits, late: () => T): Limited<T> {
  let finish: (result: T) => void = () => undefined;
  const ended = new Promise<T>((resolve) => {
    finish = resolve;
  });
  const give = (): void => settle(late());
  const timer = setTimeout(give, timeoutMs);
  signal.addEventListener('abort', give, { once: true });
  const settle = (result: T): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', give);
    finish(result);
  };
  if (signal.aborted) give();
  return { ended, settle };
}
