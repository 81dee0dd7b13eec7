import { readFileSync } from 'node:fs';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { callDirectly } from '../helpers/direct-http.ts';
import { bundleWorkflows, handlerQueue, startWorkers, type Workers } from '../helpers/nexus-workers.ts';
import { nexusctlOn } from '../helpers/on-server.ts';
import { answerMadeUpUpdate, linkOf, scheduleRaw, startStandalone } from '../helpers/raw-caller.ts';
import {
  buildTimeoutMs,
  noServer,
  serverBinary,
  startServer,
  type TemporalServer,
  type Variant,
} from '../helpers/temporal-server.ts';
import { answers, asked, byId, byQueue, direct, forged, link, madeUp } from './nexus/attempts.ts';

const policy = JSON.stringify({
  version: 1,
  default: 'deny',
  endpoints: { billing: { callers: [{ namespace: 'orders' }] } },
});

/** One server with a handler that counts what reaches it, and an attacker in `refunds` and `strangers`, on no list. */
interface Field {
  readonly server: TemporalServer;
  readonly workers: Workers;
  readonly connection: Connection;
  readonly endpointId: string;
}

const fields: { trial?: Field; secured?: Field } = {};
beforeAll(async () => {
  const binary = await serverBinary({ policy: '' });
  if (binary === null) return;
  const bundle = await bundleWorkflows();
  const open = async (variant: Variant, attacker: readonly string[]): Promise<Field> => {
    const server = await startServer(binary, { ...variant, policy }, ['orders', 'refunds', 'strangers', 'billing']);
    const workers = await startWorkers(server, bundle, [], { namespace: 'billing' });
    const target = `--target-namespace billing --target-task-queue ${handlerQueue}`;
    const { result } = await nexusctlOn(server)(`endpoint create billing ${target}`);
    const connection = await Connection.connect(server.connecting(attacker));
    // A server that has just started does not know its endpoints and namespaces everywhere yet.
    const first = { namespace: 'refunds', endpoint: 'billing' };
    while (!(await scheduleRaw(connection, first, 10_000)).includes('permission denied'));
    return { server, workers, connection, endpointId: (result['after'] as { readonly id: string }).id };
  };
  [fields.trial, fields.secured] = await Promise.all([
    open({}, []),
    open({ tls: 'mutual', jwt: true }, ['refunds:admin', 'strangers:admin']),
  ]);
}, buildTimeoutMs);
afterAll(async () => {
  for (const { server, workers, connection } of Object.values(fields)) {
    await connection.close();
    await workers.close();
    await server.close();
  }
});

function fieldOf(name: keyof typeof fields, context: TestContext): Field {
  return fields[name] ?? context.skip(noServer);
}

const oddNamespaces = ['ORDERS', 'orders ', ' orders', 'orders/x', 'orders/workflows', 'orders/..', '..', 'orders?x'];
oddNamespaces.push('orders#x', 'orders%2Fx', '%6Frders', 'orders;x', 'orders"', 'orders>; type="x", <temporal:');

const outcomes: readonly (readonly [got: string, outcome: RegExp])[] = [
  [
    'refused once',
    /^failed: permission denied: caller namespace "refunds" is not on the allowlist of nexus endpoint "billing"$/,
  ],
  ['retried in vain', /^(nothing|failed: not found)$/],
  ['not taken', /^not taken: /],
];

