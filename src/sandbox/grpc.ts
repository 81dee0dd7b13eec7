import grpc, { type ServerUnaryCall, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import proto from '@temporalio/proto';
import protobuf from 'protobufjs/minimal.js';
import { isRefusal } from './refusal.ts';

/** What a handler may know of the call that it answers. */
export interface Call {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly header: (name: string) => string | undefined;
  /** The port that the connection came from, by which its socket is found. */
  readonly peerPort: number;
  /** Aborts when the client goes away or its deadline ends. */
  readonly signal: AbortSignal;
}

/** One function for each method of a service that is there, typed by the service's generated class. */
export type Handlers<Service> = {
  readonly [Method in keyof Service & string as Capitalize<Method>]?: Service[Method] extends (
    request: infer Request,
  ) => Promise<infer Response>
    ? (request: Request, call: Call) => Partial<Response> | Promise<Partial<Response>>
    : never;
};

type Handler = (request: never, call: Call) => object | Promise<object>;

/** Runs around every call of a server: authentication and faults live there. */
export type Around = (call: Call, answer: () => Promise<object>) => Promise<object>;

interface MessageType {
  readonly encode: (message: object) => { finish: () => Uint8Array };
  readonly decode: (reader: protobuf.Reader) => object;
}

interface Method {
  readonly name: string;
  readonly responseStream?: boolean;
  readonly resolvedRequestType: MessageType;
  readonly resolvedResponseType: MessageType;
  readonly resolve: () => Method;
}

/** @temporalio/proto is a reflection root of protobufjs; its published types only show the messages. */
const root = proto as unknown as {
  readonly lookupService: (name: string) => { readonly methodsArray: readonly Method[] };
  readonly lookupType: (name: string) => MessageType;
};

export const messageType = (name: string): MessageType => root.lookupType(name);

/** Adds a service of @temporalio/proto to a server; methods without a handler are UNIMPLEMENTED. */
export function addService(
  server: grpc.Server,
  name: string,
  handlers: Readonly<Record<string, Handler | undefined>>,
  around: Around,
): void {
  const definition: Record<string, ServiceDefinition[string]> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const method of root.lookupService(name).methodsArray) {
    const { resolvedRequestType, resolvedResponseType } = method.resolve();
    const path = `/${name}/${method.name}`;
    definition[method.name] = {
      path,
      requestStream: false,
      responseStream: method.responseStream === true,
      requestSerialize: (message: object) => encodeMessage(resolvedRequestType, message),
      requestDeserialize: (bytes: Buffer) => decodeMessage(resolvedRequestType, bytes),
      responseSerialize: (message: object) => encodeMessage(resolvedResponseType, message),
      responseDeserialize: (bytes: Buffer) => decodeMessage(resolvedResponseType, bytes),
    };
    const handler = handlers[method.name];
    if (handler !== undefined) implementation[method.name] = unary(path, handler, around);
  }
  server.addService(definition, implementation);
}

/** Decodes and keeps fields that this version of the protos does not know: they are written back on encoding. */
export function decodeMessage(type: MessageType, bytes: Uint8Array): object {
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  return type.decode(reader);
}

export function encodeMessage(type: MessageType, message: object): Buffer {
  return Buffer.from(type.encode(message).finish());
}

function unary(path: string, handler: Handler, around: Around) {
  return (unaryCall: ServerUnaryCall<object, object>, reply: grpc.sendUnaryData<object>): void => {
    const call = describe(path, unaryCall);
    const answer = async (): Promise<object> => handler(unaryCall.request as never, call);
    around(call, answer).then(
      (response) => reply(null, response),
      (thrown: unknown) => reply(statusOf(thrown)),
    );
  };
}

function describe(path: string, call: ServerUnaryCall<object, object>): Call {
  const abort = new AbortController();
  call.on('cancelled', () => abort.abort());
  return {
    path,
    header: (name) => call.metadata.get(name)[0]?.toString(),
    peerPort: Number(/:(\d+)$/.exec(call.getPeer())?.[1]),
    signal: abort.signal,
  };
}

function statusOf(thrown: unknown): { code: grpc.status; details: string } {
  if (isRefusal(thrown)) return { code: grpc.status[thrown.status], details: thrown.message };
  return { code: grpc.status.INTERNAL, details: `bug in the sandbox: ${String(thrown)}` };
}
