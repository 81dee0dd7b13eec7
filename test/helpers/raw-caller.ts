import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';

/** An operation that a worker asks for without any SDK in between: nothing is checked or normalised on the way out. */
export interface RawOperation {
  readonly namespace: string;
  readonly endpoint: string;
  readonly service?: string;
  readonly operation?: string;
  readonly header?: Readonly<Record<string, string>>;
  /** The input as JSON. */
  readonly input?: unknown;
}

/**
 * Runs one workflow task that schedules the operation, and gives what came of it: `completed`, `failed: MESSAGE` of the
 * cause, `not taken: MESSAGE` when the server does not accept the command, or `nothing` within the time.
 */
export async function scheduleRaw(connection: Connection, asked: RawOperation, withinMs = 15_000): Promise<string> {
  const { workflowService: service } = connection;
  const { namespace, endpoint, header = {}, input } = asked;
  const workflowId = `raw-${randomUUID()}`;
  const taskQueue = { name: workflowId };
  const { runId } = await service.startWorkflowExecution({
    namespace,
    workflowId,
    requestId: workflowId,
    workflowType: { name: 'raw' },
    taskQueue,
    workflowExecutionTimeout: { seconds: 120 as never },
  });
  const execution = { workflowId, runId };
  const task = await connection.withDeadline(Date.now() + 20_000, () =>
    service.pollWorkflowTaskQueue({ namespace, taskQueue }),
  );
  const attributes = {
    endpoint,
    service: asked.service ?? 'billing',
    operation: asked.operation ?? 'charge',
    nexusHeader: { ...header },
    scheduleToCloseTimeout: { seconds: 30 as never },
    ...(input === undefined ? {} : { input: { metadata: json, data: Buffer.from(JSON.stringify(input)) } }),
  };
  const refused = await service
    .respondWorkflowTaskCompleted({
      namespace,
      taskToken: task.taskToken,
      commands: [{ commandType: scheduleNexusOperation, scheduleNexusOperationCommandAttributes: attributes }],
    })
    .then(
      () => undefined,
      (error: unknown) => (error as { readonly details?: string }).details ?? String(error),
    );
  if (refused !== undefined) return `not taken: ${refused}`;
  try {
    // Dozens ask at the same time: the longer it takes, the less often.
    for (let pause = 50, deadline = Date.now() + withinMs; Date.now() < deadline; pause = Math.min(2 * pause, 800)) {
      const { history } = await service.getWorkflowExecutionHistory({ namespace, execution });
      for (const event of history?.events ?? []) {
        if (event.nexusOperationCompletedEventAttributes || event.nexusOperationStartedEventAttributes)
          return 'completed';
        const failed = event.nexusOperationFailedEventAttributes;
        if (failed) return `failed: ${failed.failure?.cause?.message ?? ''}`;
        const bad = event.workflowTaskFailedEventAttributes;
        if (bad) return `not taken: ${bad.failure?.message ?? ''}`;
      }
      await sleep(pause);
    }
    return 'nothing';
  } finally {
    await service.terminateWorkflowExecution({ namespace, workflowExecution: execution }).catch(() => undefined);
  }
}

const scheduleNexusOperation = proto.temporal.api.enums.v1.CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION;
// A Long, which the types want and the encoder does not.
const one = 1 as never;
const json = { encoding: Buffer.from('json/plain') };

/** An operation without a workflow: refused at once. Gives `started`, or the code and words of the refusal. */
export async function startStandalone(
  connection: Connection,
  { namespace, endpoint, header = {} }: RawOperation,
): Promise<string> {
  const id = randomUUID();
  return connection.workflowService
    .startNexusOperationExecution({
      namespace,
      endpoint,
      service: 'billing',
      operation: 'charge',
      operationId: id,
      requestId: id,
      nexusHeader: { ...header },
      scheduleToCloseTimeout: { seconds: 10 as never },
    })
    .then(
      () => 'started',
      (error: unknown) => {
        const { code, details } = error as { readonly code?: number; readonly details?: string };
        return `${String(code)} ${details ?? String(error)}`;
      },
    );
}

/** The link that the history service would write for a workflow of this namespace. */
export function linkOf(namespace: string): string {
  const type = 'temporal.api.common.v1.Link.WorkflowEvent';
  const url = `temporal:///namespaces/${namespace}/workflows/w/r/history?eventID=5&eventType=NexusOperationScheduled&referenceType=EventReference`;
  return `<${url}>; type="${type}"`;
}

/**
 * Runs one workflow task that sends back, accepted and answered, an update that nobody asked for, and gives what came of
 * its callback: `delivered`, `failed: MESSAGE`, or `nothing` within the time.
 */
export async function answerMadeUpUpdate(
  connection: Connection,
  namespace: string,
  callback: proto.temporal.api.common.v1.Callback.INexus,
): Promise<string> {
  const { workflowService: service } = connection;
  const id = `raw-${randomUUID()}`;
  const taskQueue = { name: id };
  const workflow = { namespace, workflowId: id, requestId: id, workflowType: { name: 'raw' }, taskQueue };
  const { runId } = await service.startWorkflowExecution(workflow);
  const { taskToken } = await connection.withDeadline(Date.now() + 20_000, () =>
    service.pollWorkflowTaskQueue({ namespace, taskQueue }),
  );
  const { Acceptance, Response } = proto.temporal.api.update.v1;
  const meta = { updateId: id };
  const acceptedRequest = { meta, requestId: id, input: { name: 'u' }, completionCallbacks: [{ nexus: callback }] };
  const payloads = [{ metadata: json, data: Buffer.from('{"id":"update","amount":1}') }];
  const bodies = {
    Acceptance: Acceptance.encode({
      acceptedRequestMessageId: id,
      acceptedRequestSequencingEventId: one,
      acceptedRequest,
    }).finish(),
    Response: Response.encode({ meta, outcome: { success: { payloads } } }).finish(),
  };
  const messages = Object.entries(bodies).map(([name, value]) => ({
    id: name,
    protocolInstanceId: id,
    body: { type_url: `type.googleapis.com/temporal.api.update.v1.${name}`, value },
  }));
  const commandType = proto.temporal.api.enums.v1.CommandType.COMMAND_TYPE_PROTOCOL_MESSAGE;
  const commands = messages.map((message) => ({
    commandType,
    protocolMessageCommandAttributes: { messageId: message.id },
  }));
  await service.respondWorkflowTaskCompleted({ namespace, taskToken, commands, messages });
  for (const deadline = Date.now() + 15_000; Date.now() < deadline;) {
    const execution = { workflowId: id, runId };
    const { callbacks } = await service.describeWorkflowExecution({ namespace, execution });
    const { state, lastAttemptFailure } = callbacks[0] ?? {};
    if (lastAttemptFailure) return `failed: ${lastAttemptFailure.message ?? ''}`;
    if (state === proto.temporal.api.enums.v1.CallbackState.CALLBACK_STATE_SUCCEEDED) return 'delivered';
    await sleep(50);
  }
  return 'nothing';
}
