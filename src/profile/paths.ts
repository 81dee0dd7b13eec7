import { posix, win32 } from 'node:path';
import type { VariablePlace } from './profile.ts';

export interface ConfigurationPath {
  readonly file: 'temporal.toml' | 'nexusctl.toml';
  readonly path: string;
  readonly origin: 'flag' | 'environment' | 'default';
}

/** What of this machine decides where files and values are found. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly cwd: string;
  /** Where variables stand that come from a file (--env-file). */
  readonly variablePlaces?: ReadonlyMap<string, VariablePlace>;
}

/**
 * Where the two configuration files are: temporal.toml where every Temporal SDK and the `temporal` CLI look for it
 * (sdk-go contrib/envconfig), and nexusctl.toml beside the default one. An empty variable counts as unset, as in Go.
 */
export function configurationPaths(
  surroundings: Surroundings,
  configFile: string | undefined,
): readonly ConfigurationPath[] {
  const { env } = surroundings;
  const folder = defaultFolder(surroundings);
  const { join, resolve } = pathOf(surroundings.platform);
  const pick = (
    file: ConfigurationPath['file'],
    flag: string | undefined,
    variable: string | undefined,
  ): ConfigurationPath => {
    if (flag !== undefined) return { file, path: resolve(surroundings.cwd, flag), origin: 'flag' };
    if (variable) return { file, path: resolve(surroundings.cwd, variable), origin: 'environment' };
    return { file, path: join(folder, file), origin: 'default' };
  };
  return [
    pick('temporal.toml', configFile, env['TEMPORAL_CONFIG_FILE']),
    pick('nexusctl.toml', undefined, env['NEXUSCTL_CONFIG_FILE']),
  ];
}

function defaultFolder({ env, platform, home }: Surroundings): string {
  const { join } = pathOf(platform);
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'temporalio');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'temporalio');
  // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing -- an empty variable counts as unset
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'temporalio');
}

function pathOf(platform: NodeJS.Platform): Pick<typeof posix, 'join' | 'resolve'> {
  return platform === 'win32' ? win32 : posix;
}
