import { NexusctlError } from '../errors/nexusctl-error.ts';
import { nearest } from '../profile/nearest.ts';
import { globOf } from './api.ts';
import type { CallerEntry, Target } from './endpoint.ts';
import { endOf } from './until.ts';

/** One endpoint of a nexus.yaml. Absent parts are left as they are on the server. */
export interface FileEndpoint {
  readonly name: string;
  readonly owner?: string;
  readonly description?: string;
  readonly target?: Target;
  /** The whole list; absent leaves it alone, empty means nobody. */
  readonly allow?: readonly CallerEntry[];
  /** Wins over `allow`. */
  readonly blocked?: readonly string[];
}

/** A nexus.yaml as it was read. Format: schemas/nexus.schema.json. */
export interface NexusFile {
  readonly path: string;
  readonly account?: string;
  readonly cluster?: string;
  /** Globs of the endpoint names that the file owns. */
  readonly scope?: readonly string[];
  readonly endpoints: readonly FileEndpoint[];
}

const maxAliases = 100;

/**
 * Reads a nexus.yaml. Every scalar is a text: `no` is a name, not a boolean.
 * @param expand puts environment values into texts (`${NAME}`), for the names that the user allowed
 * @throws NexusctlError INPUT_INVALID with the line
 */
export async function readNexusFile(
  path: string,
  text: string,
  expand: (text: string) => string = (value) => value,
): Promise<NexusFile> {
  const { parseDocument, LineCounter } = await import('yaml');
  const lines = new LineCounter();
  const refuse = (what: string): NexusctlError =>
    new NexusctlError('INPUT_INVALID', `${path}: ${what}`, {
      hint: 'the format is in schemas/nexus.schema.json',
      details: { path },
    });
  let root: unknown;
  try {
    const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined)
      throw refuse(`not YAML in line ${String(lines.linePos(error.pos[0]).line)} (${error.code})`);
    root = document.toJS({ mapAsMap: true, maxAliasCount: maxAliases });
  } catch (error) {
    if (error instanceof NexusctlError) throw error;
    // The library's own limits: too many aliases, or nested deeper than the stack.
    throw refuse(error instanceof RangeError ? 'nested too deep' : 'too many aliases, or an alias without its anchor');
  }
  return nexusFileOf(path, root, refuse, expand);
}

type Refuse = (what: string) => NexusctlError;

