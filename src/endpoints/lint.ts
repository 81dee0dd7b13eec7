import { NexusctlError } from '../errors/nexusctl-error.ts';
import { nearest } from '../profile/nearest.ts';
import type { Backend, NewEndpoint, Wish } from './endpoint.ts';

/** Limits of the servers; Temporal raises the first two on request, so exceeding them is only a warning. */
const limits = {
  endpoints: 100,
  callers: 1_000,
  name: 200,
  taskQueue: 1_000,
  url: 4_096,
  description: 20_000,
} as const;

/** The server's own rule (frontend nexus_endpoint_client.go), not the one in the comment of the proto. */
const nameRule = /^[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$/;

/**
 * What the server would refuse, said before anything is sent.
 * @returns warnings
 * @throws NexusctlError INVALID_ARGUMENT
 */
export function lintWish(wish: Wish | NewEndpoint, backend: Backend): readonly string[] {
  if (wish.name !== undefined) lintName(wish.name);
  const { target } = wish;
  if (target?.kind === 'worker') {
    lintNamespace(target.namespace, backend, 'target namespace');
    if (target.taskQueue === '' || target.taskQueue.length > limits.taskQueue)
      throw invalid(`a task queue has 1 to ${String(limits.taskQueue)} characters`, 'give another --target-task-queue');
  }
  if (target?.kind === 'external') lintUrl(target.url, backend);
  const size = Buffer.byteLength(JSON.stringify(wish.description ?? '')) + 32;
  if (size > limits.description)
    throw invalid(
      `the description has ${String(size)} bytes, the server takes ${String(limits.description)}`,
      'shorten it',
    );
  for (const caller of wish.callers ?? []) lintNamespace(caller, backend, 'caller');
  return lintCallerCount(wish.callers?.length ?? 0);
}

/** @returns a warning when a list is longer than an endpoint's usual limit */
export function lintCallerCount(count: number): readonly string[] {
  if (count <= limits.callers) return [];
  return [
    `${String(count)} callers: Temporal Cloud takes ${String(limits.callers)} for each endpoint unless support has raised it`,
  ];
}

/** @returns a warning when another endpoint would exceed the account's usual limit */
export function lintCount(existing: number): readonly string[] {
  if (existing < limits.endpoints) return [];
  return [
    `there are ${String(existing)} endpoints: Temporal Cloud takes ${String(limits.endpoints)} unless support has raised it`,
  ];
}

function lintName(name: string): void {
  if (nameRule.test(name) && name.length <= limits.name) return;
  const better = name.replace(/[^a-zA-Z0-9-]+/g, '-').replace(/^[^a-zA-Z]+|-+$/g, '');
  throw invalid(
    `'${name}' is no endpoint name: letters, digits and hyphens, 2 to ${String(limits.name)}, a letter first, no hyphen last`,
    nameRule.test(better) ? `did you mean ${better}?` : 'choose another name',
  );
}

function lintUrl(url: string, backend: Backend): void {
  if (backend === 'cloud')
    throw invalid(
      'Temporal Cloud knows worker targets only, no URL',
      'give --target-namespace and --target-task-queue',
    );
  if (url.length <= limits.url && /^https?:\/\//i.test(url) && URL.canParse(url)) return;
  throw invalid(
    `the target URL is no http or https URL of at most ${String(limits.url)} characters`,
    'give another --target-url',
  );
}

/** On Cloud a namespace goes by its id (`name.account`), which has lower-case letters only. */
export function lintNamespace(namespace: string, backend: Backend, what: string): void {
  if (namespace === '' || /[\s*?]/.test(namespace) || namespace.length > limits.taskQueue)
    throw invalid(
      `'${namespace}' is no namespace (${what}); callers are listed one by one, without patterns`,
      'name one namespace',
    );
  if (backend !== 'cloud') return;
  if (!namespace.includes('.'))
    throw invalid(
      `'${namespace}' is a namespace's name, not its id (${what})`,
      `on Temporal Cloud it looks like ${namespace.toLowerCase()}.a1b2c; see \`nexusctl namespace list\``,
    );
  if (namespace !== namespace.toLowerCase())
    throw invalid(
      `'${namespace}' has capital letters; ids have none (${what})`,
      `did you mean ${namespace.toLowerCase()}?`,
    );
}

/** @throws NexusctlError NAMESPACE_NOT_FOUND for a name that is not registered, with the nearest that is */
export function notRegistered(namespace: string, known: readonly string[], what: string): NexusctlError {
  const close = nearest(namespace, known);
  return new NexusctlError('NAMESPACE_NOT_FOUND', `there is no namespace ${namespace} (${what})`, {
    hint:
      close === undefined
        ? 'see `nexusctl namespace list`; --force writes it all the same'
        : `did you mean ${close}? (--force writes it all the same)`,
    details: { namespace },
  });
}

function invalid(message: string, hint: string): NexusctlError {
  return new NexusctlError('INVALID_ARGUMENT', message, { hint });
}
