import type { CheckResult, Report } from '../../connectivity/check.ts';
import { isFailure } from '../../connectivity/resolve.ts';
import { escapeXml } from '../../output/escape.ts';

/** JUnit XML as GitLab, Jenkins and GitHub read it: a suite for each profile, a case for each check. */
export function junitOf(reports: readonly Report[]): string {
  const suites = reports.map((report) => suite(report));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="nexusctl connect-test">',
    ...suites,
    '</testsuites>',
  ].join('\n');
}

function suite({ target, checks, startedAt, durationMs }: Report): string {
  const failures = checks.filter(({ status }) => status === 'fail').length;
  const skipped = checks.filter(({ status }) => status === 'skip').length;
  const name = escapeXml(`${target.profile} ${target.address}`);
  const counts = `tests="${String(checks.length)}" failures="${String(failures)}" errors="0" skipped="${String(skipped)}"`;
  return [
    `  <testsuite name="${name}" ${counts} time="${seconds(durationMs)}" timestamp="${startedAt}">`,
    ...checks.map((check) => testcase(check)),
    '  </testsuite>',
  ].join('\n');
}

function testcase({ id, title, layer, status, durationMs, skippedBecause, findings }: CheckResult): string {
  const open = `    <testcase classname="${escapeXml(`connect-test.${layer}`)}" name="${escapeXml(`${id}: ${title}`)}" time="${seconds(durationMs)}"`;
  if (status === 'skip') return `${open}><skipped message="${escapeXml(skippedBecause ?? '')}"/></testcase>`;
  const text = findings
    .map(({ code, message, fix }) =>
      [
        `${code}: ${message}`,
        ...fix.map((step) => `  ${step.text}${step.command === undefined ? '' : ` $ ${step.command}`}`),
      ].join('\n'),
    )
    .join('\n');
  const first = findings.find(isFailure);
  if (first !== undefined)
    return `${open}><failure type="${first.code}" message="${escapeXml(`${first.code}: ${first.message}`)}">${escapeXml(text)}</failure></testcase>`;
  return text === '' ? `${open}/>` : `${open}><system-out>${escapeXml(text)}</system-out></testcase>`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
