import { validateSpec, type EndpointSpec } from './endpoint-rules.ts';
import { repeated, type Operation, type Outcome } from './operations.ts';
import { refusal } from './refusal.ts';

export interface Namespace {
  /** `name.account`, as Cloud writes it. */
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly retentionDays: number;
  /** PEM bundle of the client CAs that its frontend accepts. */
  readonly clientCa: string;
  readonly createdAt: number;
}

export interface Endpoint {
  readonly id: string;
  readonly resourceVersion: string;
  readonly spec: EndpointSpec;
  /** What an operation that fails puts back. */
  readonly previous?: EndpointSpec | undefined;
  readonly operationId: string;
  readonly createdAt: number;
  readonly modifiedAt?: number;
}

export interface Account {
  readonly id: string;
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly endpoints: Map<string, Endpoint>;
  readonly operations: Map<string, Operation>;
  readonly endpointLimit: number;
  readonly now: () => number;
  readonly newId: () => string;
  /** How the next operation goes: its end and its length in milliseconds. */
  readonly nextOperation: () => { readonly outcome: Outcome; readonly lengthMs: number };
  revision: number;
}

/** For a moment after its operation is done an endpoint still reads as being worked on, as on Cloud. */
const settleMs = 50;

export type EndpointState =
  'ACTIVATING' | 'ACTIVATION_FAILED' | 'ACTIVE' | 'UPDATING' | 'UPDATE_FAILED' | 'DELETING' | 'DELETE_FAILED';

export function createEndpoint(account: Account, spec: EndpointSpec, operationId?: string): Operation {
  const change = { type: 'CreateNexusEndpoint', fingerprint: fingerprintOf('create', spec.wire) };
  const earlier = repeated(account.operations, operationId, change.fingerprint);
  if (earlier !== undefined) return earlier;
  settle(account);
  validateSpec(spec, (id) => account.namespaces.has(id));
  refuseTakenName(account, spec.name);
  if (account.endpoints.size >= account.endpointLimit)
    throw refusal(
      'FAILED_PRECONDITION',
      `the account has its limit of ${String(account.endpointLimit)} Nexus endpoints`,
    );
  const operation = start(account, { ...change, resourceId: account.newId() }, operationId);
  const created = { id: operation.resourceId, spec, operationId: operation.id, createdAt: account.now() };
  account.endpoints.set(created.id, { ...created, resourceVersion: nextVersion(account) });
  return operation;
}

interface Write {
  readonly id: string;
  readonly resourceVersion: string;
  readonly operationId?: string | undefined;
}

export function updateEndpoint(account: Account, write: Write, spec: EndpointSpec): Operation {
  const fingerprint = fingerprintOf('update', write.id, write.resourceVersion, spec.wire);
  const earlier = repeated(account.operations, write.operationId, fingerprint);
  if (earlier !== undefined) return earlier;
  const endpoint = endpointForWrite(account, write);
  if (Buffer.compare(spec.wire, endpoint.spec.wire) === 0) throw refusal('INVALID_ARGUMENT', 'nothing to change');
  validateSpec(spec, (id) => account.namespaces.has(id));
  if (spec.name !== endpoint.spec.name) refuseTakenName(account, spec.name);
  const change = { type: 'UpdateNexusEndpoint', resourceId: endpoint.id, fingerprint };
  const operation = start(account, change, write.operationId);
  replace(account, { ...endpoint, spec, previous: endpoint.spec, operationId: operation.id });
  return operation;
}

export function deleteEndpoint(account: Account, write: Write): Operation {
  const fingerprint = fingerprintOf('delete', write.id, write.resourceVersion);
  const earlier = repeated(account.operations, write.operationId, fingerprint);
  if (earlier !== undefined) return earlier;
  const endpoint = endpointForWrite(account, write);
  const change = { type: 'DeleteNexusEndpoint', resourceId: endpoint.id, fingerprint };
  const operation = start(account, change, write.operationId);
  replace(account, { ...endpoint, operationId: operation.id });
  return operation;
}

/** Somebody else's write: the endpoint is the same, its version is another. */
export function touchEndpoint(account: Account, id: string): void {
  const endpoint = account.endpoints.get(id);
  if (endpoint !== undefined) replace(account, endpoint);
}

