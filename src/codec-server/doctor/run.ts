import type { ExitCode } from '../../errors/exit-codes.ts';
import { addressChecks, checkLocalNetwork, checkReach } from './address-checks.ts';
import { checkAuthentication } from './authentication.ts';
import { corsChecks, preflightChecks } from './browser-checks.ts';
import { checkDownload } from './download.ts';
import { judgeLatency, measureLatency, type Latency } from './latency.ts';
import type { CodecProbe, ProbeResult } from './probe.ts';
import { answerChecks, requestChecks } from './protocol-checks.ts';
import { checkTitles, type Check, type CheckId, type CodecReport } from './report.ts';
import { checkRoundTrip } from './round-trip.ts';
import { bodyOf, samples } from './samples.ts';
import { subjectOf, type Answered, type DoctorOptions, type Subject } from './subject.ts';
import { isNoCodec, type Checker, type Checks, type Verdict } from './verdict.ts';

export interface Diagnosis {
  readonly report: CodecReport;
  readonly exitCode: ExitCode;
}

/** Those that make sense once it has answered. */
const answeredChecks: Checks<Answered> = {
  'local-network': checkLocalNetwork,
  ...preflightChecks,
  authentication: checkAuthentication,
  ...answerChecks,
  ...corsChecks,
  ...requestChecks,
  'round-trip': checkRoundTrip,
  download: checkDownload,
};

/** Examines a codec server as the Web UI, the `temporal` CLI and the Go SDK use it, and names what they hide. */
export async function diagnose(probe: CodecProbe, options: DoctorOptions, strict: boolean): Promise<Diagnosis> {
  const subject = subjectOf(probe, options);
  const checks: Check[] = [];
  const exits = new Map<CheckId, ExitCode>();

  const run = async (id: CheckId, work: () => Verdict | Promise<Verdict>): Promise<Verdict> => {
    const started = performance.now();
    const verdict = await work();
    checks.push(checkOf(id, verdict, performance.now() - started));
    if (verdict.status === 'fail') exits.set(id, verdict.exit ?? 1);
    options.signal.throwIfAborted();
    return verdict;
  };

  for (const [id, check] of inOrder(addressChecks)) await run(id, () => check(subject));
  const first = await subject.fromPage(bodyOf([samples.plain]));
  await run('reach', () => checkReach(subject, first));
  let stopped = 'it does not answer';
  let answered = first.ok ? { ...subject, first } : null;
  for (const [id, check] of inOrder(answeredChecks)) {
    const verdict = await run(id, () => (answered === null ? { status: 'skip', message: stopped } : check(answered)));
    if (id !== 'authentication' || verdict.status !== 'fail') continue;
    stopped = verdict.exit === 4 ? 'it refuses this credential' : 'it no longer answers';
    answered = null;
  }
  let latency: Latency | undefined;
  await run('latency', async () => {
    if (answered === null) return { status: 'skip', message: stopped };
    const measured = await measureLatency(answered);
    if ('status' in measured) return measured;
    latency = measured;
    return judgeLatency(measured);
  });

  const failed = primaryOf(checks, first);
  const ok = failed === undefined && !(strict && checks.some(({ status }) => status === 'warn'));
  return {
    report: {
      url: subject.url,
      origin: options.origin,
      namespace: options.namespace,
      ok,
      primary:
        failed === undefined
          ? null
          : { check: failed.id, summary: failed.message, ...(failed.fix === undefined ? {} : { fix: failed.fix }) },
      checks,
      ...(latency === undefined ? {} : { latencyMs: latency }),
      warnings: [],
    },
    exitCode: (failed === undefined ? undefined : exits.get(failed.id)) ?? (ok ? 0 : 1),
  };
}

function checkOf(id: CheckId, verdict: Verdict, ms: number): Check {
  const { status, message } = verdict;
  const told = 'fix' in verdict || 'seenAs' in verdict ? verdict : undefined;
  return {
    id,
    title: checkTitles[id],
    status,
    message,
    durationMs: Math.round(ms),
    ...(told?.seenAs === undefined ? {} : { seenAs: told.seenAs }),
    ...(told?.fix === undefined ? {} : { fix: told.fix }),
  };
}

/** The first that failed; but where no codec answers at all, what a browser would miss there is beside the point. */
function primaryOf(checks: readonly Check[], first: ProbeResult): Check | undefined {
  const failures = checks.filter(({ status }) => status === 'fail');
  const unmet = isNoCodec(first) ? failures.find(({ id }) => id === 'passthrough') : undefined;
  return unmet ?? failures[0];
}

function inOrder<S extends Subject>(checks: Checks<S>): [CheckId, Checker<S>][] {
  return Object.entries(checks) as [CheckId, Checker<S>][];
}
