import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { nearest } from '../../profile/nearest.ts';
import { globOf } from '../api.ts';
import type { CallerEntry, Target } from '../endpoint.ts';
import type { Expand, FileEndpoint, NexusContent, NexusFile } from './content.ts';
import { readPlainNexusFile } from './lines.ts';
import { sha256 } from '../policy/policy.ts';
import { endOf } from '../until.ts';

const maxAliases = 100;
/** The library makes a tree of some sixty times the text's size: larger files must be such as the line reader knows. */
const largestTree = 16 * 1024 * 1024;

/**
 * Reads a nexus.yaml. Every scalar is a text: `no` is a name, not a boolean.
 * @param expand puts environment values into texts (`${NAME}`), for the names that the user allowed
 * @throws NexusctlError INPUT_INVALID with the line, USAGE for an endpoint outside the file's own scope
 */
export async function readNexusFile(path: string, input: string | Uint8Array, expand?: Expand): Promise<NexusFile> {
  const bytes = typeof input === 'string' ? Buffer.from(input) : asBuffer(input);
  const refuse: Refuse = (what) =>
    new NexusctlError('INPUT_INVALID', `${path}: ${what}`, {
      hint: 'the format is in schemas/nexus.schema.json',
      details: { path },
    });
  const plain = readPlainNexusFile(bytes, expand ?? same);
  if (plain.content === null && bytes.length > largestTree)
    throw new NexusctlError(
      'INPUT_TOO_LARGE',
      `${path} is larger than ${String(largestTree)} bytes, and line ${String(plain.line)} is not laid out as \`export\` writes it`,
      { hint: 'write that line in another way, or split the file into several, one owner each', details: { path } },
    );
  const content = plain.content ?? nexusFileOf(await yamlRoot(bytes, refuse), refuse, expand ?? same);
  refuseDoubles(content, refuse);
  refuseOutside(path, content);
  return { path, digest: sha256(bytes), ...content };
}

const same: Expand = (text) => text;

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The file as the library reads it, with mappings as Maps. */
async function yamlRoot(bytes: Buffer, refuse: Refuse): Promise<unknown> {
  const { parseDocument, LineCounter } = await import('yaml');
  const lines = new LineCounter();
  try {
    const text = bytes.toString('utf8').replace(/^\ufeff/, '');
    const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(text);
    if (control !== null)
      throw refuse(`a control character in line ${String(text.slice(0, control.index).split('\n').length)}`);
    const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined)
      throw refuse(`not YAML in line ${String(lines.linePos(error.pos[0]).line)} (${error.code})`);
    return document.toJS({ mapAsMap: true, maxAliasCount: maxAliases });
  } catch (error) {
    if (error instanceof NexusctlError) throw error;
    // The library's own limits: too many aliases, or nested deeper than the stack.
    throw refuse(error instanceof RangeError ? 'nested too deep' : 'too many aliases, or an alias without its anchor');
  }
}

type Refuse = (what: string) => NexusctlError;

function nexusFileOf(root: unknown, refuse: Refuse, expand: Expand): NexusContent {
  const top = mapOf(root, 'the file', refuse, ['version', 'account', 'cluster', 'scope', 'endpoints', '$schema']);
  if (top.get('version') !== '1')
    throw refuse(`version is ${JSON.stringify(top.get('version') ?? null)}, this nexusctl knows 1`);
  const text = (value: unknown, where: string): string => {
    if (typeof value !== 'string') throw refuse(`${where} is not a text`);
    return expand(value);
  };
  const account = optional(top.get('account'), (value) => text(value, 'account'));
  const cluster = optional(top.get('cluster'), (value) => text(value, 'cluster'));
  const scope = optional(top.get('scope'), (value) =>
    listOf(mapOf(value, 'scope', refuse, ['names']).get('names'), 'scope.names', refuse).map((name) =>
      text(name, 'scope.names'),
    ),
  );
  const endpoints = listOf(top.get('endpoints'), 'endpoints', refuse).map((item, index) =>
    endpointOf(item, `endpoints[${String(index)}]`, refuse, text),
  );
  return {
    ...(account === undefined ? {} : { account }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(scope === undefined ? {} : { scope }),
    endpoints,
  };
}

/** One subject a file, one place an endpoint, one line a caller. */
function refuseDoubles({ account, cluster, endpoints }: NexusContent, refuse: Refuse): void {
  if (account !== undefined && cluster !== undefined)
    throw refuse('account and cluster are given: one file is about one of them');
  const twice = firstDouble(endpoints.map(({ name }) => name));
  if (twice !== undefined) throw refuse(`the endpoint ${twice} stands in it twice`);
  for (const { name, allow = [], blocked = [] } of endpoints) {
    const double = firstDouble(allow, ({ namespace }) => namespace) ?? firstDouble(blocked);
    if (double !== undefined) throw refuse(`${double} stands twice at endpoint ${name}`);
  }
}

function refuseOutside(path: string, { scope, endpoints }: NexusContent): void {
  const outside = scope === undefined ? undefined : endpoints.find(({ name }) => !inScope(name, scope));
  if (outside === undefined) return;
  throw new NexusctlError(
    'USAGE',
    `${path}: ${outside.name} is outside the scope of this file (${(scope ?? []).join(', ')})`,
    { hint: 'move it to the file that owns it, or widen scope.names' },
  );
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

function firstDouble<T>(items: readonly T[], nameOf: (item: T) => string = String): string | undefined {
  const seen = new Set<string>();
  for (const item of items) {
    const name = nameOf(item);
    if (seen.size === seen.add(name).size) return name;
  }
  return undefined;
}

export interface Joined extends NexusContent {
  readonly paths: readonly string[];
  readonly digest: string;
}

/**
 * Several files as one: each endpoint stands in one of them, and all are about the same account or cluster.
 * @throws NexusctlError INPUT_INVALID
 */
export function joinFiles(files: readonly NexusFile[]): Joined {
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
    digest: sha256(
      files
        .map(({ digest }) => digest)
        .sort()
        .join('\n'),
    ),
    ...(account === undefined ? {} : { account }),
    ...(cluster === undefined ? {} : { cluster }),
    // A scope that one file leaves open is open.
    ...(scopes.some((scope) => scope === undefined) ? {} : { scope: scopes.flatMap((scope) => scope ?? []) }),
    endpoints: files.flatMap(({ endpoints }) => endpoints),
  };
}
