import { createHash } from 'node:crypto';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { CallerEntry } from '../endpoint.ts';
import { parseStrictJson, type StrictJson, type StrictJsonFault } from './strict-json.ts';
import { endOf, isOver } from '../until.ts';

/** Why a policy is refused. The authorizer's reader has the same set; test/fixtures/policy-cases.json holds both to it. */
export type PolicyFault =
  | StrictJsonFault
  | 'UNKNOWN_KEY'
  | 'MISSING_KEY'
  | 'TYPE'
  | 'VALUE'
  | 'DUPLICATE_CALLER'
  | 'DUPLICATE_ENDPOINT'
  | 'DUPLICATE_ID'
  | 'DEFAULT_MISMATCH'
  | 'NO_FILES';

export interface PolicyEntry {
  /** Pins the entry to the endpoint with this id. */
  readonly id?: string;
  readonly callers: readonly CallerEntry[];
  readonly blocked: readonly string[];
}

/** One nexus-policy.json; several of them make a folder's policy. Format: schemas/nexus-policy.schema.json. */
export interface PolicyFile {
  readonly name: string;
  readonly schema?: string;
  readonly default: 'allow' | 'deny';
  readonly endpoints: ReadonlyMap<string, PolicyEntry>;
  /** SHA-256 of the file's bytes, lower-case hex. */
  readonly digest: string;
}

export interface Policy {
  readonly default: 'allow' | 'deny';
  readonly endpoints: ReadonlyMap<string, PolicyEntry>;
  readonly files: readonly PolicyFile[];
  /** As the server publishes it. */
  readonly digest: string;
}

export type Ground = 'LISTED' | 'NOT_LISTED' | 'BLOCKED' | 'EXPIRED' | 'ID_MISMATCH' | 'DEFAULT_ALLOW' | 'DEFAULT_DENY';

/**
 * Reads a policy: one file, or the files of a folder (those that end in .json and are not hidden).
 * @throws NexusctlError POLICY_INVALID with details.fault, a PolicyFault
 */
export function readPolicy(files: ReadonlyMap<string, Uint8Array>): Policy {
  const parsed = [...files]
    .filter(([name]) => name.endsWith('.json') && !name.startsWith('.'))
    .map(([name, bytes]) => readPolicyFile(name, bytes));
  const [first] = parsed;
  if (first === undefined) throw refuse('NO_FILES', 'the folder', 'there is no .json file in it');
  const endpoints = new Map<string, PolicyEntry>();
  const ids = new Set<string>();
  for (const file of parsed) {
    if (file.default !== first.default)
      throw refuse(
        'DEFAULT_MISMATCH',
        file.name,
        `default is ${file.default}, in ${first.name} it is ${first.default}`,
      );
    for (const [name, entry] of file.endpoints) {
      if (endpoints.has(name))
        throw refuse('DUPLICATE_ENDPOINT', file.name, `${quote(name)} stands in another file too`);
      if (entry.id !== undefined && ids.has(entry.id))
        throw refuse('DUPLICATE_ID', file.name, `the id ${quote(entry.id)} is pinned twice`);
      if (entry.id !== undefined) ids.add(entry.id);
      endpoints.set(name, entry);
    }
  }
  return { default: first.default, endpoints, files: parsed, digest: digestOf(parsed) };
}

