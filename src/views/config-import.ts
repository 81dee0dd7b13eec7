import { marks } from '../output/style.ts';
import type { View } from '../output/view.ts';
import type { ImportChange } from '../profile/apply-import.ts';

interface Result {
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly changes: readonly ImportChange[];
  readonly warnings: readonly string[];
}

export const configImportView: View<Result> = {
  text: ({ changes, dryRun, warnings }, style) => {
    const lines = changes.map(({ action, profile, setting, value, from }) => {
      const line = `profile ${profile}: ${setting} = ${value}  ${style.dim(`from ${from}`)}`;
      switch (action) {
        case 'set':
          return `${style.green(marks.pass)} ${line}`;
        case 'kept':
          return `${style.yellow(marks.warn)} ${line}: another value is there and stays (--overwrite replaces it)`;
        case 'same':
          return `${style.dim(marks.skip)} ${line}: is there already`;
      }
    });
    const none = changes.length === 0 ? ['nothing to import was found'] : [];
    const dry = dryRun ? ['(dry run: nothing was written)'] : [];
    return [...lines, ...none, ...warnings.map((warning) => `${style.yellow(marks.warn)} ${warning}`), ...dry].join(
      '\n',
    );
  },
};
