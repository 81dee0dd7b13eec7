import { posix, win32 } from 'node:path';
import { fileOrigin, profileTable, valueAt, type ConfigurationFile } from './configuration-file.ts';
import type { ConnectionFlags } from './flags.ts';
import { olderFor } from './older-names.ts';
import type { Origin, ProfileFinding, SecretSource, Setting, VariablePlace } from './profile.ts';
import { plainPath, typedReference } from './secret.ts';
import { flagName, type Places } from './settings.ts';

export interface Sources {
  readonly flags: ConnectionFlags;
  /** Empty with --disable-config-env. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly temporal: ConfigurationFile | null;
  readonly nexusctl: ConfigurationFile | null;
  readonly profile: string;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly variablePlaces?: ReadonlyMap<string, VariablePlace> | undefined;
}

/** Reads one setting from all its places, best first: flag, environment (older names last), files. */
export interface Reader {
  readonly text: (places: Places) => Setting<string> | undefined;
  /** A path in a file is relative to that file, any other to the working folder; the value is absolute. */
  readonly path: (places: Places) => Setting<string> | undefined;
  readonly choice: <T extends string>(places: Places, choices: readonly T[]) => Setting<T> | undefined;
  readonly boolean: (places: Places) => Setting<boolean> | undefined;
  readonly secret: (places: Places) => Setting<SecretSource> | undefined;
  /** The raw value of a key of the profile in one of the files. */
  readonly raw: (file: ConfigurationFile | null, key: string) => { value: unknown; origin: Origin } | undefined;
}

type Report = (finding: ProfileFinding) => void;

export function makeReader(sources: Sources, report: Report): Reader {
  const { flags, temporal, nexusctl, profile } = sources;
  const tables = new Map([temporal, nexusctl].map((file) => [file, profileTable(file, profile)]));

  const raw: Reader['raw'] = (file, key) => {
    const table = tables.get(file);
    if (file === null || table === null || table === undefined) return undefined;
    const path = key.split('.');
    const value = valueAt(table, path);
    return value === undefined ? undefined : { value, origin: fileOrigin(file, ['profile', profile, ...path]) };
  };
  const text = (file: ConfigurationFile | null, key: string | undefined): Setting<string> | undefined => {
    const found = key === undefined ? undefined : raw(file, key);
    if (found === undefined || found.value === '') return undefined;
    if (typeof found.value === 'string') return { value: found.value, origin: found.origin };
    report(wrongType(key ?? '', 'a string', found.origin));
    return undefined;
  };
  const variable = (name: string | undefined): Setting<string> | undefined => {
    if (name === undefined) return undefined;
    for (const candidate of [name, ...olderFor(name)]) {
      const value = sources.env[candidate];
      if (value !== undefined && value !== '') return { value, origin: { kind: 'environment', name: candidate } };
    }
    return undefined;
  };
  const flag = ({ flag: key }: Places): Setting<string> | undefined => {
    const value = key === undefined ? undefined : flags[key];
    return typeof value === 'string' && key !== undefined
      ? { value, origin: { kind: 'flag', name: flagName(key) } }
      : undefined;
  };
  const findText: Reader['text'] = (places) =>
    flag(places) ?? variable(places.variable) ?? text(temporal, places.temporal) ?? text(nexusctl, places.nexusctl);

  return {
    raw,
    text: findText,
    path(places) {
      const found = findText(places);
      const origin = found?.origin;
      const file = origin?.kind === 'file' ? [temporal, nexusctl].find((one) => one?.path === origin.path) : undefined;
      const paths = sources.platform === 'win32' ? win32 : posix;
      return found && { ...found, value: paths.resolve(file?.folder ?? sources.cwd, found.value) };
    },
    choice(places, choices) {
      const found = findText(places);
      if (found === undefined) return undefined;
      const value = choices.find((choice) => choice === found.value);
      if (value !== undefined) return { ...found, value };
      report({
        code: 'CFG019',
        severity: 'error',
        error: 'SETTING_INVALID',
        message: `'${found.value.slice(0, 64)}' is not one of ${choices.join(', ')}`,
        origin: found.origin,
      });
      return undefined;
    },
    boolean: (places) => readBoolean(places, sources, raw, report),
    secret: (places) => readSecret(places, sources, { flag, variable, text }, report),
  };
}

function readBoolean(
  places: Places,
  sources: Sources,
  raw: Reader['raw'],
  report: Report,
): Setting<boolean> | undefined {
  const { flag, variable, temporal } = places;
  const typed = flag === undefined ? undefined : sources.flags[flag];
  if (flag !== undefined && typeof typed === 'boolean')
    return { value: typed, origin: { kind: 'flag', name: flagName(flag) } };
  const value = variable === undefined ? undefined : parseBoolean(sources.env[variable]);
  if (variable !== undefined && value !== undefined) return { value, origin: { kind: 'environment', name: variable } };
  const found = temporal === undefined ? undefined : raw(sources.temporal, temporal);
  if (found === undefined) return undefined;
  if (typeof found.value === 'boolean') return { value: found.value, origin: found.origin };
  report(wrongType(temporal ?? '', 'true or false', found.origin));
  return undefined;
}

/** As Go and the Rust core read it: any case of 1, 0, true, false; anything else has no effect. */
function parseBoolean(text: string | undefined): boolean | undefined {
  const value = text?.toLowerCase();
  if (value === '1' || value === 'true') return true;
  return value === '0' || value === 'false' ? false : undefined;
}

interface TextReaders {
  readonly flag: (places: Places) => Setting<string> | undefined;
  readonly variable: (name: string | undefined) => Setting<string> | undefined;
  readonly text: (file: ConfigurationFile | null, key: string | undefined) => Setting<string> | undefined;
}

function readSecret(
  places: Places,
  sources: Sources,
  readers: TextReaders,
  report: Report,
): Setting<SecretSource> | undefined {
  const { flag, variable, text } = readers;
  const { temporal, nexusctl, cwd } = sources;
  const as = (found: Setting<string> | undefined, make: (value: string) => SecretSource) =>
    found && { value: make(found.value), origin: found.origin };
  const data = (value: string): SecretSource => ({ kind: 'data', data: value });

  const typed = as(flag(places), (value) => typedReference(value, cwd));
  if (typed !== undefined) return typed;
  const fromPath = as(variable(places.variable), (value) => plainPath(value, cwd));
  const fromData = as(variable(places.dataVariable), data);
  if (fromPath !== undefined && fromData !== undefined) report(pathAndData(fromPath.origin, fromData.origin));
  if (fromPath !== undefined || fromData !== undefined) return modernFirst(fromPath, fromData, places);

  const path = as(text(temporal, places.temporal), (value) => plainPath(value, temporal?.folder ?? cwd));
  const inline = as(text(temporal, places.temporalData), data);
  if (path !== undefined && inline !== undefined) report(pathAndData(path.origin, inline.origin));
  const reference = as(text(nexusctl, places.nexusctl), (value) => ({
    kind: 'reference' as const,
    reference: value,
    base: nexusctl?.folder ?? cwd,
    mayRun: nexusctl?.mayRun === true,
  }));
  const shared = inline ?? path;
  if (shared !== undefined && reference !== undefined) report(inBothFiles(shared.origin, reference.origin));
  return reference ?? shared;
}

/** The data wins over the path, as in Go; but a modern name wins over an older one. */
function modernFirst<T extends Setting<SecretSource>>(
  path: T | undefined,
  data: T | undefined,
  places: Places,
): T | undefined {
  const isModern = (setting: T | undefined): boolean =>
    setting?.origin.kind === 'environment' && [places.variable, places.dataVariable].includes(setting.origin.name);
  return isModern(path) && !isModern(data) ? path : (data ?? path);
}

function nameOf(origin: Origin): string {
  return origin.kind === 'file' ? origin.key : origin.kind === 'default' ? 'default' : origin.name;
}

function pathAndData(path: Origin, data: Origin): ProfileFinding {
  return {
    code: 'CFG008',
    severity: 'error',
    error: 'SETTING_INVALID',
    message: `${nameOf(path)} and ${nameOf(data)} are both set; every SDK refuses that`,
    origin: path,
    fix: `unset one of them`,
  };
}

function inBothFiles(shared: Origin, own: Origin): ProfileFinding {
  const where = own.kind === 'file' ? own.path : 'nexusctl.toml';
  return {
    code: 'CFG008',
    severity: 'error',
    error: 'SETTING_INVALID',
    message: `the same item stands in temporal.toml (${nameOf(shared)}) and in ${where} (${nameOf(own)})`,
    origin: own,
    fix: 'keep one of them: SDKs read temporal.toml only, references stand in nexusctl.toml only',
  };
}

function wrongType(key: string, wanted: string, origin: Origin): ProfileFinding {
  return {
    code: 'CFG019',
    severity: 'error',
    error: 'SETTING_INVALID',
    message: `${key} must be ${wanted}`,
    origin,
  };
}
