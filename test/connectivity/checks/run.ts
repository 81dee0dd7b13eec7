import { address } from '../../../src/connectivity/checks/address.ts';
import { certificateFiles } from '../../../src/connectivity/checks/certificate-files.ts';
import { certificatePair } from '../../../src/connectivity/checks/certificate-pair.ts';
import { certificatePolicy } from '../../../src/connectivity/checks/certificate-policy.ts';
import { configuration } from '../../../src/connectivity/checks/configuration.ts';
import { token } from '../../../src/connectivity/checks/token.ts';
import type { CheckResult } from '../../../src/connectivity/check.ts';
import type { Net } from '../../../src/connectivity/net.ts';
import { runChecks } from '../../../src/connectivity/run.ts';
import { subjectOf, type Given } from './subject.ts';

/** Runs every local check; a local check that touches the network would throw. */
export async function runLocal(given: Given): Promise<readonly CheckResult[]> {
  const { results } = await runChecks(
    [configuration, address, certificateFiles, certificatePair, certificatePolicy, token],
    {
      subject: subjectOf(given),
      net: {} as Net,
      signal: new AbortController().signal,
      deadline: new AbortController().signal,
      stepTimeoutMs: 1000,
      unwanted: new Map(),
      now: () => 0,
      observer: { started: () => undefined, finished: () => undefined },
    },
  );
  return results;
}

/** `CODE severity` of everything that was found, in order. */
export async function found(given: Given): Promise<readonly string[]> {
  return (await runLocal(given)).flatMap(({ findings }) => findings.map(({ code, severity }) => `${code} ${severity}`));
}