describe('an operation of a hostile worker', () => {
  it('reaches no handler, whatever it carries', async (context) => {
    const attempt = async (name: keyof typeof fields) => {
      const { connection, workers } = fieldOf(name, context);
      const got = asked.map(async ([what, ask, expected]) => {
        // Calls that fail open the server's circuit breaker for their namespace and endpoint: the others would wait.
        const [namespace, withinMs] = expected === 'retried in vain' ? ['strangers', 5000] : ['refunds', 30_000];
        const outcome = await scheduleRaw(connection, { namespace, endpoint: 'billing', ...ask }, withinMs);
        const isExpected = outcomes.some(([got, words]) => got === expected && words.test(outcome));
        return [what, isExpected ? expected : outcome];
      });
      expect(await Promise.all(got)).toEqual(asked.map(([what, , expected]) => [what, expected]));
      expect(workers.reached).toEqual({});
    };
    await Promise.all([attempt('trial'), attempt('secured')]);
  });

  it('without a workflow is refused at once, whatever its headers', async (context) => {
    const headers = asked.flatMap(([, { header }]) => (header === undefined ? [] : [header]));
    for (const name of ['trial', 'secured'] as const) {
      const { connection, workers } = fieldOf(name, context);
      const got = await Promise.all(
        headers.map((header) => startStandalone(connection, { namespace: 'refunds', endpoint: 'billing', header })),
      );
      expect(new Set(got)).toEqual(
        new Set(['7 caller namespace "refunds" is not on the allowlist of nexus endpoint "billing"']),
      );
      expect(workers.reached).toEqual({});
    }
  });

  it(
    'from a namespace that looks like the allowed one is refused under its own name',
    { timeout: 60_000 },
    async (context) => {
      const { connection, workers } = fieldOf('trial', context);
      const got = await Promise.all(
        oddNamespaces.map(async (namespace) => {
          await connection.workflowService.registerNamespace({
            namespace,
            workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
          });
          await expect
            .poll(() => startStandalone(connection, { namespace, endpoint: 'billing' }), { timeout: 15_000 })
            .toMatch(/^7 /);
          return scheduleRaw(connection, { namespace, endpoint: 'billing' });
        }),
      );
      const words = (name: string) =>
        `failed: permission denied: caller namespace ${JSON.stringify(name)} is not on the allowlist of nexus endpoint "billing"`;
      expect(got).toEqual(oddNamespaces.map(words));
      expect(workers.reached).toEqual({});
    },
  );

  it.for(['http://127.0.0.1:{http}', 'http://127.0.0.1:{internalHttp}', 'temporal://system', 'temporal://worker'])(
    'a completion callback to an endpoint’s URL at %s is not taken',
    async (host, context) => {
      const { server, connection, endpointId } = fieldOf('trial', context);
      const base = host.replace(/\{(\w+)\}/, (_all, port: 'http') => String(server.ports[port]));
      const url = `${base}/nexus/endpoints/${endpointId}/services/billing/charge`;
      const started = connection.workflowService.startWorkflowExecution({
        namespace: 'refunds',
        workflowId: url,
        requestId: url,
        workflowType: { name: 'x' },
        taskQueue: { name: 'x' },
        completionCallbacks: [{ nexus: { url, header: { 'Nexus-Link': forged } } }],
      });
      await expect(started).rejects.toMatchObject({ code: 3 });
    },
  );
});

describe('the callback of an update that a worker makes up', () => {
  it.for(madeUp)('%s', async ([, port, path, header, got], context) => {
    const { server, connection, endpointId, workers } = fieldOf('trial', context);
    const url = `http://127.0.0.1:${String(server.ports[port])}${path(endpointId)}`;
    const callback = { url, header: { [header]: forged, 'Nexus-Request-Id': 'update' } };
    const outcome = await answerMadeUpUpdate(connection, 'refunds', callback);
    expect(outcome.replace(/^failed: .*UNAUTHORIZED\): /, '403 ')).toMatch(answers[got]);
    expect(workers.reached).toEqual({});
  });
});

