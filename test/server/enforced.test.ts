import { WorkflowFailedError } from '@temporalio/client';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import {
  bundleWorkflows,
  handlerQueue,
  order,
  startWorkers,
  type Caller,
  type Workers,
} from '../helpers/nexus-workers.ts';
import { nexusctlOn } from '../helpers/on-server.ts';
import {
  buildTimeoutMs,
  noServer,
  serverBinary,
  startServer,
  type TemporalServer,
} from '../helpers/temporal-server.ts';
import { billing, type Ask, type Outcome } from './nexus/service.ts';

const variants = {
  'in clear, callers not authenticated': {},
  'mutual TLS and tokens': { tls: 'mutual', jwt: true },
} as const;

const ended = { namespace: 'orders', until: '2020-01-01' };
const policy = {
  version: 1,
  default: 'deny',
  endpoints: {
    billing: { callers: [{ namespace: 'orders' }] },
    ended: { callers: [ended, { namespace: 'refunds', until: '2999-12-31' }] },
    blocking: { callers: [{ namespace: 'orders' }, { namespace: 'refunds' }], blocked: ['refunds'] },
    nobody: { callers: [] },
  },
};
const endpoints = [...Object.keys(policy.endpoints), 'unlisted'];

let bundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  bundle = await bundleWorkflows();
});

