import proto, { type temporal } from '@temporalio/proto';
import type { Account, Namespace } from '../account.ts';
import type { Handlers } from '../grpc.ts';
import { page } from '../pages.ts';
import { refusal } from '../refusal.ts';
import { timestamp } from './time.ts';

const { ResourceState } = proto.temporal.api.cloud.resource.v1;

/** Where the namespaces of this account are reached, as `host:port`. */
export interface FrontendAddresses {
  readonly mtls: string;
  readonly apiKey: string;
}

type CloudService = temporal.api.cloud.cloudservice.v1.CloudService;
export function cloudNamespaces(account: Account, addresses: FrontendAddresses): Handlers<CloudService> {
  return {
    GetNamespaces: (request) => {
      const wanted = [...account.namespaces.values()].filter(({ name }) => !request.name || name === request.name);
      const { items, nextPageToken } = page(wanted, ({ id }) => id, request);
      return { namespaces: items.map((namespace) => namespaceMessage(namespace, addresses)), nextPageToken };
    },

    GetNamespace: (request) => {
      const id = request.namespace ?? '';
      const namespace = account.namespaces.get(id);
      if (namespace === undefined) throw refusal('NOT_FOUND', `namespace ${id} not found`);
      return { namespace: namespaceMessage(namespace, addresses) };
    },

    GetAccount: () => ({
      account: { id: account.id, state: ResourceState.RESOURCE_STATE_ACTIVE, resourceVersion: '1' },
    }),
  };
}

function namespaceMessage(
  { id, name, region, retentionDays, clientCa, createdAt }: Namespace,
  { mtls, apiKey }: FrontendAddresses,
): temporal.api.cloud.namespace.v1.INamespace {
  return {
    namespace: id,
    resourceVersion: '1',
    spec: {
      name,
      regions: [region],
      retentionDays,
      mtlsAuth: { enabled: true, acceptedClientCa: Buffer.from(clientCa) },
      apiKeyAuth: { enabled: true },
    },
    state: ResourceState.RESOURCE_STATE_ACTIVE,
    endpoints: { mtlsGrpcAddress: mtls, grpcAddress: apiKey },
    activeRegion: region,
    createdTime: timestamp(createdAt),
  };
}
