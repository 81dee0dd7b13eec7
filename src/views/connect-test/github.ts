import type { Report } from '../../connectivity/check.ts';
import type { Finding } from '../../connectivity/finding.ts';
import { escapeGithubData, escapeGithubProperty, escapeTerminal } from '../../output/escape.ts';

const commands = { critical: 'error', error: 'error', warning: 'warning', info: 'notice' } as const;

/** Workflow commands that GitHub shows as annotations, and one line of verdict. */
export function githubOf(reports: readonly Report[]): string {
  return reports
    .flatMap((report) => [
      ...report.checks.flatMap(({ findings }) =>
        findings.filter(({ severity }) => severity !== 'info').map(annotation),
      ),
      verdict(report),
    ])
    .join('\n');
}

function annotation({ code, severity, message, location, fix }: Finding): string {
  const properties = [
    ...(location === undefined ? [] : [`file=${escapeGithubProperty(location.file)}`]),
    ...(location?.line === undefined ? [] : [`line=${String(location.line)}`]),
    `title=${escapeGithubProperty(`nexusctl ${code}`)}`,
  ].join(',');
  const text = [message, ...fix.map((step) => step.text)].join('\n');
  return `::${commands[severity]} ${properties}::${escapeGithubData(text)}`;
}

function verdict({ ok, primary, target }: Report): string {
  const words = primary === null ? 'nothing wrong' : `${primary.code} ${primary.summary}`;
  return escapeTerminal(`${ok ? 'ok' : 'failed'} ${target.profile} ${target.address} ${words}`)
    .replaceAll('::', ': :')
    .replaceAll('##[', '## [');
}
