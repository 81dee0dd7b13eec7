import type { Report } from '../../connectivity/check.ts';
import type { View } from '../../output/view.ts';
import { githubOf } from './github.ts';
import { junitOf } from './junit.ts';
import { sarifOf } from './sarif.ts';
import { reportText } from './text.ts';

export const connectTestView: View<Report> = {
  text: reportText,
  json: (report) => ({ schemaVersion: 1, ...documentOf(report) }),
  raw: {
    junit: (report) => junitOf([report]),
    sarif: (report) => sarifOf([report]),
    github: (report) => githubOf([report]),
  },
};

interface Reports {
  readonly results: readonly Report[];
  readonly warnings: readonly string[];
}

export const connectTestsView: View<Reports> = {
  text: ({ results }, style) =>
    results
      .map((report) => `${style.bold(`profile ${report.target.profile}`)}\n${reportText(report, style)}`)
      .join('\n\n'),
  json: ({ results, warnings }) => ({ schemaVersion: 1, results: results.map(documentOf), warnings }),
  jsonl: ({ results }) => results.map((report) => ({ schemaVersion: 1, ...documentOf(report) })),
  raw: {
    junit: ({ results }) => junitOf(results),
    sarif: ({ results }) => sarifOf(results),
    github: ({ results }) => githubOf(results),
  },
};

/** The contract's fields and nothing else: places and predictions' inputs serve other formats. */
function documentOf(report: Report): object {
  return {
    ...report,
    checks: report.checks.map((check) => ({
      ...check,
      findings: check.findings.map(({ code, severity, message, evidence, causes, fix }) => ({
        code,
        severity,
        message,
        evidence,
        causes,
        fix,
      })),
    })),
  };
}

interface ListedCheck {
  readonly id: string;
  readonly title: string;
  readonly layer: string;
  readonly needs: readonly string[];
  readonly deep: boolean;
}

export const checkListView: View<{ readonly items: readonly ListedCheck[]; readonly warnings: readonly string[] }> = {
  text: ({ items }) => {
    const width = Math.max(...items.map(({ id }) => id.length));
    return items
      .map(
        ({ id, layer, title, deep }) => `${id.padEnd(width)}  ${layer.padEnd(9)}  ${title}${deep ? ' (--deep)' : ''}`,
      )
      .join('\n');
  },
};