describe('an HTTP call past the SDK', () => {
  it.for(direct)('%s', async ([, call, answer], context) => {
    const got = answers[answer];
    const trial = fieldOf('trial', context);
    expect(await callDirectly(trial.server, { port: trial.server.ports.http, ...call(trial.endpointId) })).toMatch(got);
    const secured = fieldOf('secured', context);
    const { path, headers: own = [], ...rest } = call(secured.endpointId);
    for (const permissions of [['temporal-system:admin'], ['billing:write']]) {
      const bearer = ['Authorization', `Bearer ${secured.server.token(permissions, { sub: 'internal' })}`];
      const port = secured.server.ports.http;
      const answer = await callDirectly(secured.server, { port, path, ...rest, headers: [...own, ...bearer] });
      // Whoever may only write to the handler's namespace is refused the attacker's namespace before.
      expect(answer).toMatch(path.startsWith('/api') && permissions[0] !== 'temporal-system:admin' ? /^403 / : got);
    }
    expect(trial.workers.reached).toEqual({});
    expect(secured.workers.reached).toEqual({});
  });

  it.for<readonly [string, readonly string[], RegExp]>([
    ['without a link', [], /^403 .*names no caller namespace/],
    ['with the attacker’s own link', ['Nexus-Link', linkOf('refunds')], /^403 .*"refunds\\" is not on the allowlist/],
    ['with a listed link and another', [...link, 'nexus-link', linkOf('refunds')], /^403 .*"refunds\\" is not/],
    ['with both in one header', ['Nexus-Link', `${forged}, ${linkOf('refunds')}`], /^403 .*"refunds\\" is not/],
    [
      'with a link that is none',
      ['Nexus-Link', `${forged}, <http://x/namespaces/orders/y>; type="x"`],
      /^403 .*names no/,
    ],
  ])('to the internal frontend of a trial server, %s', async ([, own, got], context) => {
    const field = fieldOf('trial', context);
    const port = field.server.ports.internalHttp;
    expect(await callDirectly(field.server, { port, path: byId(field.endpointId), headers: own })).toMatch(got);
    expect(await callDirectly(field.server, { port, path: byQueue, headers: own })).toMatch(
      answers['403, task queues are off'],
    );
    expect(field.workers.reached).toEqual({});
  });

  it('to the internal frontend with a client’s certificate ends in the handshake, over gRPC too', async (context) => {
    const field = fieldOf('secured', context);
    const call = { port: field.server.ports.internalHttp, path: byId(field.endpointId), headers: link };
    expect(await callDirectly(field.server, call)).toMatch(/^no answer: /);
    const address = `127.0.0.1:${String(field.server.ports.internal)}`;
    const connecting = Connection.connect({ ...field.server.connecting(), address, connectTimeout: 2000 });
    await expect(connecting).rejects.toThrow();
    expect(field.workers.reached).toEqual({});
  });
});

describe('a token of the attacker’s own making', () => {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: 'internal', exp: 4_000_000_000, permissions: ['temporal-system:admin'] };
  const made: readonly (readonly [string, (server: TemporalServer) => string])[] = [
    ['unsigned', () => `${encode({ alg: 'none', typ: 'JWT', kid: 'test' })}.${encode(claims)}.`],
    ['signed with the public key as a secret', () => `${encode({ alg: 'HS256', kid: 'test' })}.${encode(claims)}.c2ln`],
    [
      'with claims put into a good one',
      ({ token }) => token(['refunds:read']).replace(/\.[^.]+\./, `.${encode(claims)}.`),
    ],
    ['for another namespace', ({ token }) => token(['refunds:admin'])],
  ];
  it.for(made)('%s opens no allowed namespace', async ([, make], context) => {
    const { server, workers } = fieldOf('secured', context);
    const started = async () => {
      const connection = await Connection.connect({ ...server.connecting(), apiKey: make(server) });
      const operation = startStandalone(connection, { namespace: 'orders', endpoint: 'billing' });
      return operation.finally(() => connection.close());
    };
    expect(await started().catch((error: unknown) => String((error as Error).cause))).toMatch(/^(Error: )?7 /);
    expect(workers.reached).toEqual({});
  });
});

it('is written down, attempt by attempt', () => {
  const page = readFileSync('authorizer/ATTEMPTS.md', 'utf8').replaceAll(/ +/g, ' ');
  const rows = [...asked.map(([what, , got]) => [what, got]), ...direct.map(([what, , got]) => [what, got])];
  rows.push(...madeUp.map(([what, , , , got]) => [what, got]));
  for (const row of rows) expect(page).toContain(`| ${row.join(' | ')} |`);
});
