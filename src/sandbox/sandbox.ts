import { randomUUID } from 'node:crypto';
import type { Account, Namespace } from './account.ts';
import { createApiKey, type ApiKeys } from './api-keys.ts';
import { mostEndpoints } from './endpoint-rules.ts';
import { planFaults, type FaultPlan } from './fault-plan.ts';
import { writeFolder, type Folder } from './folder.ts';
import { createMaterial, type Material } from './material.ts';
import { startCloud, startCluster } from './servers.ts';

export interface SandboxOptions {
  /** A self-hosted cluster instead of a Cloud account. */
  readonly selfHosted?: boolean | undefined;
  /** `NAME` or `NAME=COUNT` of faults.ts. */
  readonly faults?: readonly string[] | undefined;
  /** Names without the account; the first one is TEMPORAL_NAMESPACE. */
  readonly namespaces?: readonly string[] | undefined;
  /** How long an asynchronous operation of the control plane takes, in milliseconds. */
  readonly operationMs?: number | undefined;
  /** As if support had raised the account's limit of 100 endpoints. */
  readonly endpointLimit?: number | undefined;
}

/** A running rehearsal account. It is not Temporal: it runs no workflow and forgets everything when it is closed. */
export interface Sandbox {
  /** Absent on a self-hosted cluster. */
  readonly account?: string;
  /** Ids: `name.account`, or just names on a self-hosted cluster. */
  readonly namespaces: readonly string[];
  /** `host:port` by what is there: controlPlane, mtls, apiKey; plain and mtls on a self-hosted cluster. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
  /** Variables that point nexusctl, the `temporal` CLI and every SDK at it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Cuts every connection and removes the folder. */
  readonly close: () => Promise<void>;
}

const accountId = 'sndbx';
const defaultNamespaces = ['orders', 'billing', 'shipping', 'legacy'];
const defaultOperationMs = 300;

/** @throws NexusctlError USAGE for a fault that does not exist */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const faults = planFaults(options.faults ?? []);
  const material = await createMaterial(Date.now(), faults);
  const account = createAccount(options, material.clientCa, faults);
  const namespaces = [...account.namespaces.keys()];
  const start = options.selfHosted === true ? selfHosted : cloud;
  const { addresses, close, environmentOf } = await start(account, material, faults);
  const folder = await writeFolder(material);
  return {
    ...(options.selfHosted === true ? {} : { account: account.id }),
    namespaces,
    addresses,
    faults: faults.names,
    environment: { ...filesOf(folder), ...environmentOf(folder), TEMPORAL_NAMESPACE: namespaces[0] ?? '' },
    close: async () => {
      await Promise.all([close(), folder.remove()]);
    },
  };
}

async function cloud(account: Account, material: Material, faults: FaultPlan) {
  const keys: ApiKeys = { keys: new Map(), now: account.now, newId: account.newId };
  const { token } = createApiKey(keys, { displayName: 'sandbox' });
  const { addresses, close } = await startCloud(account, keys, { material, faults });
  const environmentOf = (folder: Folder): Record<string, string> => ({
    TEMPORAL_ADDRESS: addresses.mtls,
    TEMPORAL_API_KEY: token,
    TEMPORAL_CLOUD_API_KEY: token,
    NEXUSCTL_BACKEND: 'cloud',
    NEXUSCTL_CLOUD_ADDRESS: addresses.controlPlane,
    NEXUSCTL_CLOUD_CA_CERT_PATH: folder.serverCa,
    NEXUSCTL_SANDBOX_API_KEY_ADDRESS: addresses.apiKey,
  });
  return { addresses, close, environmentOf };
}

async function selfHosted(account: Account, material: Material, faults: FaultPlan) {
  const namespaces = new Set(account.namespaces.keys());
  // The real server's ids have hyphens, Cloud's have none.
  const cluster = { namespaces, endpoints: new Map(), now: account.now, newId: () => randomUUID() };
  const { addresses, close } = await startCluster(cluster, account, { material, faults });
  const environmentOf = (): Record<string, string> => ({
    TEMPORAL_ADDRESS: addresses.mtls,
    NEXUSCTL_BACKEND: 'self-hosted',
  });
  return { addresses, close, environmentOf };
}

function filesOf(folder: Folder): Record<string, string> {
  return {
    TEMPORAL_TLS: 'true',
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: folder.serverCa,
    TEMPORAL_TLS_CLIENT_CERT_PATH: folder.clientCertificate,
    TEMPORAL_TLS_CLIENT_KEY_PATH: folder.clientKey,
    TEMPORAL_CONFIG_FILE: folder.temporalToml,
    NEXUSCTL_CONFIG_FILE: folder.nexusctlToml,
  };
}

function createAccount(options: SandboxOptions, clientCa: string, faults: FaultPlan): Account {
  const { namespaces = defaultNamespaces, operationMs = defaultOperationMs } = options;
  const suffix = options.selfHosted === true ? '' : `.${accountId}`;
  const shared = { region: 'aws-eu-west-1', retentionDays: 30, clientCa, createdAt: Date.now() };
  const made = namespaces.map((name): Namespace => ({ ...shared, id: name + suffix, name }));
  return {
    id: accountId,
    namespaces: new Map(made.map((namespace) => [namespace.id, namespace])),
    endpoints: new Map(),
    operations: new Map(),
    endpointLimit: options.endpointLimit ?? mostEndpoints,
    now: Date.now,
    newId: () => randomUUID().replaceAll('-', ''),
    nextOperation: () => {
      const fault = faults.take('operation');
      return { outcome: fault?.outcome ?? 'FULFILLED', lengthMs: fault?.lengthMs ?? operationMs };
    },
    revision: 0,
  };
}
