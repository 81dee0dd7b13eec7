import { allChecks, isLocal } from './all-checks.ts';
import { catalogue, type Code, type Severity } from './catalogue.ts';
import type { CheckId, CheckResult, EvidenceMap, Prediction, Primary, Report, Subject } from './check.ts';
import { finding } from './finding.ts';
import type { Net } from './net.ts';
import { predict } from './predict.ts';
import { isFailure, resolvePrimary } from './resolve.ts';
import { runChecks, statusOf, type AnyCheck, type Observer } from './run.ts';

export interface TestOptions {
  readonly subject: Subject;
  readonly net: Net;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly stepTimeoutMs: number;
  /** Empty: all. The checks that these need run as well. */
  readonly only: readonly CheckId[];
  readonly skip: readonly CheckId[];
  readonly deep: boolean;
  readonly offline: boolean;
  readonly clock: () => Date;
  readonly observer: Observer;
}

/** Tests one target once. */
export async function testConnection(options: TestOptions): Promise<Report> {
  const { subject, net, signal } = options;
  const startedAt = options.clock();
  const checks = allChecks;
  const { results, evidence } = await runChecks(checks, {
    subject,
    net,
    signal,
    deadline: AbortSignal.timeout(options.timeoutMs),
    stepTimeoutMs: options.stepTimeoutMs,
    unwanted: unwantedChecks(checks, options),
    now: () => performance.now(),
    observer: options.observer,
  });
  evidence.http2?.session.close();
  const judged = demote(results, evidence);
  const predictions = options.offline || options.only.length > 0 ? [] : predict(judged, evidence, subject);
  const shown = [...judged, ...sdkResult(predictions, subject)];
  const primary = primaryOf(shown, subject);
  const failed = shown.some(({ status, findings }) => status === 'fail' || findings.some(isFailure));
  const strictly = subject.strict && shown.some(({ status }) => status === 'warn');
  return {
    tool: 'nexusctl',
    version: options.version,
    startedAt: startedAt.toISOString(),
    durationMs: options.clock().getTime() - startedAt.getTime(),
    target: targetOf(subject),
    backend: subject.profile.backend?.value ?? 'self-hosted',
    ok: !failed && !strictly,
    primary,
    checks: shown,
    predictions,
    warnings: [],
  };
}

/** What the server has proven to be in order is no failure, whatever the rules of others say about it. */
function demote(results: readonly CheckResult[], evidence: Partial<EvidenceMap>): readonly CheckResult[] {
  const trusted = evidence['tls-trust']?.stores.configured === null;
  const answered = evidence['system-info'] !== undefined;
  const tookPair =
    answered && evidence['certificate-files']?.clientPair !== undefined && evidence.address?.cloud !== true;
  const proven = (code: Code): Severity | null => {
    if (trusted && code === 'CA003') return 'info';
    if (evidence.namespace !== undefined && code === 'CFG011') return 'info';
    return tookPair && tolerated.has(code) ? 'warning' : null;
  };
  return results.map((result) => {
    if (result.layer !== 'local' || result.status === 'skip') return result;
    const findings = result.findings.map((found) => {
      const severity = proven(found.code);
      return severity === null || found.severity === 'info' ? found : { ...found, severity };
    });
    return { ...result, findings, status: statusOf(findings) };
  });
}

/** Rules of Cloud and OpenSSL that some servers do not hold. */
const tolerated = new Set<Code>(['CRT007', 'CRT008', 'CRT009', 'CRT012', 'CRT013']);

function unwantedChecks(
  checks: readonly AnyCheck[],
  { only, skip, deep, offline }: Pick<TestOptions, 'only' | 'skip' | 'deep' | 'offline'>,
): ReadonlyMap<CheckId, string> {
  const unwanted = new Map<CheckId, string>();
  const wanted = new Set<CheckId>();
  const want = (id: CheckId): void => {
    if (wanted.has(id)) return;
    wanted.add(id);
    for (const need of checks.find((check) => check.id === id)?.needs ?? []) want(need);
  };
  only.forEach(want);
  for (const check of checks) {
    if (skip.includes(check.id)) unwanted.set(check.id, 'left out by --skip');
    else if (only.length > 0 && !wanted.has(check.id)) unwanted.set(check.id, 'not asked for by --only');
    else if (offline && !isLocal(check)) unwanted.set(check.id, 'left out by --offline');
    else if (check.deep === true && !deep && !only.includes(check.id)) unwanted.set(check.id, 'only with --deep');
  }
  return unwanted;
}

function sdkResult(predictions: readonly Prediction[], { sdk }: Subject): CheckResult[] {
  const prediction = predictions.find((candidate) => candidate.sdk === sdk);
  if (prediction === undefined) return [];
  const { connects, reasonCodes } = prediction;
  const title = `${prediction.sdk} will connect`;
  const base = { id: 'sdk', title, layer: 'sdk', durationMs: 0 } as const;
  if (connects) return [{ ...base, status: 'pass', findings: [] }];
  const message = `${prediction.sdk} will not connect: ${reasonCodes.map((code) => `${code} (${catalogue[code].title})`).join(', ')}`;
  return [
    {
      ...base,
      status: 'fail',
      findings: [finding('SDK001', message, { evidence: { sdk: prediction.sdk, reasonCodes } })],
    },
  ];
}

/** With --sdk, its predicted failure decides; the finding behind it says more than the prediction itself. */
function primaryOf(results: readonly CheckResult[], { sdk }: Subject): Primary | null {
  const primary = resolvePrimary(results);
  const predicted = results.find(({ id }) => id === 'sdk')?.findings[0];
  if (sdk === null || predicted === undefined) return primary;
  if (
    primary !== null &&
    (primary.severity === 'error' || primary.severity === 'critical') &&
    primary.code !== 'SDK001'
  )
    return primary;
  const reasons = (predicted.evidence['reasonCodes'] ?? []) as readonly Code[];
  for (const result of results) {
    const found = result.findings.find(({ code }) => reasons.includes(code));
    if (found !== undefined)
      return {
        code: found.code,
        severity: 'error',
        check: result.id,
        summary: `${sdk}: ${found.message}`,
        fix: found.fix,
      };
  }
  return primary;
}

function targetOf({ profile, material, tls }: Subject): Report['target'] {
  return {
    address: profile.address.value,
    namespace: profile.namespace.value,
    auth: [
      ...(material.clientCert.state === 'absent' ? [] : ['mtls' as const]),
      ...(material.apiKey.state === 'absent' ? [] : ['api-key' as const]),
    ],
    tls,
    profile: profile.name,
  };
}
