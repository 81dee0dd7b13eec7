import type { View } from '../output/view.ts';

interface Generated {
  readonly key?: string;
  readonly path?: string;
}

export const keygenView: View<Generated> = {
  showsSecrets: true,
  text: ({ key, path }) => key ?? `wrote ${path ?? ''}`,
};
