import type { CallerEntry } from '../endpoint.ts';
import type { Policy, PolicyEntry, PolicyFile } from './policy.ts';

/** The entry of one endpoint as it is to be; null takes it away. */
export interface EntryChange {
  readonly endpoint: string;
  readonly entry: PolicyEntry | null;
}

/** The policy file or folder of a self-hosted cluster. Filled by adapters/policy-file.ts. */
export interface PolicyStore {
  /** Absolute path of the file or folder. */
  readonly path: string;
  /**
   * @returns null when nothing is there
   * @throws NexusctlError POLICY_INVALID
   */
  readonly read: () => Promise<Policy | null>;
  /**
   * Reads, computes and writes under a lock that a dead process never holds.
   * @param work computes the changes from what is there now; none writes nothing
   * @throws NexusctlError POLICY_MISSING, LOCKED, and what `work` throws
   */
  readonly edit: (work: (policy: Policy) => readonly EntryChange[]) => Promise<Policy>;
  /** @throws NexusctlError FILE_EXISTS */
  readonly create: (text: string) => Promise<Policy>;
}

/** A file keeps below what a Kubernetes ConfigMap holds; in a folder, a new entry goes where there is room. */
const roomyBytes = 900 * 1024;

/**
 * The texts of the files that changes touch.
 * @returns file name → text; a name that is not there yet is a new file (in a folder that has no room left)
 */
export function editedFiles(
  policy: Policy,
  changes: readonly EntryChange[],
  folder: boolean,
): ReadonlyMap<string, string> {
  const endpoints = new Map(policy.files.map((file) => [file.name, new Map(file.endpoints)]));
  const touched = new Set<string>();
  const sizes = new Map(policy.files.map((file) => [file.name, policyText(file).length]));
  for (const { endpoint, entry } of changes) {
    const home = policy.files.find((file) => file.endpoints.has(endpoint))?.name;
    if (home === undefined && entry === null) continue;
    const name = home ?? roomFor(policy, sizes, folder, endpoints);
    const entries = endpoints.get(name) ?? new Map<string, PolicyEntry>();
    endpoints.set(name, entries);
    if (entry === null) entries.delete(endpoint);
    else entries.set(endpoint, entry);
    sizes.set(name, (sizes.get(name) ?? 0) + (entry === null ? 0 : entryText(endpoint, entry).length));
    touched.add(name);
  }
  return new Map(
    [...touched].map((name) => {
      const file = policy.files.find((one) => one.name === name);
      return [name, policyText({ ...file, default: policy.default, endpoints: endpoints.get(name) ?? new Map() })];
    }),
  );
}

function roomFor(
  policy: Policy,
  sizes: ReadonlyMap<string, number>,
  folder: boolean,
  taken: ReadonlyMap<string, unknown>,
): string {
  const [first] = policy.files;
  const roomy = policy.files.find(({ name }) => (sizes.get(name) ?? 0) < roomyBytes);
  if (!folder && first !== undefined) return first.name;
  if (roomy !== undefined) return roomy.name;
  const added = [...sizes].find(([name, size]) => taken.has(name) && size < roomyBytes)?.[0];
  if (added !== undefined) return added;
  for (let number = 2; ; number += 1)
    if (!taken.has(`nexus-policy-${String(number)}.json`)) return `nexus-policy-${String(number)}.json`;
}

/** One policy file as nexusctl writes it: one caller a line, so that a review shows who came and who went. */
export function policyText({
  schema,
  default: fallback,
  endpoints,
}: Pick<PolicyFile, 'default' | 'endpoints'> & { readonly schema?: string }): string {
  const lines = [
    ...(schema === undefined ? [] : [`  "$schema": ${JSON.stringify(schema)},`]),
    '  "version": 1,',
    `  "default": "${fallback}",`,
  ];
  if (endpoints.size === 0) return ['{', ...lines, '  "endpoints": {}', '}', ''].join('\n');
  const entries = [...endpoints].map(([name, entry]) => entryText(name, entry));
  return ['{', ...lines, '  "endpoints": {', entries.join(',\n'), '  }', '}', ''].join('\n');
}

function entryText(name: string, { id, callers, blocked }: PolicyEntry): string {
  const list = callers.map((caller) => `        ${callerText(caller)}`).join(',\n');
  const members = [
    ...(id === undefined ? [] : [`      "id": ${JSON.stringify(id)}`]),
    callers.length === 0 ? '      "callers": []' : `      "callers": [\n${list}\n      ]`,
    ...(blocked.length === 0 ? [] : [`      "blocked": [${blocked.map((one) => JSON.stringify(one)).join(', ')}]`]),
  ];
  return `    ${JSON.stringify(name)}: {\n${members.join(',\n')}\n    }`;
}

function callerText(caller: CallerEntry): string {
  const members = (['namespace', 'owner', 'reason', 'ref', 'until'] as const).flatMap((key) =>
    caller[key] === undefined ? [] : [`"${key}": ${JSON.stringify(caller[key])}`],
  );
  return `{ ${members.join(', ')} }`;
}