function nexusFileOf(path: string, root: unknown, refuse: Refuse, expand: (text: string) => string): NexusFile {
  const top = mapOf(root, 'the file', refuse, ['version', 'account', 'cluster', 'scope', 'endpoints', '$schema']);
  if (top.get('version') !== '1')
    throw refuse(`version is ${JSON.stringify(top.get('version') ?? null)}, this nexusctl knows 1`);
  const text = (value: unknown, where: string): string => {
    if (typeof value !== 'string') throw refuse(`${where} is not a text`);
    return expand(value);
  };
  const account = optional(top.get('account'), (value) => text(value, 'account'));
  const cluster = optional(top.get('cluster'), (value) => text(value, 'cluster'));
  if (account !== undefined && cluster !== undefined)
    throw refuse('account and cluster are given: one file is about one of them');
  const scope = optional(top.get('scope'), (value) =>
    listOf(mapOf(value, 'scope', refuse, ['names']).get('names'), 'scope.names', refuse).map((name) =>
      text(name, 'scope.names'),
    ),
  );
  const endpoints = listOf(top.get('endpoints'), 'endpoints', refuse).map((item, index) =>
    endpointOf(item, `endpoints[${String(index)}]`, refuse, text),
  );
  const twice = firstDouble(endpoints.map(({ name }) => name));
  if (twice !== undefined) throw refuse(`the endpoint ${twice} stands in it twice`);
  const outside = scope === undefined ? undefined : endpoints.find(({ name }) => !inScope(name, scope));
  if (outside !== undefined)
    throw new NexusctlError(
      'USAGE',
      `${path}: ${outside.name} is outside the scope of this file (${(scope ?? []).join(', ')})`,
      {
        hint: 'move it to the file that owns it, or widen scope.names',
      },
    );
  return {
    path,
    ...(account === undefined ? {} : { account }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(scope === undefined ? {} : { scope }),
    endpoints,
  };
}

export function inScope(name: string, scope: readonly string[]): boolean {
  return scope.some((glob) => globOf(glob).test(name));
}

type Text = (value: unknown, where: string) => string;

function endpointOf(item: unknown, where: string, refuse: Refuse, text: Text): FileEndpoint {
  const map = mapOf(item, where, refuse, ['name', 'owner', 'description', 'target', 'allow', 'blocked']);
  const name = text(map.get('name'), `${where}.name`);
  const at = `endpoint ${name}`;
  const owner = optional(map.get('owner'), (value) => text(value, `owner of ${at}`));
  const description = optional(map.get('description'), (value) => text(value, `description of ${at}`));
  const target = optional(map.get('target'), (value) => targetOf(value, at, refuse, text));
  const allow = optional(map.get('allow'), (value) =>
    listOf(value, `allow of ${at}`, refuse).map((entry) => callerOf(entry, at, refuse, text)),
  );
  const blocked = optional(map.get('blocked'), (value) =>
    listOf(value, `blocked of ${at}`, refuse).map((one) => text(one, `blocked of ${at}`)),
  );
  for (const names of [allow?.map(({ namespace }) => namespace) ?? [], blocked ?? []]) {
    const twice = firstDouble(names);
    if (twice !== undefined) throw refuse(`${twice} stands twice at ${at}`);
  }
  return {
    name,
    ...(owner === undefined ? {} : { owner }),
    ...(description === undefined ? {} : { description }),
    ...(target === undefined ? {} : { target }),
    ...(allow === undefined ? {} : { allow }),
    ...(blocked === undefined ? {} : { blocked }),
  };
}

function targetOf(value: unknown, at: string, refuse: Refuse, text: Text): Target {
  const map = mapOf(value, `target of ${at}`, refuse, ['namespace', 'taskQueue', 'url']);
  if (map.has('url')) {
    if (map.size > 1) throw refuse(`target of ${at} has a url beside a namespace or task queue`);
    return { kind: 'external', url: text(map.get('url'), `target.url of ${at}`) };
  }
  return {
    kind: 'worker',
    namespace: text(map.get('namespace'), `target.namespace of ${at}`),
    taskQueue: text(map.get('taskQueue'), `target.taskQueue of ${at}`),
  };
}

function callerOf(value: unknown, at: string, refuse: Refuse, text: Text): CallerEntry {
  // A bare name is the short form of an entry without owner and reason.
  if (typeof value === 'string') return { namespace: text(value, `a caller of ${at}`) };
  const map = mapOf(value, `a caller of ${at}`, refuse, ['namespace', 'owner', 'reason', 'ref', 'until']);
  const namespace = text(map.get('namespace'), `a caller's namespace of ${at}`);
  const facts = (['owner', 'reason', 'ref', 'until'] as const).flatMap((key) =>
    map.has(key) ? [[key, text(map.get(key), `${key} of ${namespace} at ${at}`)] as const] : [],
  );
  const entry: CallerEntry = { namespace, ...(Object.fromEntries(facts) as Omit<CallerEntry, 'namespace'>) };
  if (entry.until !== undefined && endOf(entry.until) === null)
    throw refuse(`until of ${namespace} at ${at} is no day and no RFC 3339 time`);
  return entry;
}

function mapOf(value: unknown, where: string, refuse: Refuse, keys: readonly string[]): ReadonlyMap<unknown, unknown> {
  if (!(value instanceof Map)) throw refuse(`${where} is not a mapping`);
  for (const key of value.keys()) {
    if (typeof key === 'string' && keys.includes(key)) continue;
    const close = nearest(String(key), keys);
    throw refuse(
      `${where} has the unknown key ${JSON.stringify(key)}${close === undefined ? '' : `; did you mean ${close}?`}`,
    );
  }
  return value;
}

function listOf(value: unknown, where: string, refuse: Refuse): readonly unknown[] {
  if (!Array.isArray(value)) throw refuse(`${where} is not a list`);
  return value;
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function firstDouble(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

/**
 * Several files as one: each endpoint stands in one of them, and all are about the same account or cluster.
 * @throws NexusctlError INPUT_INVALID
 */
export function joinFiles(
  files: readonly NexusFile[],
): Omit<NexusFile, 'path'> & { readonly paths: readonly string[] } {
  const homes = new Map<string, string>();
  for (const { path, endpoints } of files)
    for (const { name } of endpoints) {
      const other = homes.get(name);
      if (other !== undefined)
        throw new NexusctlError('INPUT_INVALID', `the endpoint ${name} stands in ${other} and in ${path}`, {
          hint: 'each endpoint has one owner: keep it in one file',
        });
      homes.set(name, path);
    }
  const about = (key: 'account' | 'cluster') => {
    const [one, other] = [...new Set(files.flatMap((file) => file[key] ?? []))];
    if (other !== undefined)
      throw new NexusctlError('INPUT_INVALID', `the files are about several ${key}s: ${String(one)} and ${other}`, {
        hint: 'plan them one by one',
      });
    return one;
  };
  const account = about('account');
  const cluster = about('cluster');
  const scopes = files.map(({ scope }) => scope);
  return {
    paths: files.map(({ path }) => path),
    ...(account === undefined ? {} : { account }),
    ...(cluster === undefined ? {} : { cluster }),
    // A scope that one file leaves open is open.
    ...(scopes.some((scope) => scope === undefined) ? {} : { scope: scopes.flatMap((scope) => scope ?? []) }),
    endpoints: files.flatMap(({ endpoints }) => endpoints),
  };
}
