import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesOf, openAccount, type Account } from '../../helpers/account.ts';

let account: Account;
beforeAll(async () => void (account = await openAccount()));
afterAll(() => account.close());

let serial = 0;
/** A new endpoint for one test. */
async function anEndpoint(...callers: readonly string[]): Promise<string> {
  serial += 1;
  const name = `billing-${String(serial)}`;
  const target = ['--target-namespace', 'billing.sndbx', '--target-task-queue', name];
  const allowed = callers.flatMap((caller) => ['--allow-namespace', `${caller}.sndbx`]);
  await account.json(['endpoint', 'create', name, ...target, ...allowed]);
  return name;
}

describe('create, get, list', () => {
  it('makes an endpoint with the shape of the contract', async () => {
    const result = await account.json([
      ...'endpoint create shapes --target-namespace billing.sndbx --target-task-queue q'.split(' '),
      ...['--description', 'Invoices <and> & refunds', '--allow-namespace', 'orders.sndbx'],
    ]);
    expect(result).toMatchObject({
      schemaVersion: 1,
      backend: 'cloud',
      account: 'sndbx',
      action: 'create',
      endpoint: 'shapes',
      changed: true,
      dryRun: false,
      before: null,
      effective: 'now',
      after: {
        name: 'shapes',
        state: 'active',
        target: { kind: 'worker', namespace: 'billing.sndbx', taskQueue: 'q' },
        description: 'Invoices <and> & refunds',
        callers: [{ namespace: 'orders.sndbx', status: 'active' }],
      },
    });
    expect(result['operationId']).toMatch(/^[0-9a-f-]{36}$/);
    const got = await account.json('endpoint get shapes');
    expect(got).toMatchObject({ schemaVersion: 1, backend: 'cloud', name: 'shapes', warnings: [] });
    expect(await account.json(['endpoint', 'get', String(got['id'])])).toEqual(got);
  });

  it('again is no change, differently is a conflict', async () => {
    const name = await anEndpoint('orders');
    const again = `endpoint create ${name} --target-namespace billing.sndbx --target-task-queue`;
    expect(await account.json(`${again} ${name} --allow-namespace orders.sndbx`)).toMatchObject({ changed: false });
    const other = await account.run(`${again} another`);
    expect(other).toMatchObject({ exitCode: 6, stdout: '' });
    expect(other.stderr).toContain('nexusctl endpoint update');
  });

  it('lists with filters', async () => {
    const [one, two] = [await anEndpoint('orders'), await anEndpoint('legacy')];
    const names = async (filter: string) =>
      (await account.json(`endpoint list ${filter}`)).items.map(({ name }) => String(name));
    expect(await names('--name billing-*')).toEqual(expect.arrayContaining([one, two]));
    expect(await names(`--task-queue ${one}`)).toEqual([one]);
    expect(await names('--caller legacy.sndbx')).toContain(two);
    expect(await names('--caller legacy.sndbx')).not.toContain(one);
    expect(await names('--target-namespace orders.sndbx')).toEqual([]);
    expect(await names(`--state ACTIVE --name ${two}`)).toEqual([two]);
    expect(await names('--state deleting')).toEqual([]);
    const { exitCode, stderr } = await account.run('endpoint list --state actve');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('active, updating')]);
  });
});

describe('an endpoint that is not there', () => {
  it.each([
    'get',
    'delete --yes',
    'update --description x',
    'allow orders.sndbx',
    'set-callers --none --yes',
    'callers',
  ])('%s says which was meant', async (line) => {
    const name = await anEndpoint();
    const [verb = '', ...rest] = line.split(' ');
    const { exitCode, stderr } = await account.run(['endpoint', verb, `${name}x`, ...rest]);
    expect([exitCode, stderr]).toEqual([7, expect.stringContaining(`did you mean ${name}?`)]);
  });

  it('check says no, and which was meant', async () => {
    const name = await anEndpoint();
    const { reasons } = await account.json(`endpoint check ${name}x --from orders.sndbx`, 1);
    expect(reasons).toEqual([{ code: 'NO_ENDPOINT', message: `there is no endpoint ${name}x; did you mean ${name}?` }]);
  });
});