describe.for(Object.keys(variants) as (keyof typeof variants)[])('an enforcing server, %s', (name) => {
  let server: TemporalServer | undefined;
  let workers: Workers | undefined;
  beforeAll(async () => {
    const variant = { ...variants[name], policy: JSON.stringify(policy) };
    const binary = await serverBinary(variant);
    if (binary === null) return;
    server = await startServer(binary, variant, ['orders', 'refunds', 'billing']);
    const callers = [{ namespace: 'orders' }, { namespace: 'refunds' }];
    workers = await startWorkers(server, bundle, callers, { namespace: 'billing' });
    const nexusctl = nexusctlOn(server);
    const create = (endpoint: string) => nexusctl(`endpoint create ${endpoint} --target-namespace billing`, ...toQueue);
    for (const { exitCode } of await Promise.all(endpoints.map(create))) expect(exitCode).toBe(0);
  }, buildTimeoutMs);
  afterAll(async () => {
    await workers?.close();
    await server?.close();
  });

  function running(context: TestContext) {
    if (server === undefined || workers === undefined) return context.skip(noServer);
    const [orders, refunds] = workers.callers as [Caller, Caller];
    return { server, workers, orders, refunds, nexusctl: nexusctlOn(server) };
  }

  it('says which policy it has loaded, and whether it knows its callers', async (context) => {
    const { nexusctl } = running(context);
    const status = await nexusctl('endpoint policy status --wait 10s');
    const { digest } = status.result;
    const callersAuthenticated = 'jwt' in variants[name];
    expect(status).toMatchObject({
      exitCode: 0,
      result: { loaded: true, items: [{ enforced: true, callersAuthenticated, digest, loaded: true }] },
    });
    const said = JSON.stringify((await nexusctl('endpoint check billing --from orders')).result);
    expect(said.includes('CALLERS_NOT_AUTHENTICATED')).toBe(!callersAuthenticated);
    const tested = await nexusctl('connect-test');
    const { findings } = (tested.result as unknown as Tested).checks.find(({ id }) => id === 'nexus')!;
    expect(findings).toMatchObject([
      {
        code: callersAuthenticated ? 'NEX007' : 'NEX006',
        message: expect.stringContaining(String(digest).slice(0, 12)) as unknown,
        evidence: { state: callersAuthenticated ? 'enforced' : 'callers-not-authenticated' },
      },
    ]);
    expect(tested.exitCode).toBe(0);
  });

  it('lets a listed caller do all that operations do', async (context) => {
    const { orders } = running(context);
    const outcomes = await callAll(orders, 'billing');
    expect(outcomes).toMatchObject({
      charge: { result: { order: order.id, total: order.amount } },
      invoice: { result: { order: order.id, total: order.amount * 2 } },
      decline: failing({ name: 'ApplicationFailure', message: `order ${order.id} is declined` }),
      refuse: failing({
        name: 'ApplicationFailure',
        message: `order ${order.id} cannot be invoiced`,
        type: 'BadOrder',
      }),
      wait: { cancelled: true, ...failing({ name: 'CancelledFailure' }) },
    });
  });

  it('refuses another caller each of them, once, in words that name both, before the handler sees it', async (context) => {
    const { workers, refunds } = running(context);
    const before = { ...workers.reached };
    const outcomes = await callAll(refunds, 'billing');
    for (const [operation, outcome] of Object.entries(outcomes))
      expect(outcome).toMatchObject({
        failure: {
          name: 'NexusOperationFailure',
          endpoint: 'billing',
          service: 'billing',
          operation,
          cause: {
            name: 'HandlerError',
            type: 'UNAUTHORIZED',
            retryable: false,
            message: refusal('refunds', 'billing'),
          },
        },
      });
    expect(workers.reached).toEqual(before);
  });

  it('leaves two events in the history of a refused caller, and fails a workflow that catches nothing', async (context) => {
    const { refunds } = running(context);
    const handle = await refunds.start('callUncaught', [{ endpoint: 'billing', operation: 'charge', input: order }]);
    const failure: unknown = await handle.result().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    expect(failure).toMatchObject({ cause: { cause: { message: refusal('refunds', 'billing') } } });
    const { events } = await handle.fetchHistory();
    const nexus = (events ?? []).flatMap((event) => Object.keys(event).filter((key) => key.startsWith('nexus')));
    expect(nexus).toEqual(['nexusOperationScheduledEventAttributes', 'nexusOperationFailedEventAttributes']);
    expect(events?.some((event) => event.workflowTaskFailedEventAttributes)).toBe(false);
  });

  it('answers each caller at each endpoint as `endpoint check` does', async (context) => {
    const { orders, refunds, nexusctl } = running(context);
    const answers = await Promise.all(
      endpoints.flatMap((endpoint) =>
        [orders, refunds].map(async (caller) => {
          const [said, outcome] = await Promise.all([
            nexusctl(`endpoint check ${endpoint} --from ${caller.namespace}`),
            caller.call({ endpoint }),
          ]);
          const called = outcome.result !== undefined;
          expect(said).toMatchObject({ exitCode: called ? 0 : 1, result: { allowed: called, enforced: true } });
          if (!called) expect(outcome.failure?.cause).toMatchObject({ type: 'UNAUTHORIZED', retryable: false });
          return called ? [`${caller.namespace} → ${endpoint}`] : [];
        }),
      ),
    );
    const allowed = ['orders → billing', 'refunds → ended', 'orders → blocking'];
    expect(answers.flat()).toEqual(allowed);
  });

  it('follows the policy while workflows run, both ways and without a restart', async (context) => {
    const { server, orders, refunds, nexusctl } = running(context);
    const going = await Promise.all([orders, refunds].map((caller) => caller.start('keepCalling', [])));
    const callsOf = (operation: Ask['operation']) =>
      Promise.all(
        going.map(async (handle) => {
          const args: [Ask] = [{ endpoint: 'billing', operation, input: order }];
          const outcome = await handle.executeUpdate<Outcome, [Ask]>('call', { args });
          return outcome.failure === undefined ? 'called' : outcome.failure.cause?.message;
        }),
      );
    const loaded = async () =>
      expect(await nexusctl('endpoint policy status --wait 10s')).toMatchObject({
        exitCode: 0,
        result: { loaded: true },
      });
    expect(await callsOf('charge')).toEqual(['called', refusal('refunds', 'billing')]);
    for (const operation of ['charge', 'invoice'] as const) {
      expect(await nexusctl('endpoint revoke billing orders')).toMatchObject({ exitCode: 0 });
      expect(await nexusctl('endpoint allow billing refunds')).toMatchObject({ exitCode: 0 });
      await loaded();
      expect(await callsOf(operation)).toEqual([refusal('orders', 'billing'), 'called']);
      expect(await nexusctl('endpoint allow billing orders')).toMatchObject({ exitCode: 0 });
      expect(await nexusctl('endpoint revoke billing refunds')).toMatchObject({ exitCode: 0 });
      await loaded();
      expect(await callsOf(operation)).toEqual(['called', refusal('refunds', 'billing')]);
    }
    for (const handle of going) await handle.signal('end');
    expect(await Promise.all(going.map((handle) => handle.result()))).toEqual([5, 5]);
    await server.putPolicy(JSON.stringify(policy));
  });

  it('lets an operation that was allowed to start go on, and be cancelled, after the caller is revoked', async (context) => {
    const { orders, workers, nexusctl } = running(context);
    const before = workers.reached['wait'] ?? 0;
    const args = [{ endpoint: 'billing', operation: 'wait', input: order }];
    const handle = await orders.start('callUncaught', args);
    await expect.poll(() => workers.reached['wait'], { timeout: 15_000 }).toBe(before + 1);
    await nexusctl('endpoint revoke billing orders');
    await nexusctl('endpoint policy status --wait 10s');
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    await nexusctl('endpoint allow billing orders');
  });
});

interface Tested {
  readonly checks: readonly { readonly id: string; readonly findings: readonly object[] }[];
}

const toQueue = ['--target-task-queue', handlerQueue];

function refusal(caller: string, endpoint: string): string {
  return `permission denied: caller namespace "${caller}" is not on the allowlist of nexus endpoint "${endpoint}"`;
}

function failing(cause: object): object {
  return { failure: { name: 'NexusOperationFailure', cause } };
}

async function callAll(caller: Caller, endpoint: string): Promise<Record<string, Outcome>> {
  const operations = Object.keys(billing.operations) as Ask['operation'][];
  const calls = operations.map(async (operation) => [operation, await caller.call({ endpoint, operation })] as const);
  return Object.fromEntries(await Promise.all(calls));
}
