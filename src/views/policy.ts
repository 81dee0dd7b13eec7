import { marks } from '../output/style.ts';
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
