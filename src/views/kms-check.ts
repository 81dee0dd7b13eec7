import { marks, type Style } from '../output/style.ts';
import type { View } from '../output/view.ts';
import type { KmsCheck, KmsStep } from '../payload/keys/kms-check.ts';

interface Checked {
  readonly items: readonly KmsCheck[];
  readonly warnings: readonly string[];
}

export const kmsCheckView: View<Checked> = {
  text: ({ items, warnings }, style) =>
    [
      ...items.flatMap((item) => [
        `${item.ok ? style.green(marks.pass) : style.red(marks.fail)} ${style.bold(item.id)}  ${factsOf(item)}`,
        ...item.steps.flatMap((step) => stepLines(step, style)),
      ]),
      ...warnings.map((warning) => `${marks.warn} ${warning}`),
    ].join('\n'),
};

function factsOf({ kind, key, region, context }: KmsCheck): string {
  const pairs = Object.entries(context ?? {}).map(([name, value]) => `${name}=${value}`);
  return [kind, key, region, pairs.length === 0 ? undefined : `context ${pairs.join(' ')}`]
    .filter((fact) => fact !== undefined)
    .join('  ');
}

function stepLines({ operation, permission, status, error }: KmsStep, style: Style): string[] {
  const mark = { pass: style.green(marks.pass), fail: style.red(marks.fail), skip: marks.skip }[status];
  const line = `    ${mark} ${operation}${permission === undefined ? '' : ` (${permission})`}`;
  if (error === undefined)
    return [
      status === 'skip' ? `${line}: ${operation === 'wrap' ? 'this key only decrypts' : 'nothing was wrapped'}` : line,
    ];
  return [
    `${line}: ${error.code}: ${error.message}`,
    ...(error.hint === undefined ? [] : [`      hint: ${error.hint}`]),
  ];
}
