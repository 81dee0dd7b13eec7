import type { ExitCode } from '../../errors/exit-codes.ts';
import { failureOf } from './failure.ts';
import type { ProbeResult } from './probe.ts';
import type { SeenAs } from './report.ts';

/** What one check found. */
export type Verdict =
  | { readonly status: 'pass' | 'skip'; readonly message: string }
  | {
      readonly status: 'warn' | 'fail';
      readonly message: string;
      readonly seenAs?: SeenAs;
      readonly fix?: string;
      readonly exit?: ExitCode;
    };

export function fromFailure(result: ProbeResult & { ok: false }, url: string, timeoutMs: number): Verdict {
  const { message, fix, exit } = failureOf(result, url, timeoutMs);
  return { status: 'fail', message, fix, exit };
}
