import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { nexusctlOn } from '../helpers/on-server.ts';
import {
  buildTimeoutMs,
  noServer,
  serverBinary,
  startServer,
  type TemporalServer,
  type Variant,
} from '../helpers/temporal-server.ts';

const running: { plain?: TemporalServer; jwt?: TemporalServer; policy?: TemporalServer } = {};
beforeAll(async () => {
  const start = async (name: keyof typeof running, variant: Variant, more: readonly string[] = []) => {
    const binary = await serverBinary(variant);
    if (binary !== null) running[name] = await startServer(binary, variant, ['orders', 'billing', ...more]);
  };
  const policy = JSON.stringify({ version: 1, default: 'deny' });
  await Promise.all([start('plain', {}), start('jwt', { jwt: true }), start('policy', { policy }, crowd)]);
}, buildTimeoutMs);
afterAll(async () => {
  await Promise.all(Object.values(running).map((server) => server.close()));
});

function serverOf(name: keyof typeof running, context: TestContext): TemporalServer {
  return running[name] ?? context.skip(noServer);
}

/** `nexusctl endpoint …` on a server. */
function endpointOn(server: TemporalServer, permissions?: readonly string[]) {
  const nexusctl = nexusctlOn(server, permissions);
  return async (command: string, ...more: readonly string[]) => {
    const answer = await nexusctl(`endpoint ${command}`, ...more);
    return { ...answer, result: answer.result as unknown as Result };
  };
}

interface Result {
  readonly items?: readonly { readonly name: string }[];
  readonly changed?: boolean;
  readonly after?: { readonly id: string; readonly resourceVersion: string } | null;
  readonly error?: { readonly code: string; readonly message: string };
}

describe('endpoint verbs on the operator service', () => {
  it('create, read, change and delete', async (context) => {
    const endpoint = endpointOn(serverOf('plain', context));
    const target = ['--target-namespace', 'billing', '--target-task-queue', 'tasks'];
    const created = await endpoint('create first', ...target, '--description', 'Invoices');
    expect(created).toMatchObject({
      exitCode: 0,
      result: {
        changed: true,
        after: { name: 'first', target: { kind: 'worker', namespace: 'billing', taskQueue: 'tasks' } },
      },
    });
    expect(await endpoint('list')).toMatchObject({ exitCode: 0, result: { items: [{ name: 'first' }] } });
    const id = created.result.after!.id;
    expect(await endpoint('get', id)).toMatchObject({
      exitCode: 0,
      result: { name: 'first', description: 'Invoices' },
    });
    const moved = await endpoint('update first --target-task-queue other --yes');
    expect(moved).toMatchObject({
      exitCode: 0,
      result: { changed: true, after: { target: { taskQueue: 'other' }, description: 'Invoices' } },
    });
    expect(await endpoint('update first --target-task-queue other --yes')).toMatchObject({
      exitCode: 0,
      result: { changed: false },
    });
    expect(await endpoint('delete first --yes')).toMatchObject({ exitCode: 0, result: { changed: true } });
    expect(await endpoint('get first')).toMatchObject({ exitCode: 7 });
  });

  it('an external target stays one', async (context) => {
    const endpoint = endpointOn(serverOf('plain', context));
    await endpoint('create outside --target-url https://example.com/nexus');
    const updated = await endpoint('update outside --yes --description', 'elsewhere');
    expect(updated).toMatchObject({
      exitCode: 0,
      result: { after: { target: { kind: 'external', url: 'https://example.com/nexus' } } },
    });
    await endpoint('delete outside --yes');
  });

  const refused: readonly [string, string, number, string][] = [
    [
      'a name that is taken',
      'create taken --target-namespace billing --target-task-queue another',
      6,
      'ALREADY_EXISTS',
    ],
    [
      'a namespace that is not there',
      'create lost --target-namespace nobody --target-task-queue q',
      7,
      'NAMESPACE_NOT_FOUND',
    ],
    ['an underscore', 'create my_api --target-namespace billing --target-task-queue q', 2, 'INVALID_ARGUMENT'],
    ['an endpoint that is not there', 'update nobody --description x --yes', 7, 'ENDPOINT_NOT_FOUND'],
    ['a stale version', 'update taken --description x --resource-version 99 --yes', 6, 'CONFLICT'],
    ['a stale version on delete', 'delete taken --resource-version 99 --yes', 6, 'CONFLICT'],
    ['a rename', 'update taken --rename other --yes', 3, 'UNSUPPORTED_BY_SERVER'],
  ];
  it.for(refused)('refuses %s', async ([, command, exitCode, code], context) => {
    const endpoint = endpointOn(serverOf('plain', context));
    await endpoint('create taken --target-namespace billing --target-task-queue q');
    expect(await endpoint(command)).toMatchObject({ exitCode, result: { error: { code } } });
    expect(await endpoint('get taken')).toMatchObject({ exitCode: 0 });
  });
});

