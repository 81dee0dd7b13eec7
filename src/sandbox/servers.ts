import grpc from '@grpc/grpc-js';
import { touchEndpoint, type Account } from './account.ts';
import { authenticate, type ApiKeys } from './api-keys.ts';
import { surround } from './around.ts';
import type { FaultPlan } from './fault-plan.ts';
import { addService, type Call } from './grpc.ts';
import { listen, type Listener } from './listener.ts';
import type { Material } from './material.ts';
import { refusal } from './refusal.ts';
import { cloudService } from './services/cloud.ts';
import { healthService } from './services/health.ts';
import { workflowService } from './services/workflow.ts';

export interface Servers {
  /** `host:port` of each. */
  readonly addresses: { readonly controlPlane: string; readonly mtls: string; readonly apiKey: string };
  readonly close: () => Promise<void>;
}

/** The control plane and two frontends of the same namespaces: one wants a client certificate, one an API key. */
export async function startServers(
  account: Account,
  keys: ApiKeys,
  material: Material,
  faults: FaultPlan,
): Promise<Servers> {
  const pair = [
    { cert_chain: Buffer.from(material.server.certificate), private_key: Buffer.from(material.server.key) },
  ];
  const open = grpc.ServerCredentials.createSsl(null, pair);
  const certified = grpc.ServerCredentials.createSsl(Buffer.from(material.clientCa), pair, true);
  const [controlPlane, mtls, apiKey] = await Promise.all([listen(open), listen(certified), listen(open)]);
  const addresses = { controlPlane: controlPlane.address, mtls: mtls.address, apiKey: apiKey.address };

  const byKey = (call: Call): void => void authenticate(keys, call.header('authorization'));
  const rival = (id: string): void => {
    if (faults.take('rival-write') !== undefined) touchEndpoint(account, id);
  };
  addService(
    controlPlane.server,
    'temporal.api.cloud.cloudservice.v1.CloudService',
    cloudService(account, keys, addresses, rival),
    surround({
      plane: 'control-plane',
      faults,
      cut: controlPlane.cut,
      authenticate: (call) => {
        needVersion(call);
        byKey(call);
      },
    }),
  );

  const nexus = faults.take('capability') === undefined;
  const workflows = workflowService(account, { seen: new Map(), now: account.now }, nexus);
  const addFrontend = ({ server, cut }: Listener, authenticateCall: (call: Call) => void): void => {
    const around = surround({ plane: 'frontend', faults, cut, authenticate: authenticateCall });
    addService(server, 'temporal.api.workflowservice.v1.WorkflowService', workflows, around);
    addService(server, 'grpc.health.v1.Health', healthService, async (_call, answer) => answer());
  };
  addFrontend(mtls, () => undefined);
  addFrontend(apiKey, byKey);
  return {
    addresses,
    close: async () => {
      await Promise.all([controlPlane.close(), mtls.close(), apiKey.close()]);
    },
  };
}

/** Clients must send it with every request (github.com/temporalio/cloud-api). */
function needVersion(call: Call): void {
  if (call.header('temporal-cloud-api-version') === undefined)
    throw refusal('INVALID_ARGUMENT', 'header temporal-cloud-api-version is required');
}
