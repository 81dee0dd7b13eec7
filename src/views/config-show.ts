import { marks, type Style } from '../output/style.ts';
import type { View } from '../output/view.ts';
import { originText, type ProfileFinding } from '../profile/profile.ts';
import type { ShownSetting } from '../profile/show.ts';

interface Shown {
  readonly profile: string;
  readonly items: readonly ShownSetting[];
  readonly findings: readonly ProfileFinding[];
}

export const configShowView: View<Shown> = {
  text: ({ profile, items, findings }, style) => {
    const own = items.filter(({ value }) => value !== '');
    const width = Math.max(...own.map(({ setting }) => setting.length));
    const valueWidth = Math.min(40, Math.max(...own.map(({ value }) => value.length)));
    const lines = own.map(
      ({ setting, value, origin }) =>
        `${setting.padEnd(width)}  ${value.padEnd(valueWidth)}  ${style.dim(originText(origin))}`,
    );
    return [
      `profile ${style.bold(profile)}`,
      '',
      ...lines,
      ...readersText(items, style),
      ...findingsText(findings, style),
    ].join('\n');
  },
};

const names = {
  cli: 'temporal CLI',
  typescript: 'TypeScript SDK',
  go: 'Go SDK',
  core: 'Python, .NET, Ruby SDKs',
} as const;

function readersText(items: readonly ShownSetting[], style: Style): string[] {
  const differing = items.filter(({ readers }) => readers !== undefined);
  if (differing.length === 0) return [];
  const width = Math.max(...differing.map(({ setting }) => setting.length));
  const lines = differing.flatMap(({ setting, readers = {} }) =>
    groupByValue(readers).map(
      ([value, who]) => `  ${setting.padEnd(width)}  ${sees(value)}  ${style.dim(who.join(', '))}`,
    ),
  );
  return ['', style.bold('Other programs make something else of the same files and variables:'), ...lines];
}

function groupByValue(readers: NonNullable<ShownSetting['readers']>): readonly (readonly [string | null, string[]])[] {
  const groups = new Map<string | null, string[]>();
  for (const reader of Object.keys(names) as (keyof typeof names)[]) {
    const value = readers[reader];
    if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), names[reader]]);
  }
  return [...groups];
}

function sees(value: string | null): string {
  return value ?? '(unset)';
}

function findingsText(findings: readonly ProfileFinding[], style: Style): string[] {
  if (findings.length === 0) return [];
  const lines = findings.flatMap(({ code, severity, message, fix }) => [
    `${markOf(severity, style)} ${code} ${message}`,
    ...(fix === undefined ? [] : [`    ${style.dim(fix)}`]),
  ]);
  return ['', ...lines];
}

function markOf(severity: ProfileFinding['severity'], style: Style): string {
  switch (severity) {
    case 'critical':
    case 'error':
      return style.red(marks.fail);
    case 'warning':
      return style.yellow(marks.warn);
    case 'info':
      return style.dim(marks.info);
  }
}
