import { profileNames } from './configuration-file.ts';
import type { Backend } from './profile.ts';
import type { Sources } from './reader.ts';
import { resolveProfile } from './resolve.ts';

export interface ListedProfile {
  readonly name: string;
  readonly current: boolean;
  readonly address?: string;
  readonly namespace?: string;
  readonly backend?: Backend;
  readonly files: readonly string[];
}

/** Every profile of the two files by name, as the files alone say it. */
export function listProfiles(sources: Sources): readonly ListedProfile[] {
  const { temporal, nexusctl } = sources;
  const names = [...new Set([...profileNames(temporal), ...profileNames(nexusctl)])].sort();
  return names.map((name) => {
    const { address, namespace, backend } = resolveProfile({ ...sources, profile: name, env: {}, flags: {} });
    return {
      name,
      current: name === sources.profile,
      ...(address.origin.kind === 'default' ? {} : { address: address.value }),
      ...(namespace.origin.kind === 'default' ? {} : { namespace: namespace.value }),
      ...(backend === null || backend.origin.kind === 'default' ? {} : { backend: backend.value }),
      files: [temporal, nexusctl].flatMap((file) =>
        file !== null && profileNames(file).includes(name) ? [file.path] : [],
      ),
    };
  });
}
