import type { Namespace, NamespaceApi } from '../endpoints/namespace.ts';
import type { Frontend } from '../endpoints/frontend.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Rpc } from '../profile/connection.ts';
import { unseen } from './page-tokens.ts';
import { durationOf, readMessage, writeMessage, type Message } from '../protobuf/message.ts';

const service = '/temporal.api.workflowservice.v1.WorkflowService';
const dayMs = 86_400_000;
const nexusTaskQueue = 3;

/** A frontend's own questions: namespaces, who polls a task queue, and what it says of its policy. */
export function frontend(client: Rpc): Frontend {
  const call = (method: string, request: Uint8Array, signal: AbortSignal) =>
    client.call(`${service}/${method}`, request, { signal, repeatable: true });
  const ask = async (method: string, request: Uint8Array, signal: AbortSignal): Promise<Message> =>
    readMessage((await call(method, request, signal)).message);

  const namespaces: NamespaceApi = {
    list: async (signal) => {
      const found: Namespace[] = [];
      const tokens = new Set<string>();
      for (let token: Uint8Array = new Uint8Array(); ;) {
        const request = writeMessage([1, 100], [2, token.length === 0 ? undefined : token]);
        const answer = await ask('ListNamespaces', request, signal);
        found.push(...answer.all(1).map(({ value }) => namespaceOf(readMessage(value))));
        const next = answer.bytes(2);
        if (next.length === 0) return found;
        token = unseen(tokens, next);
      }
    },
    get: async (name, signal) => {
      try {
        return namespaceOf(await ask('DescribeNamespace', writeMessage([1, name]), signal));
      } catch (error) {
        if (error instanceof NexusctlError && error.code === 'NOT_FOUND') return null;
        throw error;
      }
    },
  };
  return {
    namespaces,
    pollers: async (namespace, taskQueue, signal) => {
      const request = writeMessage([1, namespace], [2, writeMessage([1, taskQueue])], [3, nexusTaskQueue]);
      return (await ask('DescribeTaskQueue', request, signal)).all(1).length;
    },
    // The question that no server refuses and that starts nothing; only the header of the answer is looked at.
    headers: async (signal) => (await call('GetSystemInfo', new Uint8Array(), signal)).headers,
    // GetClusterInfoResponse: 3 cluster_id, 5 cluster_name.
    cluster: async (signal) => {
      const answer = await ask('GetClusterInfo', new Uint8Array(), signal);
      return { name: answer.text(5), id: answer.text(3) };
    },
    close: client.close,
  };
}

/** DescribeNamespaceResponse: 1 info (1 name, 2 state, 6 id), 2 config (1 retention), 3 replication (1 active, 2 clusters). */
function namespaceOf(answer: Message): Namespace {
  const info = answer.message(1);
  const clusters = answer
    .message(3)
    .all(2)
    .map(({ value }) => readMessage(value).text(1));
  const id = info.text(6);
  return {
    name: info.text(1),
    ...(id === '' ? {} : { id }),
    state: ['unspecified', 'registered', 'deprecated', 'deleted'][info.number(2)] ?? 'unknown',
    retentionDays: Math.round(((durationOf(answer.message(2), 1) ?? 0) / dayMs) * 100) / 100,
    ...(clusters.length === 0 ? {} : { regions: clusters }),
  };
}
