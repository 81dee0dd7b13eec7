import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import proto, { type temporal } from '@temporalio/proto';

type CloudService = temporal.api.cloud.cloudservice.v1.CloudService;
type OperatorService = temporal.api.operatorservice.v1.OperatorService;

interface Service<T> {
  readonly client: T;
  readonly close: () => void;
}

interface Given {
  readonly address: string;
  /** Path of the CA to trust; plaintext without it. */
  readonly ca?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client as plain as possible of the control plane: one attempt, the server's own words. */
export function cloudClient(given: Given): Service<CloudService> {
  const name = 'temporal.api.cloud.cloudservice.v1.CloudService';
  const { call, close } = caller(name, given);
  return { client: proto.temporal.api.cloud.cloudservice.v1.CloudService.create(call), close };
}

export function operatorClient(given: Given): Service<OperatorService> {
  const name = 'temporal.api.operatorservice.v1.OperatorService';
  const { call, close } = caller(name, given);
  return { client: proto.temporal.api.operatorservice.v1.OperatorService.create(call), close };
}

/** The client of the account that an environment block points at. */
export function cloudClientOf(environment: Readonly<Record<string, string>>): Service<CloudService> {
  return cloudClient({
    address: environment['NEXUSCTL_CLOUD_ADDRESS']!,
    ca: environment['NEXUSCTL_CLOUD_CA_CERT_PATH']!,
    headers: {
      authorization: `Bearer ${environment['TEMPORAL_CLOUD_API_KEY']!}`,
      'temporal-cloud-api-version': 'v0.19.1',
    },
  });
}

function caller(service: string, { address, ca, headers = {} }: Given) {
  const credentials =
    ca === undefined ? grpc.credentials.createInsecure() : grpc.credentials.createSsl(readFileSync(ca));
  const client = new grpc.Client(address, credentials, { 'grpc.enable_retries': 0 });
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return {
    call: ((method, request, callback) => {
      const path = `/${service}/${method.name}`;
      const options = { deadline: Date.now() + 10_000 };
      client.makeUnaryRequest(path, bytes, bytes, request, metadata, options, (error, reply) => callback(error, reply));
    }) as Parameters<typeof proto.temporal.api.cloud.cloudservice.v1.CloudService.create>[0],
    close: () => client.close(),
  };
}

const bytes = (value: Uint8Array): Buffer => Buffer.from(value);
