import type { temporal } from '@temporalio/proto';
import {
  createInCluster,
  deleteInCluster,
  getInCluster,
  touchInCluster,
  updateInCluster,
  type Cluster,
  type ClusterEndpoint,
  type ClusterSpec,
} from '../cluster.ts';
import { decodeMessage, encodeMessage, messageType, type Handlers } from '../grpc.ts';
import { page } from '../pages.ts';
import { timestamp } from './time.ts';

type OperatorService = temporal.api.operatorservice.v1.OperatorService;

/** Nexus endpoints of a self-hosted cluster, with the quirks of the real server. */
export function operatorService(cluster: Cluster, isRivalNext: () => boolean): Handlers<OperatorService> {
  return {
    GetNexusEndpoint: ({ id }) => ({ endpoint: endpointMessage(getInCluster(cluster, id ?? '')) }),

    /** With a name the real server looks through everything and knows no pages. */
    ListNexusEndpoints: ({ name, pageSize, nextPageToken }) => {
      const all = [...cluster.endpoints.values()];
      if (name) return { endpoints: all.filter(({ spec }) => spec.name === name).map(endpointMessage) };
      const pageToken = Buffer.from(nextPageToken ?? []).toString();
      const result = page(all, ({ id }) => id, { pageSize: pageSize ?? 0, pageToken });
      return { endpoints: result.items.map(endpointMessage), nextPageToken: Buffer.from(result.nextPageToken) };
    },

    CreateNexusEndpoint: ({ spec }) => ({ endpoint: endpointMessage(createInCluster(cluster, readSpec(spec))) }),

    UpdateNexusEndpoint: ({ id, version, spec }) => {
      if (isRivalNext()) touchInCluster(cluster, id ?? '');
      return { endpoint: endpointMessage(updateInCluster(cluster, id ?? '', Number(version ?? 0), readSpec(spec))) };
    },

    DeleteNexusEndpoint: ({ id, version }) => {
      deleteInCluster(cluster, id ?? '', Number(version ?? 0));
      return {};
    },
  };
}

function readSpec(message: temporal.api.nexus.v1.IEndpointSpec | null | undefined): ClusterSpec {
  const spec = message ?? {};
  const target = targetOf(spec.target);
  return {
    name: spec.name ?? '',
    ...(target === undefined ? {} : { target }),
    descriptionBytes: spec.description ? encodeMessage(payloadType(), spec.description).length : 0,
    wire: encodeMessage(specType(), spec),
  };
}

function targetOf(target: temporal.api.nexus.v1.IEndpointTarget | null | undefined): ClusterSpec['target'] {
  if (target?.worker)
    return { kind: 'worker', namespace: target.worker.namespace ?? '', taskQueue: target.worker.taskQueue ?? '' };
  return target?.external ? { kind: 'external', url: target.external.url ?? '' } : undefined;
}

function endpointMessage({ id, version, spec, createdAt, modifiedAt }: ClusterEndpoint) {
  return {
    id,
    version: version as unknown as Long,
    spec: decodeMessage(specType(), spec.wire),
    urlPrefix: `/nexus/endpoints/${id}/services`,
    ...(createdAt === undefined ? {} : { createdTime: timestamp(createdAt) }),
    ...(modifiedAt === undefined ? {} : { lastModifiedTime: timestamp(modifiedAt) }),
  };
}

const specType = () => messageType('temporal.api.nexus.v1.EndpointSpec');
const payloadType = () => messageType('temporal.api.common.v1.Payload');
