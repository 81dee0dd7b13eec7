import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { runBuilt } from '../helpers/run.ts';
import { buildTimeoutMs, serverBinary, startServer, type TemporalServer } from '../helpers/temporal-server.ts';

const running: { plain?: TemporalServer; jwt?: TemporalServer } = {};
beforeAll(async () => {
  const binary = await serverBinary();
  if (binary === null) return;
  const start = async (name: keyof typeof running, variant: object) =>
    void (running[name] = await startServer(binary, variant, ['orders', 'billing']));
  await Promise.all([start('plain', {}), start('jwt', { jwt: true })]);
}, buildTimeoutMs);
afterAll(async () => {
  await Promise.all(Object.values(running).map((server) => server.close()));
});

function serverOf(name: keyof typeof running, context: TestContext): TemporalServer {
  return running[name] ?? context.skip('there is no Temporal server, and no Go to build one with');
}

interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly resourceVersion: string;
  readonly target: object;
  readonly description?: string;
}

/** `nexusctl endpoint …` against a server; the result is the JSON of stdout, or the error of stderr. */
function endpointOn(server: TemporalServer, permissions?: readonly string[]) {
  const env = {
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: 'orders',
    TEMPORAL_TLS: 'false',
    ...(permissions === undefined ? {} : { TEMPORAL_API_KEY: server.token(permissions) }),
  };
  return async (command: string, ...more: readonly string[]) => {
    const argv = ['endpoint', ...command.split(' '), ...more, '-o', 'json', '--allow-plaintext-key', '127.0.0.1'];
    const { exitCode, stdout, stderr } = await runBuilt(argv, { env });
    return { exitCode, result: JSON.parse(exitCode === 0 || stdout !== '' ? stdout : stderr) as Result };
  };
}

interface Result {
  readonly items?: readonly Endpoint[];
  readonly changed?: boolean;
  readonly after?: Endpoint | null;
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

  it('of many writers at once each wins or is told of a conflict, and nothing is lost between', async (context) => {
    const endpoint = endpointOn(serverOf('plain', context));
    const { result } = await endpoint('create raced --target-namespace billing --target-task-queue q');
    expect(result.after).toMatchObject({ resourceVersion: '1' });
    const writers = Array.from({ length: 12 }, (_, n) =>
      endpoint(`update raced --yes --description writer-${String(n)}`),
    );
    const codes = (await Promise.all(writers)).map(({ exitCode }) => exitCode);
    expect(codes.filter((code) => code !== 0 && code !== 6)).toEqual([]);
    const won = codes.filter((code) => code === 0).length;
    expect(won).toBeGreaterThan(0);
    const after = await endpoint('get raced');
    expect(after.result).toMatchObject({ resourceVersion: String(1 + won) });
  });
});

describe('roles', () => {
  it.for([
    [['temporal-system:admin'], 0],
    [['temporal-system:read'], 4],
    [['orders:admin', 'billing:admin'], 4],
    [[], 4],
  ] as const)('%j list endpoints with exit %i', async ([permissions, exitCode], context) => {
    const run = await endpointOn(serverOf('jwt', context), permissions)('list');
    expect(run.exitCode).toBe(exitCode);
    if (exitCode !== 0) expect(run.result).toMatchObject({ error: { code: 'PERMISSION_DENIED' } });
  });
});