describe('revoke of a name that is not on the list', () => {
  it('changes nothing and says which was meant', async () => {
    const name = await anEndpoint('orders');
    const result = await account.json(`endpoint revoke ${name} order.sndbx`);
    expect(result).toMatchObject({ changed: false, notes: [] });
    expect(result['warnings']).toEqual([`order.sndbx was not on the list of ${name}; did you mean orders.sndbx?`]);
  });

  it('with --all too', async () => {
    await anEndpoint('orders');
    const { exitCode, stdout, stderr } = await account.run('endpoint revoke --all order.sndbx --yes');
    expect([exitCode, stdout.trim()]).toEqual([0, 'nothing to do']);
    expect(stderr).toContain('order.sndbx was not on any list; did you mean orders.sndbx?');
  });

  it('beside one that is', async () => {
    const name = await anEndpoint('orders', 'legacy');
    const { warnings } = await account.json(`endpoint revoke ${name} legacy.sndbx elsewhere.sndbx`);
    expect(warnings).toContain(`elsewhere.sndbx was not on the list of ${name}`);
  });
});

describe('allow and revoke', () => {
  it('are idempotent and say so', async () => {
    const name = await anEndpoint();
    const first = await account.json(`endpoint allow ${name} orders.sndbx shipping.sndbx orders.sndbx`);
    expect(first).toMatchObject({ action: 'allow', changed: true, effective: 'now' });
    expect(namesOf(first.after)).toEqual(['orders.sndbx', 'shipping.sndbx']);
    expect(await account.json(`endpoint allow ${name} orders.sndbx`)).toMatchObject({ changed: false });
    const gone = await account.json(`endpoint revoke ${name} orders.sndbx`);
    expect(gone).toMatchObject({ action: 'revoke', changed: true });
    expect(namesOf(gone.after)).toEqual(['shipping.sndbx']);
    expect(await account.json(`endpoint revoke ${name} orders.sndbx`)).toMatchObject({ changed: false });
  });

  it('read namespaces from stdin', async () => {
    const name = await anEndpoint();
    const { stdout } = await account.run(`endpoint allow ${name} --namespace-file - -o json`, {
      env: account.sandbox.environment,
      stdin: '# callers\norders.sndbx\r\n\nlegacy.sndbx\n',
    });
    expect(namesOf((JSON.parse(stdout) as { after: never }).after)).toEqual(['legacy.sndbx', 'orders.sndbx']);
  });

  it('--dry-run changes nothing', async () => {
    const name = await anEndpoint('orders');
    const planned = await account.json(`endpoint revoke ${name} orders.sndbx --dry-run`);
    expect(planned).toMatchObject({ changed: true, dryRun: true, after: { callers: [] } });
    expect(namesOf(await account.json(`endpoint get ${name}`))).toEqual(['orders.sndbx']);
  });

  it('one namespace off every endpoint, after a question', async () => {
    const [one, two] = [await anEndpoint('legacy', 'orders'), await anEndpoint('legacy')];
    const asked = await account.run('endpoint revoke --all legacy.sndbx');
    expect(asked).toMatchObject({ exitCode: 2, stdout: '' });
    expect(asked.stderr).toContain('--yes');
    const done = await account.json('endpoint revoke --all legacy.sndbx --yes');
    expect(done['results']).toEqual(
      expect.arrayContaining([expect.objectContaining({ endpoint: one }), expect.objectContaining({ endpoint: two })]),
    );
    expect((await account.json('endpoint list --caller legacy.sndbx')).items).toEqual([]);
    expect(await account.json('endpoint revoke --all legacy.sndbx --yes')).toMatchObject({ results: [] });
  });

  it.each([
    ['orders', 2, "a namespace's name, not its id"],
    ['Orders.sndbx', 2, 'did you mean orders.sndbx?'],
    ['ordes.sndbx', 7, 'did you mean orders.sndbx?'],
    ['*', 2, 'one by one'],
  ])('allow %s is refused before anything is sent', async (namespace, exitCode, words) => {
    const name = await anEndpoint();
    const result = await account.run(['endpoint', 'allow', name, namespace]);
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toContain(words);
  });

  it('a version that is not the current one is a conflict', async () => {
    const name = await anEndpoint();
    const seen = String((await account.json(`endpoint get ${name}`))['resourceVersion']);
    await account.json(`endpoint allow ${name} orders.sndbx --resource-version ${seen}`);
    const late = await account.run(`endpoint allow ${name} legacy.sndbx --resource-version ${seen}`);
    expect(late.exitCode).toBe(6);
  });
});

