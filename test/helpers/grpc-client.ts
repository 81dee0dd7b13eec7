import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import proto, { type temporal } from '@temporalio/proto';

type CloudService = temporal.api.cloud.cloudservice.v1.CloudService;
type OperatorService = temporal.api.operatorservice.v1.OperatorService;

interface Service<T> {
  readonly client: T;
  /** A call whose response is not decoded. */
  readonly raw: (method: string, request: object) => Promise<Buffer>;
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
  const { call, ...rest } = caller(name, given);
  return { client: proto.temporal.api.cloud.cloudservice.v1.CloudService.create(call), ...rest };
}

export function operatorClient(given: Given): Service<OperatorService> {
  const name = 'temporal.api.operatorservice.v1.OperatorService';
  const { call, ...rest } = caller(name, given);
  return { client: proto.temporal.api.operatorservice.v1.OperatorService.create(call), ...rest };
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
  const send = (method: string, request: Uint8Array, done: grpc.requestCallback<Buffer>) =>
    client.makeUnaryRequest(
      `/${service}/${method}`,
      bytes,
      bytes,
      Buffer.from(request),
      metadata,
      { deadline: Date.now() + 10_000 },
      done,
    );
  const call: RpcImplementation = (method, request, callback) => {
    send(method.name, request, (error, reply) => callback(error, reply));
  };
  return {
    call,
    raw: (method: string, request: object) => {
      const type = (proto as unknown as Root).lookupType(`${service.replace(/[^.]+$/, '')}${method}Request`);
      return new Promise<Buffer>((resolve, reject) => {
        send(method, type.encode(request).finish(), (error, reply) => (error ? reject(error) : resolve(reply!)));
      });
    },
    close: () => client.close(),
  };
}

type RpcImplementation = Parameters<typeof proto.temporal.api.cloud.cloudservice.v1.CloudService.create>[0];

interface Root {
  readonly lookupType: (name: string) => {
    readonly encode: (message: object) => { readonly finish: () => Uint8Array };
  };
}

const bytes = (value: Buffer): Buffer => value;