describe('namespace verbs on a real server', () => {
  it('list and get what is registered', async (context) => {
    const nexusctl = nexusctlOn(serverOf('plain', context));
    const { result, exitCode } = await nexusctl('namespace list');
    expect(exitCode).toBe(0);
    const names = (result['items'] as { readonly name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['billing', 'orders']));
    expect(await nexusctl('namespace list --name ord*')).toMatchObject({ result: { items: [{ name: 'orders' }] } });
    expect(await nexusctl('namespace get orders')).toMatchObject({
      exitCode: 0,
      result: { name: 'orders', retentionDays: 1 },
    });
    expect(await nexusctl('namespace get order')).toMatchObject({
      exitCode: 7,
      result: { error: { code: 'NAMESPACE_NOT_FOUND', hint: 'did you mean orders?' } },
    });
  });
});

describe('roles', () => {
  const worker = '--target-namespace billing --target-task-queue q';
  const admin = ['temporal-system:admin'];
  const strangers = [['temporal-system:read'], ['temporal-system:write'], ['orders:admin', 'billing:admin'], []];
  const verbs = [
    'list',
    'get guarded',
    `create other ${worker}`,
    'update guarded --description mine --yes',
    'delete guarded --yes',
    'allow guarded orders',
    'check guarded --from orders',
  ];

  it('an administrator may do all that nobody else may, and nothing is changed by those who may not', async (context) => {
    const server = serverOf('jwt', context);
    const { result } = await endpointOn(server, admin)(`create guarded ${worker}`);
    expect(result).toMatchObject({ changed: true });
    const runs = strangers.flatMap((permissions) =>
      verbs.map(async (verb) => ({ verb, permissions, answer: await endpointOn(server, permissions)(verb) })),
    );
    for (const { verb, permissions, answer } of await Promise.all(runs))
      expect({ verb, permissions, ...answer }).toMatchObject({
        exitCode: 4,
        result: { error: { code: 'PERMISSION_DENIED' } },
      });
    const after = await endpointOn(server, admin)('list');
    expect(after).toMatchObject({ exitCode: 0, result: { items: [{ name: 'guarded', resourceVersion: '1' }] } });
  });

  it.for([
    [['temporal-system:read'], 'namespace list', 0],
    [['temporal-system:read'], 'namespace get billing', 0],
    [['orders:read'], 'namespace get orders', 0],
    [['orders:admin'], 'namespace get billing', 4],
    [['orders:admin'], 'namespace list', 4],
    [[], 'namespace list', 4],
  ] as const)('%j: %s ends with exit %i', async ([permissions, command, exitCode], context) => {
    const answer = await nexusctlOn(serverOf('jwt', context), permissions)(command);
    expect(answer).toMatchObject({ exitCode });
    if (exitCode !== 0) expect(answer.result).toMatchObject({ error: { code: 'PERMISSION_DENIED' } });
  });
});

const crowd = Array.from({ length: 30 }, (_, n) => `caller-${String(n)}`);

describe('fifty writers at once, each a process of its own', () => {
  it('leave what some order of those that succeeded leaves', { timeout: 120_000 }, async (context) => {
    const server = serverOf('policy', context);
    const endpoint = endpointOn(server);
    const worker = '--target-namespace billing --target-task-queue q';
    expect(await endpoint(`create raced ${worker}`)).toMatchObject({ exitCode: 0 });
    // Ten are on the list and ten of them leave while twenty come; two fight over one name; five ids each have two makers.
    await endpoint('allow raced', ...crowd.slice(0, 10));
    const writers = [
      ...crowd.slice(0, 10).map((caller) => `revoke raced ${caller}`),
      ...crowd.slice(10, 30).map((caller) => `allow raced ${caller}`),
      'allow raced billing',
      'revoke raced billing --force',
      ...Array.from({ length: 10 }, (_, n) => `create made-${String(n % 5)} ${worker} --description by-${String(n)}`),
      ...Array.from({ length: 8 }, (_, n) => `update raced --yes --description writer-${String(n)}`),
    ];
    expect(writers).toHaveLength(50);
    const runs = await Promise.all(writers.map(async (command) => ({ command, ...(await endpoint(command)) })));
    const codes = (prefix: string) => runs.filter(({ command }) => command.startsWith(prefix));
    for (const { command, exitCode, result } of [...codes('revoke'), ...codes('allow')])
      expect({ command, exitCode, error: result.error }).toEqual({ command, exitCode: 0, error: undefined });
    for (let n = 0; n < 5; n += 1) {
      const made = codes(`create made-${String(n)} `);
      expect(made.map(({ exitCode }) => exitCode).sort()).toEqual([0, 6]);
      const winner = made.find(({ exitCode }) => exitCode === 0)?.command.replace(/.*--description /, '');
      expect(await endpoint(`get made-${String(n)}`)).toMatchObject({ result: { description: winner } });
    }
    const updated = codes('update').map(({ exitCode }) => exitCode);
    expect(updated.filter((code) => code !== 0 && code !== 6)).toEqual([]);
    const won = updated.filter((code) => code === 0).length;
    expect(won).toBeGreaterThan(0);
    const { result } = await endpoint('get raced');
    expect(result).toMatchObject({ resourceVersion: String(1 + won) });
    const { callers } = result as unknown as { readonly callers: readonly { readonly namespace: string }[] };
    const names = callers.map(({ namespace }) => namespace).filter((name) => name !== 'billing');
    expect(names.sort()).toEqual(crowd.slice(10, 30).sort());
    expect(await endpoint('policy status --wait 10s')).toMatchObject({ exitCode: 0, result: { loaded: true } });
  });
});
