import { catalogue, type Code } from '../../connectivity/catalogue.ts';
import type { Report } from '../../connectivity/check.ts';
import type { Finding } from '../../connectivity/finding.ts';
import { fileUri } from '../../output/file-uri.ts';

const levels = { critical: 'error', error: 'error', warning: 'warning', info: 'note' } as const;

/** SARIF 2.1.0 with the findings that have a place in a file: what a network does belongs to no line. */
export function sarifOf(reports: readonly Report[]): string {
  const found = reports
    .flatMap(({ checks }) => checks.flatMap(({ findings }) => findings))
    .filter(({ code, location }) => location !== undefined || catalogue[code].layer === 'local');
  const rules = [...new Set(found.map(({ code }) => code))];
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'nexusctl', version: reports[0]?.version ?? '', rules: rules.map(rule) } },
        results: found.map((finding) => resultOf(finding, rules.indexOf(finding.code))),
      },
    ],
  };
  return JSON.stringify(document, null, 2);
}

function rule(code: Code) {
  const { title, means, fix, severity } = catalogue[code];
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: means },
    help: { text: fix.join('\n') },
    defaultConfiguration: { level: levels[severity] },
  };
}

function resultOf({ code, severity, message, location }: Finding, ruleIndex: number) {
  return {
    ruleId: code,
    ruleIndex,
    level: levels[severity],
    message: { text: message },
    ...(location === undefined
      ? {}
      : {
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: fileUri(location.file) },
                ...(location.line === undefined ? {} : { region: { startLine: location.line } }),
              },
            },
          ],
        }),
  };
}
