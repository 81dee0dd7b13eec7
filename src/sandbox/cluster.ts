import { refusal } from './refusal.ts';

/** What a self-hosted cluster must know of an endpoint's specification; `wire` is the whole of it. */
export interface ClusterSpec {
  readonly name: string;
  readonly target?:
    | { readonly kind: 'worker'; readonly namespace: string; readonly taskQueue: string }
    | { readonly kind: 'external'; readonly url: string };
  readonly descriptionBytes: number;
  readonly wire: Uint8Array;
}

export interface ClusterEndpoint {
  readonly id: string;
  readonly version: number;
  readonly spec: ClusterSpec;
  /** Lost by the first update, as on the real server. */
  readonly createdAt?: number;
  readonly modifiedAt?: number;
}

export interface Cluster {
  readonly namespaces: ReadonlySet<string>;
  readonly endpoints: Map<string, ClusterEndpoint>;
  readonly now: () => number;
  readonly newId: () => string;
}

/** Rules, limits and words of temporal/service/frontend/nexus_endpoint_client.go (server 1.32). */
const namePattern = /^[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$/;
const longestName = 200;
const longestUrl = 4096;
const longestTaskQueue = 1000;
const largestDescription = 20_000;

export function createInCluster(cluster: Cluster, spec: ClusterSpec): ClusterEndpoint {
  validate(cluster, spec);
  if ([...cluster.endpoints.values()].some((other) => other.spec.name === spec.name))
    throw refusal(
      'ALREADY_EXISTS',
      `error creating Nexus endpoint. Endpoint with name ${spec.name} already registered`,
    );
  const endpoint = { id: cluster.newId(), version: 1, spec, createdAt: cluster.now() };
  cluster.endpoints.set(endpoint.id, endpoint);
  return endpoint;
}

/** The real server neither asks whether a new name is free nor whether anything changes, and forgets the creation. */
export function updateInCluster(cluster: Cluster, id: string, version: number, spec: ClusterSpec): ClusterEndpoint {
  if (version <= 0) throw refusal('INVALID_ARGUMENT', 'endpoint version is non-positive');
  validate(cluster, spec);
  const endpoint = cluster.endpoints.get(id);
  if (endpoint === undefined) throw refusal('NOT_FOUND', `error updating Nexus endpoint. endpoint ID ${id} not found`);
  if (version !== endpoint.version)
    throw refusal(
      'FAILED_PRECONDITION',
      `nexus endpoint version mismatch. received: ${String(version)} expected ${String(endpoint.version)}`,
    );
  const changed = { id, version: version + 1, spec, modifiedAt: cluster.now() };
  cluster.endpoints.set(id, changed);
  return changed;
}

/** The real server wants a version and then does not look at it. */
export function deleteInCluster(cluster: Cluster, id: string, version: number): void {
  if (version <= 0) throw refusal('INVALID_ARGUMENT', 'endpoint version is non-positive');
  if (!cluster.endpoints.delete(id)) throw refusal('NOT_FOUND', `error deleting nexus endpoint with ID: ${id}`);
}

export function getInCluster(cluster: Cluster, id: string): ClusterEndpoint {
  const endpoint = cluster.endpoints.get(id);
  if (endpoint === undefined) throw refusal('NOT_FOUND', `Nexus endpoint ${id} not found`);
  return endpoint;
}

/** Somebody else's write of the same content. */
export function touchInCluster(cluster: Cluster, id: string): void {
  const endpoint = cluster.endpoints.get(id);
  if (endpoint !== undefined) cluster.endpoints.set(id, { ...endpoint, version: endpoint.version + 1 });
}

function validate(cluster: Cluster, spec: ClusterSpec): void {
  const issues = [...nameIssues(spec.name), ...targetIssues(spec.target)];
  if (spec.descriptionBytes > largestDescription)
    issues.push(
      `description size ${String(spec.descriptionBytes)} exceeds limit of ${String(largestDescription)} bytes`,
    );
  if (issues.length > 0) throw refusal('INVALID_ARGUMENT', issues.join(', '));
  if (spec.target?.kind === 'worker' && !cluster.namespaces.has(spec.target.namespace))
    throw refusal(
      'FAILED_PRECONDITION',
      `could not verify namespace referenced by target exists: Namespace ${spec.target.namespace} is not found.`,
    );
}

function nameIssues(name: string): string[] {
  if (name === '') return ['endpoint name not set'];
  const issues: string[] = [];
  if (name.length > longestName) issues.push(`endpoint name exceeds length limit of ${String(longestName)}`);
  if (!namePattern.test(name)) issues.push(`endpoint name must match the regex: "${namePattern.source}"`);
  return issues;
}

function targetIssues(target: ClusterSpec['target']): string[] {
  if (target === undefined) return ['empty target'];
  if (target.kind === 'external') {
    if (target.url === '') return ['target URL not set'];
    if (target.url.length > longestUrl) return [`URL length exceeds limit of ${String(longestUrl)}`];
    return /^https?:\/\//.test(target.url) ? [] : ['invalid target URL scheme, expected http or https'];
  }
  const issues: string[] = [];
  if (target.namespace === '') issues.push('target namespace not set');
  if (target.taskQueue === '') issues.push('target task queue not set');
  if (target.taskQueue.length > longestTaskQueue) issues.push('target task queue is too long');
  return issues;
}
