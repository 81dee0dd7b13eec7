import type { Check, CheckId, CheckInput, CheckResult, EvidenceMap, Outcome, Status, Subject } from './check.ts';
import { finding, type Finding } from './finding.ts';
import type { Net } from './net.ts';

/** Told what happens, for a progress line. */
export interface Observer {
  readonly started: (check: AnyCheck) => void;
  readonly finished: (result: CheckResult) => void;
}

export type AnyCheck = { readonly [Id in CheckId]: Check<Id> }[CheckId];

export interface RunOptions {
  readonly subject: Subject;
  readonly net: Net;
  readonly signal: AbortSignal;
  /** Ends the test: what runs then comes to its end, what has not begun is skipped. */
  readonly deadline: AbortSignal;
  /** Milliseconds for one check. */
  readonly stepTimeoutMs: number;
  /** Checks that the user does not want, with the words for it. */
  readonly unwanted: ReadonlyMap<CheckId, string>;
  readonly now: () => number;
  readonly observer: Observer;
}

export interface RunResult {
  readonly results: readonly CheckResult[];
  readonly evidence: Partial<EvidenceMap>;
}

/**
 * Runs a graph of checks: each starts when those it needs have ended, so independent ones go side by side.
 * A check whose need failed or was skipped becomes a visible skip. Results keep the order of `checks`.
 */
export async function runChecks(checks: readonly AnyCheck[], options: RunOptions): Promise<RunResult> {
  const evidence: Partial<EvidenceMap> = {};
  const running = new Map<CheckId, Promise<Ended>>();
  const start = (check: AnyCheck): Promise<Ended> => {
    const known = running.get(check.id);
    if (known !== undefined) return known;
    const ended = (async () => {
      const before = [...check.needs, ...(check.after ?? [])];
      const awaited = await Promise.all(
        checks.filter(({ id }) => before.includes(id)).map(async (earlier) => start(earlier)),
      );
      return runOne(check, awaited, evidence, options);
    })();
    running.set(check.id, ended);
    return ended;
  };
  const ended = await Promise.all(checks.map(start));
  return { results: ended.map(({ result }) => result), evidence };
}

interface Ended {
  readonly result: CheckResult;
  /** Later checks that need this one are skipped. */
  readonly blocks: boolean;
}

async function runOne(
  check: AnyCheck,
  earlier: readonly Ended[],
  evidence: Partial<EvidenceMap>,
  options: RunOptions,
): Promise<Ended> {
  const unwanted = options.unwanted.get(check.id);
  if (unwanted !== undefined) return skip(check, unwanted, true, options);
  const blocker = earlier.find(
    ({ result, blocks }) => blocks && (check.needs as readonly string[]).includes(result.id),
  );
  if (blocker !== undefined) {
    const { title, status } = blocker.result;
    const why = status === 'fail' ? 'failed' : 'was skipped';
    return skip(check, `"${title}" ${why}`, true, options);
  }
  options.signal.throwIfAborted();
  if (options.deadline.aborted) return skip(check, 'the time for the test was over (--timeout)', true, options);
  options.observer.started(check);
  const startedAt = options.now();
  const outcome = await judge(check, evidence, options);
  if ('notApplicable' in outcome) return skip(check, outcome.notApplicable, false, options);
  if (outcome.evidence !== undefined) Object.assign(evidence, { [check.id]: outcome.evidence });
  const result: CheckResult = {
    id: check.id,
    title: check.title,
    layer: check.layer,
    status: statusOf(outcome.findings),
    durationMs: Math.round(options.now() - startedAt),
    findings: outcome.findings,
  };
  options.observer.finished(result);
  return { result, blocks: result.status === 'fail' };
}

async function judge(
  check: AnyCheck,
  evidence: Partial<EvidenceMap>,
  { subject, net, signal, deadline, stepTimeoutMs }: RunOptions,
): Promise<Outcome<unknown>> {
  const declared = new Set<CheckId>([...check.needs, ...(check.after ?? [])]);
  const limit = new AbortController();
  const input: CheckInput = {
    subject,
    net,
    limitMs: stepTimeoutMs,
    signal: AbortSignal.any([signal, deadline, limit.signal]),
    evidence: (id) => {
      if (!declared.has(id)) throw new Error(`check ${check.id} reads evidence of ${id} without declaring it`);
      return evidence[id];
    },
  };
  if (check.onTimeout === undefined || check.deep === true) return check.run(input);
  // A check ends its own work within limitMs and says what hung; this is the fence behind it.
  const code = check.onTimeout;
  let timer: NodeJS.Timeout | undefined;
  const fence = new Promise<Outcome<unknown>>((resolve) => {
    timer = setTimeout(
      () => {
        limit.abort();
        resolve({ findings: [finding(code, `no verdict within ${String(stepTimeoutMs)} ms`)] });
      },
      stepTimeoutMs * 2 + 250,
    );
  });
  try {
    return await Promise.race([check.run(input), fence]);
  } finally {
    clearTimeout(timer);
  }
}

function skip(check: AnyCheck, because: string, blocks: boolean, { observer }: RunOptions): Ended {
  const { id, title, layer } = check;
  const result: CheckResult = {
    id,
    title,
    layer,
    status: 'skip',
    durationMs: 0,
    skippedBecause: because,
    findings: [],
  };
  observer.finished(result);
  return { result, blocks };
}

export function statusOf(findings: readonly Finding[]): Status {
  if (findings.some(({ severity }) => severity === 'critical' || severity === 'error')) return 'fail';
  return findings.some(({ severity }) => severity === 'warning') ? 'warn' : 'pass';
}
