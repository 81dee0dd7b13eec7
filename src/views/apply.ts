import type { Change } from '../endpoints/endpoint.ts';
import { marks } from '../output/style.ts';
import type { View } from '../output/view.ts';
import { wrapLine } from '../output/wrap.ts';
import { changeLines } from './endpoint.ts';

interface Failure {
  readonly endpoint: string;
  readonly changed: false;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly exitCode: number;
  };
}

export interface AppliedResult {
  readonly digest: string;
  readonly results: readonly (Change | Failure)[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

export const applyView: View<AppliedResult> = {
  text: ({ results, notes }, style) => {
    if (results.length === 0) return 'nothing to change';
    const lines = results.flatMap((result) =>
      'error' in result
        ? [
            style.red(`${marks.fail} ${result.endpoint}: ${result.error.message}`),
            ...(result.error.hint === undefined ? [] : [`  ${result.error.hint}`]),
          ]
        : changeLines({ ...result, warnings: [] }, style),
    );
    return [...lines, ...notes.map((note) => wrapLine(`${marks.info} ${note}`, style.width))].join('\n');
  },
};