function digestOf(files: readonly PolicyFile[]): string {
  const [only, ...more] = files.map(({ digest }) => digest).sort();
  if (only !== undefined && more.length === 0) return only;
  return sha256([only, ...more].map((digest) => `${String(digest)}\n`).join(''));
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The verdict of the policy alone, in the order that the schema fixes. `id` is the endpoint's own, when known. */
export function judge(
  policy: Pick<Policy, 'default' | 'endpoints'>,
  endpoint: string,
  caller: string,
  now: Date,
  id?: string,
): { readonly allowed: boolean; readonly ground: Ground } {
  const entry = policy.endpoints.get(endpoint);
  if (id !== undefined && isMispinned(policy, endpoint, id)) return { allowed: false, ground: 'ID_MISMATCH' };
  if (entry === undefined) {
    const allowed = policy.default === 'allow';
    return { allowed, ground: allowed ? 'DEFAULT_ALLOW' : 'DEFAULT_DENY' };
  }
  if (entry.blocked.includes(caller)) return { allowed: false, ground: 'BLOCKED' };
  const listed = entry.callers.find(({ namespace }) => namespace === caller);
  if (listed === undefined) return { allowed: false, ground: 'NOT_LISTED' };
  return isOver(listed.until, now) ? { allowed: false, ground: 'EXPIRED' } : { allowed: true, ground: 'LISTED' };
}

/** Whether a pinned id keeps everybody off: the entry of this name is for another endpoint, or that of another name for this one. */
export function isMispinned({ endpoints }: Pick<Policy, 'endpoints'>, name: string, id: string): boolean {
  for (const [other, entry] of endpoints)
    if (entry.id !== undefined && (other === name) !== (entry.id === id)) return true;
  return false;
}

function readPolicyFile(name: string, bytes: Uint8Array): PolicyFile {
  const root = reader(
    parseStrictJson(bytes, (fault, what) => {
      throw refuse(fault, name, what);
    }),
    name,
    'the policy',
  ).object(['version', 'default'], ['$schema', 'endpoints']);
  const version = root.get('version').number();
  if (version !== 1) throw refuse('VALUE', name, `version is ${String(version)}, this nexusctl knows 1`);
  const fallback = root.get('default').text();
  if (fallback !== 'allow' && fallback !== 'deny')
    throw refuse('VALUE', name, `default is ${quote(fallback)}, not allow or deny`);
  const schema = root.optional('$schema')?.text();
  const endpoints = new Map<string, PolicyEntry>();
  for (const [endpoint, value] of root.optional('endpoints')?.entries() ?? []) {
    checkName(name, endpoint, 'an endpoint');
    if (endpoint === '__temporal_system') throw refuse('VALUE', name, `${endpoint} is the server's own`);
    endpoints.set(endpoint, readEntry(value, name, endpoint));
  }
  const ids = [...endpoints.values()].flatMap(({ id }) => id ?? []);
  if (new Set(ids).size < ids.length) throw refuse('DUPLICATE_ID', name, 'one id is pinned by two entries');
  return { name, ...(schema === undefined ? {} : { schema }), default: fallback, endpoints, digest: sha256(bytes) };
}

function readEntry(value: Reader, file: string, endpoint: string): PolicyEntry {
  const entry = value.object(['callers'], ['id', 'blocked']);
  const id = entry.optional('id')?.text();
  if (id !== undefined) checkName(file, id, `the id of ${quote(endpoint)}`);
  const callers = entry
    .get('callers')
    .items()
    .map((item) => readCaller(item, file, endpoint));
  const blocked = (entry.optional('blocked')?.items() ?? []).map((item) => {
    const namespace = item.text();
    checkName(file, namespace, `a blocked namespace of ${quote(endpoint)}`);
    return namespace;
  });
  for (const list of [callers.map(({ namespace }) => namespace), blocked])
    if (new Set(list).size < list.length)
      throw refuse('DUPLICATE_CALLER', file, `one namespace stands twice at ${quote(endpoint)}`);
  return { ...(id === undefined ? {} : { id }), callers, blocked };
}

function readCaller(value: Reader, file: string, endpoint: string): CallerEntry {
  const caller = value.object(['namespace'], ['owner', 'reason', 'ref', 'until']);
  const namespace = caller.get('namespace').text();
  checkName(file, namespace, `a caller of ${quote(endpoint)}`);
  const rest = Object.fromEntries(
    (['owner', 'reason', 'ref', 'until'] as const).flatMap((key) => {
      const text = caller.optional(key)?.text();
      return text === undefined ? [] : [[key, text]];
    }),
  ) as Omit<CallerEntry, 'namespace'>;
  if (rest.until !== undefined && endOf(rest.until) === null)
    throw refuse('VALUE', file, `until of ${quote(namespace)} at ${quote(endpoint)} is no day and no RFC 3339 time`);
  return { namespace, ...rest };
}

/** Not empty, no control characters, no white space at the ends, no patterns: callers are listed one by one. */
function checkName(file: string, name: string, what: string): void {
  if (!isName(name)) throw refuse('VALUE', file, `${what} is named ${quote(name)}`);
}

export function isName(name: string): boolean {
  return /^[^\u0000-\u0020\u007f*?]([^\u0000-\u001f\u007f*?]*[^\u0000-\u0020\u007f*?])?$/.test(name);
}

interface Reader {
  readonly text: () => string;
  readonly number: () => number;
  readonly items: () => readonly Reader[];
  readonly entries: () => readonly (readonly [string, Reader])[];
  readonly object: (
    required: readonly string[],
    optional: readonly string[],
  ) => { readonly get: (key: string) => Reader; readonly optional: (key: string) => Reader | undefined };
}

function reader(value: StrictJson, file: string, where: string): Reader {
  const wanted = (what: string): never => {
    throw refuse('TYPE', file, `${where} is not ${what}`);
  };
  const map = (): ReadonlyMap<string, StrictJson> =>
    value instanceof Map ? (value as ReadonlyMap<string, StrictJson>) : wanted('an object');
  return {
    text: () => (typeof value === 'string' ? value : wanted('a text')),
    number: () => (typeof value === 'number' ? value : wanted('a number')),
    items: () =>
      Array.isArray(value)
        ? value.map((item: StrictJson, index) => reader(item, file, `${where}[${String(index)}]`))
        : wanted('a list'),
    entries: () => [...map()].map(([key, item]) => [key, reader(item, file, `${where}.${key}`)] as const),
    object: (required, optional) => {
      const entries = map();
      for (const key of entries.keys())
        if (!required.includes(key) && !optional.includes(key))
          throw refuse('UNKNOWN_KEY', file, `${where} has the unknown key ${quote(key)}`);
      for (const key of required)
        if (!entries.has(key)) throw refuse('MISSING_KEY', file, `${where} has no ${quote(key)}`);
      const find = (key: string): Reader | undefined => {
        const item = entries.get(key);
        return item === undefined ? undefined : reader(item, file, `${where}.${key}`);
      };
      return { get: (key) => find(key) ?? wanted(`complete`), optional: find };
    },
  };
}

function refuse(fault: PolicyFault, file: string, what: string): NexusctlError {
  return new NexusctlError('POLICY_INVALID', `${file}: ${what}`, {
    hint: 'correct the policy file; `nexusctl endpoint policy lint` checks it',
    details: { fault, file },
  });
}

/** Foreign names as JSON shows them: every character that is not ASCII escaped, so that look-alikes are seen. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200)).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
