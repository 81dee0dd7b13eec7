import { randomUUID } from 'node:crypto';
import type { Account, Namespace } from './account.ts';
import { createApiKey, type ApiKeys } from './api-keys.ts';
import { planFaults, type FaultPlan } from './fault-plan.ts';
import { writeFolder, type Folder } from './folder.ts';
import { createMaterial } from './material.ts';
import { startServers, type Servers } from './servers.ts';

export interface SandboxOptions {
  /** `NAME` or `NAME=COUNT` of faults.ts. */
  readonly faults?: readonly string[] | undefined;
  /** Names without the account; the first one is TEMPORAL_NAMESPACE. */
  readonly namespaces?: readonly string[] | undefined;
  /** How long an asynchronous operation takes, in milliseconds. */
  readonly operationMs?: number | undefined;
}

/** A running rehearsal account. It is not Temporal: it runs no workflow and forgets everything when it is closed. */
export interface Sandbox {
  readonly account: string;
  /** Ids (`name.account`). */
  readonly namespaces: readonly string[];
  readonly addresses: Servers['addresses'];
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
  const keys: ApiKeys = { keys: new Map(), now: account.now, newId: account.newId };
  const servers = await startServers(account, keys, material, faults);
  const folder = await writeFolder(material);
  const namespaces = [...account.namespaces.keys()];
  return {
    account: account.id,
    namespaces,
    addresses: servers.addresses,
    faults: faults.names,
    environment: {
      ...connection(servers.addresses, folder, createApiKey(keys, { displayName: 'sandbox' }).token),
      TEMPORAL_NAMESPACE: namespaces[0] ?? '',
    },
    close: async () => {
      await Promise.all([servers.close(), folder.remove()]);
    },
  };
}

function connection(addresses: Servers['addresses'], folder: Folder, token: string): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: addresses.mtls,
    TEMPORAL_TLS: 'true',
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: folder.serverCa,
    TEMPORAL_TLS_CLIENT_CERT_PATH: folder.clientCertificate,
    TEMPORAL_TLS_CLIENT_KEY_PATH: folder.clientKey,
    TEMPORAL_API_KEY: token,
    TEMPORAL_CLOUD_API_KEY: token,
    TEMPORAL_CONFIG_FILE: folder.temporalToml,
    NEXUSCTL_BACKEND: 'cloud',
    NEXUSCTL_CLOUD_ADDRESS: addresses.controlPlane,
    NEXUSCTL_CLOUD_CA_CERT_PATH: folder.serverCa,
    NEXUSCTL_CONFIG_FILE: folder.nexusctlToml,
    NEXUSCTL_SANDBOX_API_KEY_ADDRESS: addresses.apiKey,
  };
}

function createAccount(options: SandboxOptions, clientCa: string, faults: FaultPlan): Account {
  const { namespaces = defaultNamespaces, operationMs = defaultOperationMs } = options;
  const shared = { region: 'aws-eu-west-1', retentionDays: 30, clientCa, createdAt: Date.now() };
  const made = namespaces.map((name): Namespace => ({ ...shared, id: `${name}.${accountId}`, name }));
  return {
    id: accountId,
    namespaces: new Map(made.map((namespace) => [namespace.id, namespace])),
    endpoints: new Map(),
    operations: new Map(),
    now: Date.now,
    newId: () => randomUUID().replaceAll('-', ''),
    nextOperation: () => {
      const fault = faults.take('operation');
      return { outcome: fault?.outcome ?? 'FULFILLED', lengthMs: fault?.lengthMs ?? operationMs };
    },
    revision: 0,
  };
}
