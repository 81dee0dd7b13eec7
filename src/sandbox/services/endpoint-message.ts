import proto, { type temporal } from '@temporalio/proto';
import { endpointState, type Account, type Endpoint, type EndpointState } from '../account.ts';
import type { EndpointSpec } from '../endpoint-rules.ts';
import { decodeMessage, encodeMessage, messageType } from '../grpc.ts';
import { timestamp } from './time.ts';

const { ResourceState } = proto.temporal.api.cloud.resource.v1;
type SpecMessage = temporal.api.cloud.nexus.v1.IEndpointSpec;

/** The specification as the account keeps it: facts that rules need, and every byte, known or not. */
export function readSpec(message: SpecMessage | null | undefined): EndpointSpec {
  const spec = message ?? {};
  const worker = spec.targetSpec?.workerTargetSpec;
  const policies = spec.policySpecs ?? [];
  return {
    name: spec.name ?? '',
    ...(worker ? { target: { namespace: worker.namespaceId ?? '', taskQueue: worker.taskQueue ?? '' } } : {}),
    callers: policies.flatMap((policy) => policy.allowedCloudNamespacePolicySpec?.namespaceId ?? []),
    emptyPolicies: policies.filter((policy) => encodeMessage(policyType(), policy).length === 0).length,
    descriptionBytes: spec.description ? encodeMessage(payloadType(), spec.description).length : 0,
    wire: encodeMessage(specType(), spec),
  };
}

export function endpointMessage(account: Account, endpoint: Endpoint): temporal.api.cloud.nexus.v1.IEndpoint {
  const { id, resourceVersion, spec, operationId, createdAt, modifiedAt } = endpoint;
  return {
    id,
    resourceVersion,
    spec: decodeMessage(specType(), spec.wire),
    state: states[endpointState(account, endpoint)],
    asyncOperationId: operationId,
    createdTime: timestamp(createdAt),
    ...(modifiedAt === undefined ? {} : { lastModifiedTime: timestamp(modifiedAt) }),
  };
}

const states: Readonly<Record<EndpointState, temporal.api.cloud.resource.v1.ResourceState>> = {
  ACTIVATING: ResourceState.RESOURCE_STATE_ACTIVATING,
  ACTIVATION_FAILED: ResourceState.RESOURCE_STATE_ACTIVATION_FAILED,
  ACTIVE: ResourceState.RESOURCE_STATE_ACTIVE,
  UPDATING: ResourceState.RESOURCE_STATE_UPDATING,
  UPDATE_FAILED: ResourceState.RESOURCE_STATE_UPDATE_FAILED,
  DELETING: ResourceState.RESOURCE_STATE_DELETING,
  DELETE_FAILED: ResourceState.RESOURCE_STATE_DELETE_FAILED,
};

const specType = () => messageType('temporal.api.cloud.nexus.v1.EndpointSpec');
const policyType = () => messageType('temporal.api.cloud.nexus.v1.EndpointPolicySpec');
const payloadType = () => messageType('temporal.api.common.v1.Payload');
