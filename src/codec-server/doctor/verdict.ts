import type { ExitCode } from '../../errors/exit-codes.ts';
import { failureOf } from './failure.ts';
import type { ProbeResult } from './probe.ts';
import type { CheckId, SeenAs } from './report.ts';
import type { Subject } from './subject.ts';

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

export type Checker<S extends Subject> = (subject: S) => Verdict | Promise<Verdict>;

/** In the order in which they run. */
export type Checks<S extends Subject> = Readonly<Partial<Record<CheckId, Checker<S>>>>;

export function fromFailure(result: ProbeResult & { ok: false }, subject: Subject) {
  const { message, fix, exit } = failureOf(result, subject.url, subject.options.timeoutMs, 'first' in subject);
  return { status: 'fail', message, fix, exit } as const satisfies Verdict;
}

/** What answers is something else, or a proxy without a codec server behind it. */
export function isNoCodec(answer: ProbeResult): boolean {
  if (!answer.ok) return false;
  const { status, body } = answer;
  return status === 200
    ? !/^\s*\{/.test(body)
    : (status >= 300 && status < 400) || [404, 502, 503, 504].includes(status);
}
