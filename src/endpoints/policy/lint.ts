import type { Endpoint } from '../endpoint.ts';
import type { Policy } from './policy.ts';
import { isOver } from '../until.ts';

export interface PolicyFinding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly endpoint?: string;
  readonly namespace?: string;
}

interface Against {
  readonly now: Date;
  /** Bytes of a single file. */
  readonly size?: number | undefined;
  /** What the cluster has; absent when it is not asked. */
  readonly endpoints?: readonly Endpoint[];
  readonly namespaces?: readonly string[];
}

const configMapBytes = 1024 * 1024;

/** What a reviewer would ask about a policy that reads well. */
export function lintPolicy(policy: Policy, against: Against): readonly PolicyFinding[] {
  return [
    ...aboutWhole(policy, against),
    ...[...policy.endpoints].flatMap(([name, entry]) => aboutEntry(name, entry, against)),
    ...(against.endpoints === undefined ? [] : aboutCluster(policy, against.endpoints)),
    ...(against.namespaces === undefined ? [] : aboutNames(policy, against.namespaces)),
  ];
}

function aboutWhole({ default: fallback, files }: Policy, { size = 0 }: Against): readonly PolicyFinding[] {
  return [
    ...(fallback === 'allow'
      ? [warning('DEFAULT_ALLOW', 'the default is allow: a new or renamed endpoint is open to every namespace')]
      : []),
    ...(files.length === 1 && size > configMapBytes
      ? [
          warning(
            'TOO_BIG_FOR_CONFIGMAP',
            'the file is larger than a Kubernetes ConfigMap holds (1 MiB): use a folder of several',
          ),
        ]
      : []),
  ];
}

function aboutEntry(
  endpoint: string,
  {
    callers,
    blocked,
  }: {
    readonly callers: readonly { readonly namespace: string; readonly until?: string }[];
    readonly blocked: readonly string[];
  },
  { now }: Against,
): readonly PolicyFinding[] {
  return [
    ...callers
      .filter(({ until }) => isOver(until, now))
      .map(({ namespace, until }) =>
        warning('EXPIRED', `the entry of ${namespace} at ${endpoint} ended (${until ?? ''})`, endpoint, namespace),
      ),
    ...callers
      .filter(({ namespace }) => blocked.includes(namespace))
      .map(({ namespace }) =>
        warning(
          'BLOCKED_CALLER',
          `${namespace} is listed and blocked at ${endpoint}: blocked wins`,
          endpoint,
          namespace,
        ),
      ),
    ...[endpoint, ...callers.map(({ namespace }) => namespace), ...blocked]
      .filter((name) => /[^\u0021-\u007e]/.test(name))
      .map((name) =>
        warning(
          'NOT_ASCII',
          `${JSON.stringify(name)} holds characters that are not ASCII and may only look like another name`,
          endpoint,
        ),
      ),
  ];
}

function aboutCluster(policy: Policy, endpoints: readonly Endpoint[]): readonly PolicyFinding[] {
  const live = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
  const names = [...policy.endpoints.keys()];
  return [
    ...names
      .filter((name) => !live.has(name))
      .map((name) =>
        warning(
          'NO_ENDPOINT',
          `${name} has an entry but is no endpoint: it waits for whoever makes one of that name`,
          name,
        ),
      ),
    ...names.flatMap((name) => {
      const [pinned, own] = [policy.endpoints.get(name)?.id, live.get(name)?.id];
      if (pinned === undefined || own === undefined || pinned === own) return [];
      return [
        error(
          'ID_MISMATCH',
          `the entry of ${name} is pinned to ${pinned}, the endpoint is ${own}: nobody may call it`,
          name,
        ),
      ];
    }),
    ...endpoints
      .filter(({ name }) => !policy.endpoints.has(name))
      .map(({ name }) =>
        policy.default === 'allow'
          ? warning('NO_ENTRY', `${name} has no entry and the default is allow: every namespace may call it`, name)
          : info('NO_ENTRY', `${name} has no entry: nobody may call it`, name),
      ),
    ...endpoints
      .filter(({ name, target }) => target?.kind === 'external' && policy.endpoints.has(name))
      .map(({ name }) =>
        warning(
          'EXTERNAL_NOT_COVERED',
          `${name} has a URL as target: the check at dispatch does not see its calls`,
          name,
        ),
      ),
  ];
}

function aboutNames(policy: Policy, namespaces: readonly string[]): readonly PolicyFinding[] {
  const known = new Set(namespaces);
  return [...policy.endpoints].flatMap(([endpoint, { callers }]) =>
    callers
      .filter(({ namespace }) => !known.has(namespace))
      .map(({ namespace }) =>
        warning(
          'NOT_REGISTERED',
          `${namespace}, a caller of ${endpoint}, is not registered: whoever registers it will have it`,
          endpoint,
          namespace,
        ),
      ),
  );
}

function finding(severity: PolicyFinding['severity']) {
  return (code: string, message: string, endpoint?: string, namespace?: string): PolicyFinding => ({
    code,
    severity,
    message,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(namespace === undefined ? {} : { namespace }),
  });
}

const error = finding('error');
const warning = finding('warning');
const info = finding('info');
