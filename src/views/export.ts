import type { View } from '../output/view.ts';

interface Exported {
  readonly format: 'yaml' | 'terraform';
  /** The whole text; absent when it was written to a file. */
  readonly text?: string;
  readonly path?: string;
  readonly changed?: boolean;
  readonly dryRun?: boolean;
  readonly warnings: readonly string[];
}

export const exportView: View<Exported> = {
  showsSecrets: true,
  text: ({ path, changed }) => (changed === true ? `wrote ${String(path)}` : `${String(path)}: nothing to change`),
};
