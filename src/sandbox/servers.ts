import grpc from '@grpc/grpc-js';
import { touchEndpoint, type Account } from './account.ts';
import { authenticate, type ApiKeys } from './api-keys.ts';
import { surround } from './around.ts';
import type { Cluster } from './cluster.ts';
import type { FaultPlan } from './fault-plan.ts';
import { addService, type Call } from './grpc.ts';
import { listen, type Listener } from './listener.ts';
import type { Material } from './material.ts';
import { refusal } from './refusal.ts';
import { cloudService } from './services/cloud.ts';
import { healthService } from './services/health.ts';
import { operatorService } from './services/operator.ts';
import { workflowService } from './services/workflow.ts';

interface Servers<Name extends string> {
  /** `host:port` of each. */
  readonly addresses: Readonly<Record<Name, string>>;
  readonly close: () => Promise<void>;
}

interface Surroundings {
  readonly material: Material;
  readonly faults: FaultPlan;
}

/** The control plane and two frontends of the same namespaces: one wants a client certificate, one an API key. */
export async function startCloud(
  account: Account,
  keys: ApiKeys,
  { material, faults }: Surroundings,
): Promise<Servers<'controlPlane' | 'mtls' | 'apiKey'>> {
  const { open, certified } = credentialsOf(material);
  const [controlPlane, mtls, apiKey] = await Promise.all([listen(open), listen(certified), listen(open)]);
  const byKey = (call: Call): void => void authenticate(keys, call.header('authorization'));
  const beforeWrite = (id: string): void => {
    if (faults.take('rival-write') !== undefined) touchEndpoint(account, id);
  };
  const frontends = addressesOf({ mtls, apiKey });
  const authenticateControl = (call: Call): void => {
    needVersion(call);
    byKey(call);
  };
  addService(
    controlPlane.server,
    'temporal.api.cloud.cloudservice.v1.CloudService',
    cloudService(account, keys, frontends, beforeWrite),
    surround({ plane: 'control-plane', faults, cut: controlPlane.cut, authenticate: authenticateControl }),
  );
  const addFrontend = frontendMaker(account, faults);
  addFrontend(mtls, () => undefined);
  addFrontend(apiKey, byKey);
  return serversOf({ controlPlane, mtls, apiKey });
}

/** Two frontends of one self-hosted cluster: one in clear without any credential, one that wants a certificate. */
export async function startCluster(
  cluster: Cluster,
  account: Account,
  { material, faults }: Surroundings,
): Promise<Servers<'plain' | 'mtls'>> {
  const { certified } = credentialsOf(material);
  const [plain, mtls] = await Promise.all([listen(grpc.ServerCredentials.createInsecure()), listen(certified)]);
  const operator = operatorService(cluster, () => faults.take('rival-write') !== undefined);
  const addFrontend = frontendMaker(account, faults);
  for (const { server, cut } of [plain, mtls]) {
    addFrontend({ server, cut }, () => undefined);
    const around = surround({ plane: 'control-plane', faults, cut, authenticate: () => undefined });
    addService(server, 'temporal.api.operatorservice.v1.OperatorService', operator, around);
  }
  return serversOf({ plain, mtls });
}

function credentialsOf({ server, clientCa }: Material) {
  const pair = [{ cert_chain: Buffer.from(server.certificate), private_key: Buffer.from(server.key) }];
  const authorities = Buffer.from(clientCa);
  return {
    // Without authorities it would take those of GRPC_DEFAULT_SSL_ROOTS_FILE_PATH, a hundred and more.
    open: grpc.ServerCredentials.createSsl(authorities, pair),
    certified: grpc.ServerCredentials.createSsl(authorities, pair, true),
  };
}

function frontendMaker(account: Account, faults: FaultPlan) {
  const nexus = faults.take('capability') === undefined;
  const workflows = workflowService(account, { seen: new Map(), now: account.now }, nexus);
  return ({ server, cut }: Pick<Listener, 'server' | 'cut'>, authenticateCall: (call: Call) => void): void => {
    const around = surround({ plane: 'frontend', faults, cut, authenticate: authenticateCall });
    addService(server, 'temporal.api.workflowservice.v1.WorkflowService', workflows, around);
    addService(server, 'grpc.health.v1.Health', healthService, async (_call, answer) => answer());
  };
}

function serversOf<Name extends string>(listeners: Readonly<Record<Name, Listener>>): Servers<Name> {
  return {
    addresses: addressesOf(listeners),
    close: async () => {
      await Promise.all(Object.values<Listener>(listeners).map(({ close }) => close()));
    },
  };
}

function addressesOf<Name extends string>(listeners: Readonly<Record<Name, Listener>>): Record<Name, string> {
  const entries = Object.entries<Listener>(listeners).map(([name, { address }]) => [name, address]);
  return Object.fromEntries(entries) as Record<Name, string>;
}

/** Clients must send it with every request (github.com/temporalio/cloud-api). */
function needVersion(call: Call): void {
  if (call.header('temporal-cloud-api-version') === undefined)
    throw refusal('INVALID_ARGUMENT', 'header temporal-cloud-api-version is required');
}
