// Runs in the SDK's workflow sandbox: bundled by test/helpers/nexus-workers.ts.
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  createNexusServiceClient,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import { forEndpoint } from 'nexusctl/codec/converter';
import { billing, doorbell, type Ask, type Invoice, type Order, type Outcome, type SeenFailure } from './service.ts';

/** Calls once and gives what came of it: the result, or what a workflow that catches the failure can read. */
export async function call({ endpoint, operation, input, sealFor }: Ask): Promise<Outcome> {
  const client = createNexusServiceClient({ endpoint, service: billing });
  try {
    const sent = sealFor === undefined ? input : forEndpoint(sealFor, input);
    return { result: await client.executeOperation(operation, sent, { scheduleToCloseTimeout: '60s' }) };
  } catch (error) {
    return { failure: seen(error) };
  }
}

/** The same, with nobody who catches. */
export async function callUncaught({ endpoint, operation, input }: Ask): Promise<Invoice> {
  return createNexusServiceClient({ endpoint, service: billing }).executeOperation(operation, input);
}

/** Calls what takes nothing and gives nothing. */
export async function ring({ endpoint, sealFor }: Pick<Ask, 'endpoint' | 'sealFor'>): Promise<void> {
  const client = createNexusServiceClient({ endpoint, service: doorbell });
  const nothing = sealFor === undefined ? undefined : (forEndpoint<unknown>(sealFor, undefined) as undefined);
  await client.executeOperation('ring', nothing, { scheduleToCloseTimeout: '60s' });
}

/** Starts an operation that does not end by itself, and cancels it as soon as it has started. */
export async function callAndCancel({ endpoint, input }: Ask): Promise<Outcome> {
  const client = createNexusServiceClient({ endpoint, service: billing });
  const scope = new CancellationScope();
  try {
    const handle = await scope.run(() => client.startOperation('wait', input, { scheduleToCloseTimeout: '60s' }));
    scope.cancel();
    return { result: await handle.result() };
  } catch (error) {
    return { failure: seen(error), cancelled: isCancellation(error) };
  }
}

/** One workflow that goes on calling: each update is a call, a signal ends it. */
export async function keepCalling(): Promise<number> {
  let calls = 0;
  let ended = false;
  setHandler(defineUpdate<Outcome, [Ask]>('call'), async (ask) => {
    calls += 1;
    return call(ask);
  });
  setHandler(defineSignal('end'), () => {
    ended = true;
  });
  await condition(() => ended);
  return calls;
}

/** Behind the asynchronous operations, in the handler's namespace. */
export async function makeInvoice(order: Order, sealFor?: string): Promise<Invoice> {
  const invoice = { order: order.id, total: order.amount * 2 };
  return Promise.resolve(sealFor === undefined ? invoice : forEndpoint(sealFor, invoice));
}

export function refuseOrder(order: Order): Promise<Invoice> {
  throw ApplicationFailure.nonRetryable(`order ${order.id} cannot be invoiced`, 'BadOrder');
}

export async function waitForEver(): Promise<Invoice> {
  await condition(() => false);
  throw new Error('this is never reached');
}

function seen(error: unknown): SeenFailure {
  const found = error as Error & SeenFailure;
  const { name, message, endpoint, service, operation, type, retryable, cause } = found;
  return {
    name,
    message,
    ...(name === 'NexusOperationFailure' ? { endpoint, service, operation } : {}),
    ...(name === 'HandlerError' ? { type, retryable } : {}),
    ...(name === 'ApplicationFailure' ? { type } : {}),
    ...(cause === undefined ? {} : { cause: seen(cause) }),
  };
}
