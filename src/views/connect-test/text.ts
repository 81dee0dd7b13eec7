import { catalogue } from '../../connectivity/catalogue.ts';
import type { CheckResult, Prediction, Report } from '../../connectivity/check.ts';
import type { Finding } from '../../connectivity/finding.ts';
import { marks, type Style } from '../../output/style.ts';
import { wrapLine } from '../../output/wrap.ts';

/** One line for each check; what was found is expanded; the verdict is the last line. */
export function reportText(report: Report, style: Style): string {
  return [
    ...report.checks.flatMap((check) => checkLines(check, style)),
    ...predictionLines(report.predictions, style),
    ...report.warnings.map((warning) => `${style.yellow(marks.warn)} ${warning}`),
    '',
    verdict(report, style),
  ]
    .map((line) => (/^ *\$ /.test(line) ? line : wrapLine(line, style.width)))
    .join('\n');
}

function checkLines({ status, title, durationMs, skippedBecause, findings }: CheckResult, style: Style): string[] {
  const paint = { pass: style.green, warn: style.yellow, fail: style.red, skip: style.dim }[status];
  const tail =
    skippedBecause === undefined
      ? durationMs > 0
        ? `  ${String(durationMs)} ms`
        : ''
      : `  skipped: ${skippedBecause}`;
  const head = `${paint(marks[status])} ${status === 'skip' ? style.dim(title) : title}${style.dim(tail)}`;
  return [head, ...findings.flatMap((finding) => findingLines(finding, style))];
}

function findingLines({ code, severity, message, evidence, causes, fix, location }: Finding, style: Style): string[] {
  if (severity === 'info') return [`    ${style.dim(`${marks.info} ${code} ${message}`)}`];
  const paint = severity === 'warning' ? style.yellow : style.red;
  const { title, means } = catalogue[code];
  const words = evidence['grpcMessage'] ?? evidence['body'];
  return [
    `    ${paint(style.bold(code))} ${style.bold(title)}`,
    `      seen   ${message}`,
    ...(typeof words === 'string' && words !== '' && !message.includes(words)
      ? [`             ${style.dim(words)}`]
      : []),
    ...(location?.line === undefined || message.includes(`:${String(location.line)}`)
      ? []
      : [`      at     ${location.file}:${String(location.line)}`]),
    `      means  ${means}`,
    ...causes.map(({ text, likelihood }) => `      maybe  ${text} (${likelihood})`),
    ...fix.flatMap(({ text, command }) => [
      `      do     ${text}`,
      ...(command === undefined ? [] : [`             $ ${style.cyan(command)}`]),
    ]),
  ];
}

function predictionLines(predictions: readonly Prediction[], style: Style): string[] {
  if (predictions.length === 0) return [];
  const one = ({ sdk, connects, reasonCodes }: Prediction): string => {
    const reasons = reasonCodes.length === 0 ? '' : ` (${reasonCodes.join(', ')})`;
    return `${connects ? style.green(marks.pass) : style.red(marks.fail)} ${sdk}${reasons}`;
  };
  return ['', `SDKs: ${predictions.map(one).join('   ')}`];
}

function verdict({ ok, primary, target, durationMs, checks }: Report, style: Style): string {
  const where = `${target.address}, namespace ${target.namespace}`;
  if (primary === null) {
    const called = checks.some(({ id, status }) => id === 'system-info' && status === 'pass');
    const what = called ? `connected to ${where}` : `nothing wrong was found for ${where}`;
    return `${style.green(marks.pass)} ${what} (${String(durationMs)} ms)`;
  }
  const { code, summary } = primary;
  const mark = primary.severity === 'warning' ? style.yellow(marks.warn) : style.red(marks.fail);
  const connected = ok ? `connected to ${where}, but ` : '';
  return `${mark} ${connected}${style.bold(code)}: ${summary}`;
}