export function getEndpoint(account: Account, id: string): Endpoint {
  settle(account);
  const endpoint = account.endpoints.get(id);
  if (endpoint === undefined) throw refusal('NOT_FOUND', `nexus endpoint ${id} not found`);
  return endpoint;
}

export function listEndpoints(account: Account): readonly Endpoint[] {
  settle(account);
  return [...account.endpoints.values()];
}

export function endpointState(account: Account, endpoint: Endpoint): EndpointState {
  const operation = account.operations.get(endpoint.operationId);
  if (operation === undefined) return 'ACTIVE';
  const [during, failed] = statesOf(operation.type);
  const { outcome, finishesAt } = operation;
  if (outcome === 'STUCK' || account.now() < finishesAt + settleMs) return during;
  return outcome === 'FAILED' ? failed : 'ACTIVE';
}

function statesOf(type: string): readonly [during: EndpointState, failed: EndpointState] {
  if (type === 'CreateNexusEndpoint') return ['ACTIVATING', 'ACTIVATION_FAILED'];
  if (type === 'DeleteNexusEndpoint') return ['DELETING', 'DELETE_FAILED'];
  return ['UPDATING', 'UPDATE_FAILED'];
}

/** Carries out what finished operations leave behind: removals, and the old specification where one did not work. */
function settle(account: Account): void {
  for (const endpoint of [...account.endpoints.values()]) {
    const operation = account.operations.get(endpoint.operationId);
    if (operation === undefined || operation.outcome === 'STUCK' || account.now() < operation.finishesAt) continue;
    const { type, outcome } = operation;
    const removed = type === 'DeleteNexusEndpoint' ? outcome === 'FULFILLED' : false;
    const neverMade = type === 'CreateNexusEndpoint' && (outcome === 'REJECTED' || outcome === 'CANCELLED');
    if (removed || neverMade) account.endpoints.delete(endpoint.id);
    else if (type === 'UpdateNexusEndpoint' && outcome !== 'FULFILLED' && endpoint.previous !== undefined)
      replace(account, { ...endpoint, spec: endpoint.previous, previous: undefined });
  }
}

function endpointForWrite(account: Account, { id, resourceVersion }: Write): Endpoint {
  const endpoint = getEndpoint(account, id);
  if (resourceVersion === '') throw refusal('INVALID_ARGUMENT', 'resource version not set');
  if (resourceVersion !== endpoint.resourceVersion)
    throw refusal(
      'FAILED_PRECONDITION',
      `resource version mismatch: received ${resourceVersion}, expected ${endpoint.resourceVersion}`,
    );
  if (account.operations.get(endpoint.operationId)?.type === 'DeleteNexusEndpoint' && isBusy(account, endpoint))
    throw refusal('FAILED_PRECONDITION', `nexus endpoint ${id} is being deleted`);
  return endpoint;
}

function isBusy(account: Account, endpoint: Endpoint): boolean {
  const operation = account.operations.get(endpoint.operationId);
  return operation !== undefined && (operation.outcome === 'STUCK' || account.now() < operation.finishesAt);
}

function refuseTakenName(account: Account, name: string): void {
  for (const { spec } of account.endpoints.values())
    if (spec.name === name) throw refusal('ALREADY_EXISTS', `nexus endpoint with name ${name} already exists`);
}

function start(
  account: Account,
  change: Pick<Operation, 'type' | 'resourceId' | 'fingerprint'>,
  id: string | undefined,
): Operation {
  const { outcome, lengthMs } = account.nextOperation();
  const startedAt = account.now();
  const finishesAt = outcome === 'STUCK' ? Infinity : startedAt + lengthMs;
  const operation = { ...change, id: id ?? account.newId(), startedAt, finishesAt, outcome };
  account.operations.set(operation.id, operation);
  return operation;
}

function replace(account: Account, endpoint: Endpoint): void {
  const changed = { resourceVersion: nextVersion(account), modifiedAt: account.now() };
  account.endpoints.set(endpoint.id, { ...endpoint, ...changed });
}

/** Opaque to clients; ascending, so that a test can see that no version ever comes back. */
function nextVersion(account: Account): string {
  account.revision += 1;
  return account.revision.toString(16).padStart(16, '0');
}

function fingerprintOf(...parts: readonly (string | Uint8Array)[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : Buffer.from(part).toString('base64'))).join(' ');
}
