import { matches, type EndpointApi, type Filter, type WriteOptions } from '../endpoints/api.ts';
import type { Held, Wish } from '../endpoints/endpoint.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { readMessage, writeMessage, type Message } from '../protobuf/message.ts';
import { changedCloudSpec, heldFromCloud, makeNames, newCloudSpec, operationOf } from './cloud-messages.ts';
import type { Rpc } from '../profile/connection.ts';
import { unseen } from './page-tokens.ts';

const service = '/temporal.api.cloud.cloudservice.v1.CloudService';
const pageSize = 100;

/** The version of the Cloud Ops API that these messages were written against; the server wants it with every call. */
export const cloudApiVersion = 'v0.19.1';

/** Nexus endpoints of a Temporal Cloud account over the Cloud Ops API. */
export function cloudEndpoints(client: Rpc): EndpointApi {
  // A name that stands on the lists of a thousand endpoints is one text, in whichever answer it comes.
  const names = makeNames();

  const ask = (method: string, request: Uint8Array, signal: AbortSignal, repeatable = true): Promise<Message> =>
    client.call(`${service}/${method}`, request, { signal, repeatable }).then(({ message }) => readMessage(message));

  const pages = async (signal: AbortSignal, filter: Filter, name?: string): Promise<readonly Held[]> => {
    const found: Held[] = [];
    const tokens = new Set<string>();
    for (let token = ''; ;) {
      const answer = await ask(
        'GetNexusEndpoints',
        writeMessage(
          [1, pageSize],
          [2, token],
          [3, filter.targetNamespace],
          [4, filter.taskQueue],
          [5, name],
          [6, filter.projectId],
        ),
        signal,
      );
      found.push(...answer.all(1).map(({ value }) => heldFromCloud(value, names)));
      token = answer.text(2);
      if (token === '') return found;
      unseen(tokens, token);
    }
  };

  const byId = async (id: string, signal: AbortSignal): Promise<Held | null> => {
    try {
      const answer = await ask('GetNexusEndpoint', writeMessage([1, id]), signal);
      return answer.has(1) ? heldFromCloud(answer.bytes(1), names) : null;
    } catch (error) {
      if (error instanceof NexusctlError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  };

  return {
    backend: 'cloud',
    keepsCallers: true,
    list: async (signal, filter = {}) => (await pages(signal, filter)).filter((held) => matches(held, filter)),
    find: async (nameOrId, signal) => {
      const direct = isId(nameOrId) ? await byId(nameOrId, signal) : null;
      if (direct !== null) return direct;
      const [named, ...more] = (await pages(signal, {}, nameOrId)).filter(({ endpoint }) => endpoint.name === nameOrId);
      if (more.length > 0)
        throw new NexusctlError('CONFLICT', `the server has several endpoints named ${nameOrId}`, {
          hint: 'name the one you mean by its id',
        });
      return named ?? (isId(nameOrId) ? null : await byId(nameOrId, signal));
    },
    create: async (endpoint, { requestId, signal }) => {
      const answer = await ask(
        'CreateNexusEndpoint',
        writeMessage([1, newCloudSpec(endpoint)], [2, requestId], [3, endpoint.projectId]),
        signal,
      );
      return { endpointId: answer.text(1), ...operationIn(answer.bytes(2)) };
    },
    update: async (held: Held, wish: Wish, { requestId, signal }: WriteOptions) => {
      const { id, resourceVersion } = held.endpoint;
      const answer = await ask(
        'UpdateNexusEndpoint',
        writeMessage([1, id], [2, changedCloudSpec(held.spec, wish)], [3, resourceVersion], [4, requestId]),
        signal,
      );
      return operationIn(answer.bytes(1));
    },
    delete: async (held, { requestId, signal }) => {
      const { id, resourceVersion } = held.endpoint;
      const answer = await ask(
        'DeleteNexusEndpoint',
        writeMessage([1, id], [2, resourceVersion], [3, requestId]),
        signal,
      );
      return operationIn(answer.bytes(1));
    },
    operation: async (id, signal) => {
      const answer = await ask('GetAsyncOperation', writeMessage([1, id]), signal);
      return operationOf(answer.bytes(1));
    },
    close: client.close,
  };
}

/** What can only be an id saves a question by name. */
function isId(text: string): boolean {
  return /^[0-9a-f]{32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function operationIn(bytes: Uint8Array): { readonly operationId?: string } {
  const { id } = operationOf(bytes);
  return id === '' ? {} : { operationId: id };
}
