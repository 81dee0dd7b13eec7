import type { View } from '../output/view.ts';
import type { ConfigurationPath } from '../profile/paths.ts';

interface Paths {
  readonly items: readonly (ConfigurationPath & { readonly exists: boolean })[];
  readonly warnings: readonly string[];
}

export const configPathView: View<Paths> = {
  text: ({ items }) =>
    items
      .map(({ file, path, origin, exists }) => `${file.padEnd(14)}${path}  (${origin}${exists ? '' : ', not there'})`)
      .join('\n'),
};
