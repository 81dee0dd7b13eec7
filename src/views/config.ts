import { marks } from '../output/style.ts';
import type { View } from '../output/view.ts';
import type { ListedProfile } from '../profile/list.ts';
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

interface Profiles {
  readonly items: readonly ListedProfile[];
  readonly warnings: readonly string[];
}

export const configListView: View<Profiles> = {
  text: ({ items, warnings }) => {
    const width = Math.max(0, ...items.map(({ name }) => name.length));
    const addressWidth = Math.max(0, ...items.map(({ address = '' }) => address.length));
    const lines = items.map(({ name, current, address = '', namespace = '' }) =>
      `${current ? '*' : ' '} ${name.padEnd(width)}  ${address.padEnd(addressWidth)}  ${namespace}`.trimEnd(),
    );
    const none = items.length === 0 ? ['no profiles; `nexusctl config set address HOST:PORT` makes one'] : [];
    return [...lines, ...none, ...warnings.map((warning) => `${marks.warn} ${warning}`)].join('\n');
  },
};

interface Change {
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly profile: string;
  /** Without a value: it was removed. */
  readonly changes: readonly { readonly setting: string; readonly file: string; readonly value?: string }[];
  readonly warnings: readonly string[];
}

export const configChangeView: View<Change> = {
  text: ({ changed, dryRun, profile, changes, warnings }) => {
    const lines = changes.map(({ setting, file, value }) => {
      const what = value === undefined ? `${setting} removed from` : `${setting} = ${value} in`;
      return `${what} profile ${profile}, ${file}`;
    });
    const state = changed ? (dryRun ? ['(dry run: nothing was written)'] : []) : ['nothing to change'];
    return [...(changed ? lines : []), ...state, ...warnings.map((warning) => `${marks.warn} ${warning}`)].join('\n');
  },
};
