import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { startWorkflow, WorkflowRunOperationHandler } from '@temporalio/nexus';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import * as nexus from 'nexus-rpc';
import { billing, doorbell, type Ask, type Invoice, type Order, type Outcome } from '../server/nexus/service.ts';
import { forEndpoint } from '../../src/worker/endpoint-value.ts';
import type { TemporalServer } from './temporal-server.ts';

/** The workflows of test/server/nexus as the SDK's workers run and replay them. Made once for a test file. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
  return bundleWorkflowCode({
    workflowsPath: resolve('test/server/nexus/workflows.ts'),
    payloadConverterPath: converterPath,
    logger: new DefaultLogger('ERROR'),
  });
}

export const converterPath = resolve('dist/converter.cjs');

export interface Side {
  readonly namespace: string;
  /** How payloads are sealed there; in clear when absent. */
  readonly codec?: PayloadCodec;
  /** What this side's token may, on a server that wants one; writing to its namespace unless told. */
  readonly permissions?: readonly string[];
  /** The endpoint whose key the handler seals results with. */
  readonly sealFor?: string;
}

export interface Caller {
  readonly namespace: string;
  readonly client: Client;
  /** Runs a workflow that calls, and gives what it saw. */
  readonly call: (ask: Pick<Ask, 'endpoint'> & Partial<Ask>) => Promise<Outcome>;
  readonly start: (type: string, args: readonly unknown[]) => ReturnType<Client['workflow']['start']>;
}

export interface Workers {
  readonly callers: readonly Caller[];
  readonly handler: Client;
  /** How often a handler was reached, by operation. */
  readonly reached: Readonly<Record<string, number>>;
  /** The ids of the workflows behind operations, in the handler's namespace. */
  readonly behind: readonly string[];
  readonly close: () => Promise<void>;
}

export const handlerQueue = 'billing';
const callerQueue = 'orders';
export const order: Order = { id: 'o-1', amount: 21 };

/** Workers of the real SDK: one in each caller namespace, and one that handles the operations. */
export async function startWorkers(
  server: TemporalServer,
  workflowBundle: WorkflowBundleWithSourceMap,
  callers: readonly Side[],
  handler: Side,
): Promise<Workers> {
  const reached: Record<string, number> = {};
  const behind: string[] = [];
  const open = async (side: Side, taskQueue: string, nexusServices: WorkerOptions['nexusServices'] & object) => {
    const { namespace, codec, permissions = [`${side.namespace}:write`] } = side;
    const dataConverter: DataConverter = {
      payloadConverterPath: converterPath,
      ...(codec === undefined ? {} : { payloadCodecs: [codec] }),
    };
    const native = await NativeConnection.connect(server.connecting(permissions));
    const connection = await Connection.connect(server.connecting(permissions));
    const worker = await Worker.create({
      connection: native,
      namespace,
      taskQueue,
      workflowBundle,
      dataConverter,
      nexusServices,
      workflowThreadPoolSize: 1,
      shutdownGraceTime: '1s',
    });
    const running = worker.run();
    const close = async (): Promise<void> => {
      worker.shutdown();
      await running;
      await Promise.all([native.close(), connection.close()]);
    };
    return { client: new Client({ connection, namespace, dataConverter }), close };
  };
  const [first, ...rest] = await Promise.all([
    open(handler, handlerQueue, [handlers(reached, behind, handler.sealFor), rings(handler.sealFor)]),
    ...callers.map((side) => open(side, callerQueue, [])),
  ]);
  return {
    callers: rest.map(({ client }) => callerOf(client)),
    handler: first.client,
    reached,
    behind,
    close: async () => {
      await Promise.all([first, ...rest].map(({ close }) => close()));
    },
  };
}

function callerOf(client: Client): Caller {
  const start = (type: string, args: readonly unknown[]) =>
    client.workflow.start(type, {
      taskQueue: callerQueue,
      workflowId: `${type}-${randomUUID()}`,
      workflowExecutionTimeout: '2m',
      args: [...args],
    });
  return {
    namespace: client.options.namespace,
    client,
    start,
    call: async (ask) => {
      const type = ask.operation === 'wait' ? 'callAndCancel' : 'call';
      const handle = await start(type, [{ operation: 'charge', input: order, ...ask }]);
      return (await handle.result()) as Outcome;
    },
  };
}

function rings(sealFor: string | undefined) {
  const nothing = sealFor === undefined ? undefined : (forEndpoint<unknown>(sealFor, undefined) as undefined);
  return nexus.serviceHandler(doorbell, { ring: () => Promise.resolve(nothing) });
}

function handlers(reached: Record<string, number>, behind: string[], sealFor: string | undefined) {
  const seal = (invoice: Invoice): Invoice => (sealFor === undefined ? invoice : forEndpoint(sealFor, invoice));
  const note = (operation: string): void => {
    reached[operation] = (reached[operation] ?? 0) + 1;
  };
  const through = (workflow: string, more: readonly unknown[] = []) =>
    new WorkflowRunOperationHandler<Order, Invoice>(async (context, input) => {
      note(context.operation);
      const workflowId = `${workflow}-${context.requestId}`;
      behind.push(workflowId);
      const options = { workflowId, args: [input, ...more] as [Order] };
      return startWorkflow<(input: Order) => Promise<Invoice>>(context, workflow, options);
    });
  return nexus.serviceHandler(billing, {
    charge: async (_context, { id, amount }) => {
      note('charge');
      return Promise.resolve(seal({ order: id, total: amount }));
    },
    decline: (_context, { id }) => {
      note('decline');
      return Promise.reject(new nexus.OperationError('failed', `order ${id} is declined`));
    },
    invoice: through('makeInvoice', sealFor === undefined ? [] : [sealFor]),
    refuse: through('refuseOrder'),
    wait: through('waitForEver'),
  });
}
