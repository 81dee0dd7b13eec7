import { randomUUID } from 'node:crypto';
import grpc from '@grpc/grpc-js';
import proto from '@temporalio/proto';

type Bytes = Buffer;

interface Stored {
  readonly id: string;
  version: number;
  /** The EndpointSpec as it came, byte for byte. */
  spec: Bytes;
}

/** The operator service of a self-hosted cluster with the quirks of the real one, in memory, over plaintext gRPC. */
export interface OperatorServer {
  readonly address: string;
  readonly endpoints: Map<string, Stored>;
  /** Response headers of every answer, as an enforcing server sends them. */
  headers: Readonly<Record<string, string>>;
  /** Called before a write is looked at; another writer may slip in there. */
  beforeWrite: () => void;
  /** Every answer of a write is lost after it was carried out while this is true. */
  loseAnswers: boolean;
  readonly close: () => void;
}

const root = proto as unknown as {
  readonly lookupType: (name: string) => {
    readonly encode: (message: object) => { readonly finish: () => Uint8Array };
    readonly decode: (bytes: Uint8Array) => Record<string, never>;
  };
};
const encode = (name: string, message: object) => Buffer.from(root.lookupType(name).encode(message).finish());
const decode = (name: string, bytes: Uint8Array) => root.lookupType(name).decode(bytes) as Record<string, unknown>;

const operator = 'temporal.api.operatorservice.v1';
const workflow = 'temporal.api.workflowservice.v1';

