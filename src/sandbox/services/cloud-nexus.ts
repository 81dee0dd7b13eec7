import type { temporal } from '@temporalio/proto';
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
  updateEndpoint,
  type Account,
} from '../account.ts';
import type { Handlers } from '../grpc.ts';
import { page } from '../pages.ts';
import { endpointMessage, readSpec } from './endpoint-message.ts';
import { operationMessage } from './cloud-operations.ts';

type CloudService = temporal.api.cloud.cloudservice.v1.CloudService;
/** Nexus endpoints of the Cloud Ops API: reads at once, writes as asynchronous operations on a resource version. */
export function cloudNexus(account: Account, beforeWrite: (endpointId: string) => void): Handlers<CloudService> {
  return {
    GetNexusEndpoint: ({ endpointId }) => ({
      endpoint: endpointMessage(account, getEndpoint(account, endpointId ?? '')),
    }),

    GetNexusEndpoints: (request) => {
      const { name, targetNamespaceId, targetTaskQueue } = request;
      const wanted = listEndpoints(account).filter(
        ({ spec }) =>
          (!name || spec.name === name) &&
          (!targetNamespaceId || spec.target?.namespace === targetNamespaceId) &&
          (!targetTaskQueue || spec.target?.taskQueue === targetTaskQueue),
      );
      const { items, nextPageToken } = page(wanted, ({ id }) => id, request);
      return { endpoints: items.map((endpoint) => endpointMessage(account, endpoint)), nextPageToken };
    },

    CreateNexusEndpoint: (request) => {
      const operation = createEndpoint(account, readSpec(request.spec), operationIdOf(request));
      return { endpointId: operation.resourceId, asyncOperation: operationMessage(account, operation) };
    },

    UpdateNexusEndpoint: (request) => {
      beforeWrite(request.endpointId ?? '');
      const operation = updateEndpoint(account, writeOf(request), readSpec(request.spec));
      return { asyncOperation: operationMessage(account, operation) };
    },

    DeleteNexusEndpoint: (request) => {
      beforeWrite(request.endpointId ?? '');
      const operation = deleteEndpoint(account, writeOf(request));
      return { asyncOperation: operationMessage(account, operation) };
    },
  };
}

function writeOf(request: temporal.api.cloud.cloudservice.v1.IDeleteNexusEndpointRequest) {
  const { endpointId, resourceVersion } = request;
  return {
    id: endpointId ?? '',
    resourceVersion: resourceVersion ?? '',
    operationId: operationIdOf(request),
  };
}

/** Protobuf has no absent string: an empty id means that the service chooses one. */
function operationIdOf({ asyncOperationId }: { readonly asyncOperationId?: string | null }): string | undefined {
  return asyncOperationId === '' || asyncOperationId === null ? undefined : asyncOperationId;
}