describe('set-callers', () => {
  it('shows who loses and asks', async () => {
    const name = await anEndpoint('orders', 'legacy');
    const asked = await account.run(`endpoint set-callers ${name} shipping.sndbx`);
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toContain('orders.sndbx, legacy.sndbx may not call it any more');
    const done = await account.json(`endpoint set-callers ${name} shipping.sndbx --yes`);
    expect(namesOf(done.after)).toEqual(['shipping.sndbx']);
  });

  it('empties only with --none', async () => {
    const name = await anEndpoint('orders');
    expect((await account.run(`endpoint set-callers ${name}`)).exitCode).toBe(2);
    expect(namesOf((await account.json(`endpoint set-callers ${name} --none --yes`)).after)).toEqual([]);
  });

  it('who only gains is not asked about', async () => {
    const name = await anEndpoint('orders');
    expect(await account.json(`endpoint set-callers ${name} orders.sndbx legacy.sndbx`)).toMatchObject({
      changed: true,
    });
  });
});

describe('update and delete', () => {
  it('changes only what is given', async () => {
    const name = await anEndpoint('orders');
    const result = await account.json(['endpoint', 'update', name, '--description', 'new']);
    expect(result.after).toMatchObject({ description: 'new', callers: [{ namespace: 'orders.sndbx' }] });
    expect(await account.json(['endpoint', 'update', name, '--description', 'new'])).toMatchObject({ changed: false });
    const without = await account.json(`endpoint update ${name} --unset-description`);
    expect(without.after).not.toHaveProperty('description');
  });

  it('renames on Cloud, not onto a taken name', async () => {
    const [one, two] = [await anEndpoint(), await anEndpoint()];
    expect((await account.run(`endpoint update ${one} --rename ${two} --yes`)).exitCode).toBe(6);
    const moved = await account.json(`endpoint update ${one} --rename ${one}-moved --yes`);
    expect(moved.after).toMatchObject({ name: `${one}-moved` });
    expect((await account.run(`endpoint get ${one}`)).exitCode).toBe(7);
  });

  it('never turns a worker target into a URL', async () => {
    const name = await anEndpoint();
    const { exitCode, stderr } = await account.run(`endpoint update ${name} --target-url https://x.example`);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('never turned into a URL');
  });

  it('delete wants the name typed, or --yes', async () => {
    const name = await anEndpoint();
    const typed = (answer: string) =>
      account.run(`endpoint delete ${name}`, { env: account.sandbox.environment, stdin: answer, terminal: 100 });
    expect((await account.run(`endpoint delete ${name}`)).exitCode).toBe(2);
    const wrong = await typed('yes\n');
    expect(wrong.exitCode).toBe(1);
    expect((await typed(`${name}\n`)).exitCode).toBe(0);
    expect((await account.run(`endpoint delete ${name} --yes`)).exitCode).toBe(7);
    expect(await account.json(`endpoint delete ${name} --yes --if-exists`)).toMatchObject({ changed: false });
  });
});

describe('check', () => {
  it('exits 0 for yes and 1 for no, with reasons', async () => {
    const name = await anEndpoint('orders');
    expect(await account.json(`endpoint check ${name} --from orders.sndbx`)).toMatchObject({
      endpoint: name,
      from: 'orders.sndbx',
      allowed: true,
      enforced: true,
      callable: 'unknown',
      reasons: [{ code: 'LISTED' }, { code: 'CALLABLE_UNKNOWN' }],
      sharesTargetWith: [],
    });
    expect(await account.json(`endpoint check ${name} --from legacy.sndbx`, 1)).toMatchObject({
      allowed: false,
      reasons: [{ code: 'NOT_LISTED' }, { code: 'CALLABLE_UNKNOWN' }],
    });
    expect(await account.json('endpoint check nowhere --from legacy.sndbx', 1)).toMatchObject({
      allowed: false,
      callable: false,
      reasons: [{ code: 'NO_ENDPOINT' }],
    });
  });

  it('names the endpoints that lead to the same handler', async () => {
    const target = '--target-namespace billing.sndbx --target-task-queue shared';
    await account.json(`endpoint create front ${target} --allow-namespace orders.sndbx`);
    await account.json(`endpoint create side ${target}`);
    const check = await account.json('endpoint check front --from orders.sndbx');
    expect(check['sharesTargetWith']).toEqual(['side']);
  });
});

describe('the account guard', () => {
  it('refuses to act on another account', async () => {
    const { exitCode, stderr } = await account.run('endpoint list --account other');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('belongs to account sndbx, not to other');
    expect((await account.run('endpoint list --account sndbx')).exitCode).toBe(0);
  });
});

it('policy status says that Temporal Cloud has no policy', async () => {
  const { exitCode, stderr } = await account.run('endpoint policy status');
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining('there is no policy')]);
});