export async function startOperatorServer(namespaces: readonly string[]): Promise<OperatorServer> {
  const endpoints = new Map<string, Stored>();
  const server = new grpc.Server();
  const state: OperatorServer = {
    address: '',
    endpoints,
    headers: {},
    beforeWrite: () => undefined,
    loseAnswers: false,
    close: () => server.forceShutdown(),
  };
  const refuse = (code: grpc.status, details: string) => Object.assign(new Error(details), { code, details });
  const nameOf = (spec: Bytes) => String(decode('temporal.api.nexus.v1.EndpointSpec', spec)['name']);
  // Written by hand around the raw spec, so that what the descriptors do not know stays in it.
  const message = ({ id, version, spec }: Stored) =>
    Buffer.concat([encode('temporal.api.nexus.v1.Endpoint', { version, id }), field(3, spec)]);
  const found = (id: string) => {
    const stored = endpoints.get(id);
    if (stored === undefined) throw refuse(grpc.status.NOT_FOUND, `endpoint ID ${id} not found`);
    return stored;
  };

  const handlers: Record<string, (request: Bytes) => Bytes> = {
    [`/${operator}.OperatorService/ListNexusEndpoints`]: (request) => {
      const { name, pageSize, nextPageToken } = decode(`${operator}.ListNexusEndpointsRequest`, request);
      const all = [...endpoints.values()].sort((a, b) => a.id.localeCompare(b.id));
      if (name)
        return Buffer.concat(all.filter(({ spec }) => nameOf(spec) === name).map((one) => field(2, message(one))));
      const from = Number(Buffer.from(nextPageToken as Uint8Array).toString() || '0');
      const page = all.slice(from, from + Math.min(Number(pageSize), 2));
      const next = from + page.length < all.length ? [field(1, Buffer.from(String(from + page.length)))] : [];
      return Buffer.concat([...next, ...page.map((one) => field(2, message(one)))]);
    },
    [`/${operator}.OperatorService/GetNexusEndpoint`]: (request) =>
      field(1, message(found(String(decode(`${operator}.GetNexusEndpointRequest`, request)['id'])))),
    [`/${operator}.OperatorService/CreateNexusEndpoint`]: (request) => {
      const spec = lastField(request, 1);
      if ([...endpoints.values()].some((one) => nameOf(one.spec) === nameOf(spec)))
        throw refuse(grpc.status.ALREADY_EXISTS, `Endpoint with name ${nameOf(spec)} already registered`);
      const stored = { id: randomUUID(), version: 1, spec };
      endpoints.set(stored.id, stored);
      return field(1, message(stored));
    },
    [`/${operator}.OperatorService/UpdateNexusEndpoint`]: (request) => {
      state.beforeWrite();
      const { id, version } = decode(`${operator}.UpdateNexusEndpointRequest`, request);
      const stored = found(String(id));
      if (Number(version) !== stored.version)
        throw refuse(
          grpc.status.FAILED_PRECONDITION,
          `version mismatch. received: ${String(version)} expected ${String(stored.version)}`,
        );
      stored.version += 1;
      stored.spec = lastField(request, 3);
      return field(1, message(stored));
    },
    // The real server wants a version above zero and then ignores it.
    [`/${operator}.OperatorService/DeleteNexusEndpoint`]: (request) => {
      state.beforeWrite();
      const { id, version } = decode(`${operator}.DeleteNexusEndpointRequest`, request);
      if (Number(version) < 1) throw refuse(grpc.status.INVALID_ARGUMENT, 'version not set');
      endpoints.delete(found(String(id)).id);
      return Buffer.alloc(0);
    },
    [`/${workflow}.WorkflowService/ListNamespaces`]: () =>
      encode(`${workflow}.ListNamespacesResponse`, { namespaces: namespaces.map(namespaceMessage) }),
    [`/${workflow}.WorkflowService/DescribeNamespace`]: (request) => {
      const name = String(decode(`${workflow}.DescribeNamespaceRequest`, request)['namespace']);
      if (!namespaces.includes(name)) throw refuse(grpc.status.NOT_FOUND, `Namespace ${name} is not found.`);
      return encode(`${workflow}.DescribeNamespaceResponse`, namespaceMessage(name));
    },
    [`/${workflow}.WorkflowService/DescribeTaskQueue`]: () =>
      encode(`${workflow}.DescribeTaskQueueResponse`, { pollers: [{ identity: 'worker' }] }),
    [`/${workflow}.WorkflowService/GetClusterInfo`]: () =>
      encode(`${workflow}.GetClusterInfoResponse`, { clusterName: 'active', clusterId: 'c-1' }),
    [`/${workflow}.WorkflowService/GetSystemInfo`]: () => encode(`${workflow}.GetSystemInfoResponse`, {}),
  };
  for (const [path, handle] of Object.entries(handlers)) {
    const write = /Create|Update|Delete/.test(path);
    const definition = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    server.addService(
      { call: definition },
      {
        call: (call: grpc.ServerUnaryCall<Bytes, Bytes>, answer: grpc.sendUnaryData<Bytes>) => {
          const headers = new grpc.Metadata();
          for (const [name, value] of Object.entries(state.headers)) headers.set(name, value);
          call.sendMetadata(headers);
          try {
            const reply = handle(call.request);
            if (write && state.loseAnswers) answer(refuse(grpc.status.UNAVAILABLE, 'connection lost'));
            else answer(null, reply);
          } catch (error) {
            answer(error as grpc.ServiceError);
          }
        },
      },
    );
  }
  const port = await new Promise<number>((done, fail) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? fail(error) : done(bound),
    );
  });
  return Object.assign(state, { address: `127.0.0.1:${String(port)}` });
}

const same = (value: Bytes): Bytes => value;

function namespaceMessage(name: string) {
  return {
    namespaceInfo: { name, state: 1, id: `id-of-${name}` },
    config: { workflowExecutionRetentionTtl: { seconds: 86_400 * 3 } },
  };
}

function field(number: number, contents: Uint8Array): Bytes {
  const length: number[] = [];
  let rest = contents.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length, rest]), contents]);
}

/** The contents of a length-delimited field of a message, read without any schema. */
function lastField(message: Bytes, wanted: number): Bytes {
  let contents = Buffer.alloc(0);
  for (let at = 0; at < message.length;) {
    const [tag, afterTag] = varint(message, at);
    const [value, after] = varint(message, afterTag);
    const end = (tag & 7) === 2 ? after + value : after;
    if (tag >>> 3 === wanted) contents = message.subarray(after, end) as typeof contents;
    at = end;
  }
  return contents;
}

function varint(bytes: Bytes, start: number): readonly [value: number, end: number] {
  let value = 0;
  for (let at = start, shift = 1; ; at += 1, shift *= 128) {
    const byte = bytes.readUInt8(at);
    value += (byte & 127) * shift;
    if (byte < 128) return [value, at + 1];
  }
}
