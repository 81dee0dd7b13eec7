import { matches, type EndpointApi } from '../endpoints/api.ts';
import type { Held, NewEndpoint, Target, Wish } from '../endpoints/endpoint.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { readMessage, replaceField, timestampOf, writeMessage, type Message } from '../protobuf/message.ts';
import { descriptionOf, descriptionPayload, withDescription } from './description-payload.ts';
import type { Rpc } from '../profile/connection.ts';
import { unseen } from './page-tokens.ts';

const service = '/temporal.api.operatorservice.v1.OperatorService';
const pageSize = 100;

/*
 * temporal.api.nexus.v1 by field number. Endpoint: 1 version, 2 id, 3 spec, 4 created_time, 5 last_modified_time.
 * EndpointSpec: 1 name, 2 description, 3 target (1 worker: 1 namespace, 2 task queue; 2 external: 1 url).
 */
const spec = { name: 1, description: 2, target: 3 } as const;

/** Nexus endpoints of a self-hosted cluster over the operator service. It keeps no allowlist. */
export function operatorEndpoints(client: Rpc): EndpointApi {
  const ask = async (
    method: string,
    request: Uint8Array,
    signal: AbortSignal,
    repeatable: boolean,
  ): Promise<Message> => {
    const { message } = await client.call(`${service}/${method}`, request, { signal, repeatable });
    return readMessage(message);
  };
  const pages = async (signal: AbortSignal, name?: string): Promise<readonly Held[]> => {
    const found: Held[] = [];
    const tokens = new Set<string>();
    for (let token: Uint8Array = new Uint8Array(); ;) {
      const request = writeMessage([1, pageSize], [2, token.length === 0 ? undefined : token], [3, name]);
      const answer = await explained(ask('ListNexusEndpoints', request, signal, true));
      found.push(...answer.all(2).map(({ value }) => heldFromOperator(value)));
      token = answer.bytes(1);
      // With a name the server has looked through every page already.
      if (token.length === 0 || name !== undefined) return found;
      unseen(tokens, token);
    }
  };
  const byId = async (id: string, signal: AbortSignal): Promise<Held | null> => {
    try {
      const answer = await ask('GetNexusEndpoint', writeMessage([1, id]), signal, true);
      return answer.has(1) ? heldFromOperator(answer.bytes(1)) : null;
    } catch (error) {
      if (error instanceof NexusctlError && (error.code === 'NOT_FOUND' || error.code === 'INVALID_ARGUMENT'))
        return null;
      throw error;
    }
  };
  const change = async (method: string, request: Uint8Array, signal: AbortSignal) => {
    // No request id here: what may have arrived is never sent twice, the caller reads again instead.
    const answer = await ask(method, request, signal, false);
    const id = answer.has(1) ? readMessage(answer.bytes(1)).text(2) : '';
    return id === '' ? {} : { endpointId: id };
  };
  return {
    backend: 'self-hosted',
    keepsCallers: false,
    list: async (signal, filter = {}) => (await pages(signal)).filter((held) => matches(held, filter)),
    find: async (nameOrId, signal) => {
      if (isUuid(nameOrId)) {
        const held = await byId(nameOrId, signal);
        if (held !== null) return held;
      }
      const named = (await pages(signal, nameOrId)).find(({ endpoint }) => endpoint.name === nameOrId);
      return named ?? (isUuid(nameOrId) ? null : await byId(nameOrId, signal));
    },
    create: (endpoint, { signal }) => change('CreateNexusEndpoint', writeMessage([1, newSpec(endpoint)]), signal),
    update: (held, wish, { signal }) => {
      // The server does not check that the new name is free and keeps the old one: nothing here ever renames.
      if (wish.name !== undefined && wish.name !== held.endpoint.name)
        throw new NexusctlError('UNSUPPORTED_BY_SERVER', 'a self-hosted server cannot rename an endpoint safely');
      const { id, resourceVersion } = held.endpoint;
      const request = writeMessage([1, id], [2, BigInt(resourceVersion ?? '0')], [3, changedSpec(held.spec, wish)]);
      return change('UpdateNexusEndpoint', request, signal);
    },
    delete: (held, { signal }) => {
      const { id, resourceVersion } = held.endpoint;
      return change('DeleteNexusEndpoint', writeMessage([1, id], [2, BigInt(resourceVersion ?? '0')]), signal);
    },
    operation: null,
    close: client.close,
  };
}

/** When one endpoint's target namespace was deleted, the server fails the whole list with NOT_FOUND. */
async function explained<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof NexusctlError) || error.code !== 'NOT_FOUND') throw error;
    throw new NexusctlError('NAMESPACE_NOT_FOUND', error.message, {
      hint: 'the server cannot list while the target namespace of some endpoint is gone: register that namespace again, or delete the endpoint by its id',
      cause: error,
      details: error.details,
    });
  }
}

function heldFromOperator(bytes: Uint8Array): Held {
  const endpoint = readMessage(bytes);
  const own = endpoint.message(3);
  const target = targetOf(own);
  const description = descriptionOf(own, spec.description);
  const created = timestampOf(endpoint, 4);
  const updated = timestampOf(endpoint, 5);
  return {
    spec: endpoint.bytes(3),
    unknownPolicies: 0,
    endpoint: {
      id: endpoint.text(2),
      name: own.text(spec.name),
      ...(target === undefined ? {} : { target }),
      ...(description === undefined ? {} : { description }),
      callers: [],
      resourceVersion: String(endpoint.number(1)),
      ...(created === undefined ? {} : { createdAt: created }),
      ...(updated === undefined ? {} : { updatedAt: updated }),
    },
  };
}

function targetOf(own: Message): Target | undefined {
  const target = own.message(spec.target);
  if (target.has(2)) return { kind: 'external', url: target.message(2).text(1) };
  if (!target.has(1)) return undefined;
  const worker = target.message(1);
  return { kind: 'worker', namespace: worker.text(1), taskQueue: worker.text(2) };
}

function newSpec({ name, target, description }: NewEndpoint): Uint8Array {
  const empty = readMessage(new Uint8Array());
  return writeMessage(
    [spec.name, name],
    [spec.description, description === undefined || description === '' ? undefined : descriptionPayload(description)],
    [spec.target, targetBytes(target, empty)],
  );
}

/** The spec as it came with what is wished put into it; unknown fields stay. */
function changedSpec(before: Uint8Array, wish: Wish): Uint8Array {
  let own = readMessage(before);
  if (wish.target !== undefined)
    own = readMessage(replaceField(own, spec.target, [targetBytes(wish.target, own.message(spec.target))]));
  if (wish.description !== undefined) own = readMessage(withDescription(own, spec.description, wish.description));
  return Buffer.concat(own.fields.map(({ raw }) => raw));
}

function targetBytes(target: Target, old: Message): Uint8Array {
  switch (target.kind) {
    case 'worker': {
      const worker = readMessage(replaceField(old.message(1), 1, [Buffer.from(target.namespace)]));
      const written = replaceField(worker, 2, [Buffer.from(target.taskQueue)]);
      return replaceField(readMessage(replaceField(old, 2, [])), 1, [written]);
    }
    case 'external': {
      const external = replaceField(old.message(2), 1, [Buffer.from(target.url)]);
      return replaceField(readMessage(replaceField(old, 1, [])), 2, [external]);
    }
  }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
