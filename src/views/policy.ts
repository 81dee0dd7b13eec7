import type { PolicyFinding } from '../endpoints/policy/lint.ts';
import type { Enforcement } from '../endpoints/self-hosted.ts';
import { marks } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { View } from '../output/view.ts';

interface Initialised {
  readonly path: string;
  readonly default: 'deny';
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly digest?: string;
  readonly text: string;
  readonly warnings: readonly string[];
}

export const policyInitView: View<Initialised> = {
  text: ({ path, dryRun, digest }, style) =>
    [
      `${style.green(marks.pass)} ${dryRun ? 'would write' : 'wrote'} ${path}: default deny, no endpoint`,
      ...(digest === undefined ? [] : [`  digest ${digest}`]),
      '  name it in the profile (policy_file), then: nexusctl endpoint allow ENDPOINT NAMESPACE',
      '  nothing enforces it until the authorizer module in the server reads it',
    ].join('\n'),
  json: (result) => ({ schemaVersion: 1, ...result, text: undefined }),
};

interface Linted {
  readonly path: string;
  readonly default: 'allow' | 'deny';
  readonly digest: string;
  readonly entries: number;
  readonly items: readonly PolicyFinding[];
  readonly warnings: readonly string[];
}

export const policyLintView: View<Linted> = {
  text: ({ path, default: fallback, entries, digest, items }, style) => {
    const head = `${path}: default ${fallback}, ${String(entries)} entries, digest ${digest}`;
    const lines = items.map(({ severity, code, message }) => {
      const text = `${code}: ${message}`;
      if (severity === 'error') return style.red(`${marks.fail} ${text}`);
      return severity === 'warning' ? style.yellow(`${marks.warn} ${text}`) : `${marks.info} ${text}`;
    });
    return [head, ...(lines.length === 0 ? [style.green(`${marks.pass} nothing to say`)] : lines)].join('\n');
  },
};

export interface PolicyStatusResult {
  readonly backend: 'self-hosted';
  readonly path?: string;
  readonly digest?: string;
  /** Every frontend enforces the policy of the file. */
  readonly loaded: boolean;
  readonly items: readonly (Enforcement & { readonly address: string; readonly loaded?: boolean })[];
  readonly warnings: readonly string[];
}

export const policyStatusView: View<PolicyStatusResult> = {
  text: ({ path, digest, loaded, items }, style) => {
    const rows = items.map((item) => [
      item.address,
      enforcedText(item),
      item.digest?.slice(0, 12) ?? '-',
      item.loaded === true ? 'yes' : 'no',
      item.ageSeconds === undefined ? '-' : `${String(item.ageSeconds)}s`,
      item.problem ?? '',
    ]);
    return [
      `${path ?? 'no policy file'}: digest ${digest?.slice(0, 12) ?? '-'}`,
      table(['FRONTEND', 'ENFORCED', 'LOADED', 'THE SAME', 'AGE', 'PROBLEM'], rows, style),
      loaded
        ? style.green(`${marks.pass} every frontend has it`)
        : style.yellow(`${marks.warn} not every frontend has it`),
    ].join('\n');
  },
};

function enforcedText({ enforced, callersAuthenticated }: Enforcement): string {
  if (enforced === 'unknown') return 'unknown';
  if (!enforced) return 'not enforced';
  return callersAuthenticated === false ? 'enforced, callers not authenticated' : 'enforced';
}
