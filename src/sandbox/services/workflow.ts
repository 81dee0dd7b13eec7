import proto, { type temporal } from '@temporalio/proto';
import type { Account, Namespace } from '../account.ts';
import type { Call, Handlers } from '../grpc.ts';
import { page } from '../pages.ts';
import { pollersOf, recordPoll, type Pollers } from '../pollers.ts';
import { refusal } from '../refusal.ts';
import { duration, timestamp } from './time.ts';

type WorkflowService = temporal.api.workflowservice.v1.WorkflowService;

const { NamespaceState, TaskQueueType } = proto.temporal.api.enums.v1;
/** A version that no Temporal server has, so that nobody mistakes one for the other. */
const serverVersion = '0.0.0-nexusctl-sandbox';
const day = 86_400_000;

/** What a namespace's frontend says of itself; it runs no workflow, and polls wait for work that never comes. */
export function workflowService(account: Account, pollers: Pollers, nexus: boolean): Handlers<WorkflowService> {
  const poll = (type: number) => (request: PollRequest, call: Call) => {
    const namespace = namespaceOf(account, request.namespace);
    recordPoll(pollers, { namespace: namespace.id, taskQueue: request.taskQueue?.name ?? '', type }, request.identity);
    return waitForNothing(call);
  };
  return {
    GetSystemInfo: () => ({ serverVersion, capabilities: { ...capabilities, nexus } }),

    GetClusterInfo: () => ({
      serverVersion,
      clusterId: account.id,
      clusterName: 'nexusctl-sandbox',
    }),

    DescribeNamespace: (request) => namespaceMessage(namespaceOf(account, request.namespace)),

    ListNamespaces: (request) => {
      const pageToken = Buffer.from(request.nextPageToken ?? []).toString();
      const pageSize = request.pageSize ?? 0;
      const { items, nextPageToken } = page([...account.namespaces.values()], ({ id }) => id, { pageSize, pageToken });
      return { namespaces: items.map(namespaceMessage), nextPageToken: Buffer.from(nextPageToken) };
    },

    DescribeTaskQueue: (request) => {
      const namespace = namespaceOf(account, request.namespace).id;
      const type = request.taskQueueType ?? TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW;
      const seen = pollersOf(pollers, { namespace, taskQueue: request.taskQueue?.name ?? '', type });
      return {
        pollers: seen.map(({ identity, at }) => ({ identity, lastAccessTime: timestamp(at), ratePerSecond: 100_000 })),
      };
    },

    PollWorkflowTaskQueue: poll(TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
    PollActivityTaskQueue: poll(TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
    PollNexusTaskQueue: poll(TaskQueueType.TASK_QUEUE_TYPE_NEXUS),
    ShutdownWorker: () => ({}),
    RecordWorkerHeartbeat: () => ({}),
  };
}

const capabilities: temporal.api.workflowservice.v1.GetSystemInfoResponse.ICapabilities = {
  signalAndQueryHeader: true,
  internalErrorDifferentiation: true,
  activityFailureIncludeHeartbeat: true,
  supportsSchedules: true,
  encodedFailureAttributes: true,
  upsertMemo: true,
  eagerWorkflowStart: true,
  sdkMetadata: true,
  countGroupByExecutionStatus: true,
};

interface PollRequest {
  readonly namespace?: string | null;
  readonly taskQueue?: { readonly name?: string | null } | null;
  readonly identity?: string | null;
}

/** A long poll with no task: it ends empty after a while, or when the client goes. */
function waitForNothing({ signal }: Call): Promise<object> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({}), longPollMs);
    timer.unref();
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve({});
    });
  });
}

const longPollMs = 50_000;

function namespaceOf(account: Account, id: string | null | undefined): Namespace {
  if (!id) throw refusal('INVALID_ARGUMENT', 'Namespace not set on request.');
  const namespace = account.namespaces.get(id);
  if (namespace === undefined) throw refusal('NOT_FOUND', `Namespace ${id} is not found.`);
  return namespace;
}

function namespaceMessage({ id, retentionDays }: Namespace) {
  return {
    namespaceInfo: { name: id, id, state: NamespaceState.NAMESPACE_STATE_REGISTERED },
    config: { workflowExecutionRetentionTtl: duration(retentionDays * day) },
    isGlobalNamespace: true,
  };
}
