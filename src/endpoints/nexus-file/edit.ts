import type * as YamlModule from 'yaml';
import type { Document, YAMLMap, YAMLSeq } from 'yaml';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { CallerEntry, Endpoint } from '../endpoint.ts';

/** A change of a nexus.yaml that keeps every comment and everything that it does not name. */
export type FileEdit =
  | { readonly kind: 'allow'; readonly endpoint: string; readonly entries: readonly CallerEntry[] }
  | {
      readonly kind: 'revoke';
      readonly endpoint: string;
      readonly namespaces: readonly string[];
      readonly block: boolean;
    }
  /** What is live, put into the file; what only the file knows stays. */
  | { readonly kind: 'merge'; readonly endpoint: Endpoint };

/** Lists stand under their key, or as far left as it. */
function layoutOf(text: string) {
  const indentSeq = !/^endpoints:.*\n(?: *(?:#.*)?\n)*- /m.test(text);
  return { lineWidth: 0, indentSeq, flowCollectionPadding: true } as const;
}

/**
 * @returns the text with the edits made; the same text when they change nothing
 * @throws NexusctlError INPUT_INVALID, ENDPOINT_NOT_FOUND when the file does not name the endpoint of an edit
 */
export async function editNexusFile(path: string, text: string, edits: readonly FileEdit[]): Promise<string> {
  const yaml = await import('yaml');
  const unix = text.replaceAll('\r\n', '\n');
  const document = yaml.parseDocument(unix, { prettyErrors: false });
  if (document.errors.length > 0) throw new NexusctlError('INPUT_INVALID', `${path}: not YAML`, { details: { path } });
  let changed = false;
  for (const edit of edits) {
    const name = edit.kind === 'merge' ? edit.endpoint.name : edit.endpoint;
    const found = endpointIn(yaml, document, name);
    if (found === null && edit.kind === 'merge') {
      changed = true;
      document.addIn(['endpoints'], document.createNode(plainOf(edit.endpoint)));
      continue;
    }
    if (found === null)
      throw new NexusctlError('ENDPOINT_NOT_FOUND', `${path} does not name the endpoint ${name}`, {
        hint: 'add it to the file, for example with `nexusctl endpoint export --merge`',
        details: { path, endpoint: name },
      });
    changed = editOne(yaml, document, found, edit) || changed;
  }
  if (!changed) return text;
  const edited = keptLines(yaml, unix, document.toString(layoutOf(unix)));
  return unix === text ? edited : edited.replaceAll('\n', '\r\n');
}

type Yaml = typeof YamlModule;

/**
 * The edited text with every line that the edit did not touch as somebody wrote it: the library would lay all of them
 * out anew, and a review would show them. Where that cannot be had, the library's layout.
 */
function keptLines({ parseDocument }: Yaml, text: string, edited: string): string {
  const written = text.split('\n');
  const laidOut = parseDocument(text).toString(layoutOf(text)).split('\n');
  if (written.length !== laidOut.length) return edited;
  const lines: string[] = [];
  let at = 0;
  const wanted = edited.split('\n');
  for (const [index, line] of wanted.entries()) {
    const next = sameLineAfter(laidOut, at, wanted, index);
    lines.push(next === -1 ? line : (written[next] ?? line));
    if (next !== -1) at = next + 1;
  }
  const kept = lines.join('\n');
  // It has to mean the same: laid out anew, it is what the library wrote.
  const again = parseDocument(kept);
  return again.errors.length === 0 && again.toString(layoutOf(text)) === edited ? kept : edited;
}

/** How far an edit may move a line. */
const farthest = 200;

/** Where the line stood before the edit, at `at` or behind lines that are gone; -1 for a new one. */
function sameLineAfter(before: readonly string[], at: number, after: readonly string[], index: number): number {
  const line = after[index];
  for (let distance = 0; distance <= farthest; distance += 1) {
    if (before[at + distance] === line) return at + distance;
    // The line that is due comes later: this one was put in before it.
    if (after[index + distance] === before[at]) return -1;
  }
  return -1;
}

function endpointIn({ isMap, isSeq }: Yaml, document: Document, name: string): YAMLMap | null {
  const list = document.get('endpoints', true);
  if (!isSeq(list)) return null;
  return (
    list.items.filter((item): item is YAMLMap => isMap(item)).find((item) => String(item.get('name')) === name) ?? null
  );
}

function editOne(yaml: Yaml, document: Document, map: YAMLMap, edit: FileEdit): boolean {
  switch (edit.kind) {
    case 'allow': {
      refuseBlocked(yaml, map, edit);
      return edit.entries.map((entry) => putCaller(yaml, document, map, entry)).includes(true);
    }
    case 'revoke': {
      const gone = takeOff(yaml, map, 'allow', edit.namespaces);
      return (edit.block && edit.namespaces.map((name) => block(yaml, document, map, name)).includes(true)) || gone;
    }
    case 'merge': {
      const { target, description, callers, everyone } = edit.endpoint;
      const wanted = everyone === true ? [] : callers;
      const put = wanted.map(({ namespace }) => putCaller(yaml, document, map, { namespace }));
      const targeted = target !== undefined && setIfOther(document, map, 'target', plainTarget(target));
      const described = description !== undefined && setIfOther(document, map, 'description', description);
      return put.includes(true) || targeted || described;
    }
  }
}

function refuseBlocked(yaml: Yaml, map: YAMLMap, { endpoint, entries }: Extract<FileEdit, { kind: 'allow' }>): void {
  const list = map.get('blocked', true);
  const blocked = new Set(yaml.isSeq(list) ? list.items.map((item) => namespaceOf(yaml, item)) : []);
  const hit = entries.map(({ namespace }) => namespace).filter((namespace) => blocked.has(namespace));
  if (hit.length === 0) return;
  throw new NexusctlError('CONFLICT', `${hit.join(', ')} is blocked at ${endpoint} in the file, and blocked wins`, {
    hint: 'take it off `blocked` in the file first, if that is what you mean',
    details: { endpoint, blocked: hit },
  });
}

/** Adds an entry, or puts what it says into the one that is there. */
function putCaller(yaml: Yaml, document: Document, map: YAMLMap, entry: CallerEntry): boolean {
  const list = listIn(yaml, document, map, 'allow');
  const at = list.items.findIndex((item) => namespaceOf(yaml, item) === entry.namespace);
  const facts = Object.entries(entry).filter(([key]) => key !== 'namespace');
  if (at === -1) {
    list.add(document.createNode(entry));
    return true;
  }
  const item = list.items[at];
  if (facts.length === 0) return false;
  if (!yaml.isMap(item)) {
    list.items[at] = document.createNode(entry);
    return true;
  }
  const differing = facts.filter(([key, value]) => JSON.stringify(item.get(key)) !== JSON.stringify(value));
  for (const [key, value] of differing) item.set(key, value);
  return differing.length > 0;
}

function takeOff(yaml: Yaml, map: YAMLMap, key: string, namespaces: readonly string[]): boolean {
  const list = map.get(key, true);
  if (!yaml.isSeq(list)) return false;
  const gone = new Set(namespaces);
  const kept = list.items.filter((item) => !gone.has(namespaceOf(yaml, item)));
  const changed = kept.length < list.items.length;
  list.items = kept;
  return changed;
}

function block(yaml: Yaml, document: Document, map: YAMLMap, namespace: string): boolean {
  const list = listIn(yaml, document, map, 'blocked');
  if (list.items.some((item) => namespaceOf(yaml, item) === namespace)) return false;
  list.add(document.createNode(namespace));
  return true;
}

function listIn(yaml: Yaml, document: Document, map: YAMLMap, key: string): YAMLSeq {
  const list = map.get(key, true);
  if (yaml.isSeq(list)) {
    // `[]` written out would put every new entry on its one line.
    if (list.items.length === 0) list.flow = false;
    return list;
  }
  const made = document.createNode([]) as YAMLSeq;
  map.set(key, made);
  return made;
}

function namespaceOf(yaml: Yaml, item: unknown): string {
  if (yaml.isMap(item)) return String(item.get('namespace'));
  return yaml.isScalar(item) ? String(item.value) : '';
}

function setIfOther(document: Document, map: YAMLMap, key: string, value: unknown): boolean {
  const old: unknown = map.get(key);
  const plain: unknown = old instanceof Object && 'toJSON' in old ? (old as { toJSON: () => unknown }).toJSON() : old;
  if (JSON.stringify(plain) === JSON.stringify(value)) return false;
  map.set(key, document.createNode(value));
  return true;
}

function plainOf({ name, target, description, callers, blocked, everyone }: Endpoint): object {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(target === undefined ? {} : { target: plainTarget(target) }),
    ...(everyone === true ? {} : { allow: callers.map(plainCaller) }),
    ...(blocked === undefined || blocked.length === 0 ? {} : { blocked }),
  };
}

function plainTarget(target: NonNullable<Endpoint['target']>): object {
  switch (target.kind) {
    case 'worker':
      return { namespace: target.namespace, taskQueue: target.taskQueue };
    case 'external':
      return { url: target.url };
  }
}

function plainCaller({ namespace, owner, reason, ref, until }: CallerEntry): object {
  return Object.fromEntries(
    Object.entries({ namespace, owner, reason, ref, until }).filter(([, value]) => value !== undefined),
  );
}
