import { posix, win32 } from 'node:path';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { profileTable, type ConfigurationFile } from './configuration-file.ts';
import type { Files } from './files.ts';
import { missingProfile } from './lints/file.ts';
import type { ConnectionFlags } from './flags.ts';
import { configurationPaths, type ConfigurationPath, type Surroundings } from './paths.ts';
import type { Origin, Profile, ProfileFinding } from './profile.ts';
import type { Sources } from './reader.ts';
import { resolveProfile } from './resolve.ts';
import { keyLines } from './toml-lines.ts';
import { parseToml } from './toml.ts';

export interface Loaded {
  readonly sources: Sources;
  readonly findings: readonly ProfileFinding[];
}

/** Reads the two files (where they are and not switched off) and merges. Never throws for what is wrong in them. */
export async function loadProfile(files: Files, around: Surroundings, flags: ConnectionFlags): Promise<Profile> {
  const { sources, findings } = await loadSources(files, around, flags);
  return resolveProfile(sources, findings);
}

export async function loadSources(files: Files, around: Surroundings, flags: ConnectionFlags): Promise<Loaded> {
  const findings: ProfileFinding[] = [];
  const read = async (path: ConfigurationPath): Promise<ConfigurationFile | null> => {
    const { file, finding } = await readFile(files, path, around.platform);
    if (finding !== undefined) findings.push(finding);
    return file;
  };
  const [shared, own] = configurationPaths(around, flags.configFile);
  const on = flags.disableConfigFile !== true;
  const temporal = on && shared !== undefined ? await read(shared) : null;
  const nexusctl = on && own !== undefined ? await read(own) : null;

  const { name, origin } = profileName(flags, around.env);
  const known = [temporal, nexusctl].some((file) => profileTable(file, name) !== null);
  if (on && origin.kind !== 'default' && !known) findings.push(missingProfile(name, [temporal, nexusctl], origin));
  const env = flags.disableConfigEnv === true ? {} : around.env;
  return {
    sources: {
      flags,
      env,
      temporal,
      nexusctl,
      profile: name,
      cwd: around.cwd,
      platform: around.platform,
      variablePlaces: around.variablePlaces,
    },
    findings,
  };
}

/** The profile's name counts even when variables are switched off, as in Go. */
function profileName(
  flags: ConnectionFlags,
  env: Surroundings['env'],
): { readonly name: string; readonly origin: Origin } {
  if (flags.profile !== undefined) return { name: flags.profile, origin: { kind: 'flag', name: '--profile' } };
  const variable = env['TEMPORAL_PROFILE'];
  return variable
    ? { name: variable, origin: { kind: 'environment', name: 'TEMPORAL_PROFILE' } }
    : { name: 'default', origin: { kind: 'default' } };
}

async function readFile(
  files: Files,
  { path, origin }: ConfigurationPath,
  platform: NodeJS.Platform,
): Promise<{ readonly file: ConfigurationFile | null; readonly finding?: ProfileFinding }> {
  try {
    const bytes = await files.read(path);
    if (bytes === null) return { file: null, ...(origin === 'default' ? {} : { finding: notThere(path, origin) }) };
    const document = await parseToml(bytes, path);
    const text = new TextDecoder().decode(bytes);
    const facts = origin === 'default' && text.includes('exec:') ? await files.stat(path) : null;
    const file: ConfigurationFile = {
      path,
      folder: (platform === 'win32' ? win32 : posix).dirname(path),
      document,
      lines: keyLines(text),
      isDefault: origin === 'default',
      mayRun: facts?.onlyOwnerWrites === true,
    };
    return { file };
  } catch (error) {
    return { file: null, finding: broken(error, path) };
  }
}

function notThere(path: string, origin: 'flag' | 'environment'): ProfileFinding {
  return {
    code: 'CFG002',
    severity: 'error',
    error: 'CONFIG_FILE_UNREADABLE',
    message: `the configuration file ${path} is not there${origin === 'flag' ? '' : '; the SDKs go on without a word'}`,
    fix: 'nexusctl config path shows where the files are looked for',
  };
}

/** What reading threw, as a finding; a bug goes on. */
function broken(error: unknown, path: string): ProfileFinding {
  if (!(error instanceof NexusctlError)) throw error;
  const line = error.details?.['line'];
  return {
    code: error.code === 'CONFIG_FILE_INVALID' ? 'CFG003' : 'CFG015',
    severity: 'error',
    error: error.code === 'CONFIG_FILE_INVALID' ? error.code : 'CONFIG_FILE_UNREADABLE',
    message: error.message,
    origin: { kind: 'file', path, key: '', ...(typeof line === 'number' ? { line } : {}) },
    ...(error.hint === undefined ? {} : { fix: error.hint }),
  };
}
