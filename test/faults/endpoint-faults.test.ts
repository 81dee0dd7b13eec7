import { describe, expect, it } from 'vitest';
import { namesOf, openAccount, type Account } from '../helpers/account.ts';

const create = 'endpoint create billing --target-namespace billing.sndbx --target-task-queue q';

/** An account in which the faults begin after the endpoint has been made: the create uses none of their turns. */
async function during(fault: string, test: (account: Account) => Promise<void>): Promise<void> {
  const account = await openAccount({ faults: [fault] });
  try {
    await test(account);
  } finally {
    await account.close();
  }
}

describe('faults of the control plane', () => {
  it('a write that is cut off before it is carried out is sent again', () =>
    during('drop-before-write', async ({ json }) => {
      expect(await json(`${create} --allow-namespace orders.sndbx`)).toMatchObject({ changed: true, effective: 'now' });
    }));

  it('a write whose answer is lost is not done twice', () =>
    during('drop-after-write', async ({ json }) => {
      expect(await json(`${create} --allow-namespace orders.sndbx`)).toMatchObject({ changed: true, effective: 'now' });
      expect((await json('endpoint list')).items).toHaveLength(1);
    }));

  it('an allow whose answer is lost says that it changed something', () =>
    during('drop-after-write=2', async ({ json }) => {
      await json(create);
      expect(await json('endpoint allow billing orders.sndbx')).toMatchObject({
        changed: true,
        after: { callers: [{ namespace: 'orders.sndbx' }] },
      });
    }));

  it('a rival between read and write is merged with by allow', () =>
    during('conflict=2', async ({ json }) => {
      await json(create);
      expect(namesOf((await json('endpoint allow billing orders.sndbx legacy.sndbx')).after)).toEqual([
        'legacy.sndbx',
        'orders.sndbx',
      ]);
    }));

  it('and is a conflict for set-callers and update, that shows both', () =>
    during('conflict=1', async ({ json }) => {
      await json(create);
      const error = await json('endpoint set-callers billing orders.sndbx', 6);
      expect(error).toMatchObject({ error: { code: 'CONFLICT', exitCode: 6 } });
      expect(JSON.stringify(error)).toMatch(/seen.*found/s);
      expect(await json('endpoint set-callers billing orders.sndbx')).toMatchObject({ changed: true });
    }));

  it('ABORTED is a lost race too', () =>
    during('aborted=2', async ({ json, run }) => {
      // The create has no rival to merge with: it stops, and goes through when it is run again.
      expect((await run(create)).exitCode).toBe(6);
      expect((await run(create)).exitCode).toBe(6);
      await json(create);
    }));

  it.each(['operation-rejected', 'operation-failed', 'operation-cancelled'])(
    '%s is an error with the operation id',
    (fault) =>
      during(fault, async ({ json }) => {
        const error = await json(create, 6);
        expect(error).toMatchObject({
          error: { code: 'OPERATION_FAILED', details: { state: fault.replace('operation-', '') } },
        });
        expect(JSON.stringify(error)).toMatch(/"operationId":"[0-9a-f-]{36}"/);
      }),
  );

  it('a wait that ends is exit 8 with the operation id; the rest is said to be pending', () =>
    during('operation-stuck', async ({ json }) => {
      const result = await json(`${create} --wait 300ms`, 8);
      expect(result).toMatchObject({ changed: true, effective: 'pending' });
      expect(result['operationId']).toMatch(/^[0-9a-f-]{36}$/);
    }));

  it('waiting is told on stderr, on a terminal only, and leaves nothing behind', async () => {
    const account = await openAccount({ operationMs: 1_500 });
    try {
      const env = account.sandbox.environment;
      const onTerminal = await account.run(`${create} --color never`, { env, terminal: 100 });
      expect(onTerminal.stderr).toContain('waiting for operation');
      expect(onTerminal.stdout).not.toContain('waiting');
      const piped = await account.run('endpoint allow billing orders.sndbx');
      expect([piped.exitCode, piped.stderr]).toEqual([0, '']);
    } finally {
      await account.close();
    }
  });

  it('--async does not wait', () =>
    during('operation-slow', async ({ json }) => {
      expect(await json(`${create} --async`)).toMatchObject({ effective: 'pending' });
    }));

  it.each(['rate-limit', 'unavailable'])('%s is waited out', (fault) =>
    during(fault, async ({ json }) => {
      expect(await json('endpoint list')).toMatchObject({ items: [] });
    }),
  );

  it.each([
    ['unauthenticated', 'endpoint list', 4, 'UNAUTHENTICATED'],
    ['permission-denied', create, 4, 'PERMISSION_DENIED'],
    ['server-certificate-unknown-ca', 'endpoint list', 5, 'TLS_FAILED'],
    ['server-certificate-wrong-name', 'endpoint list', 5, 'TLS_FAILED'],
    ['server-certificate-expired', 'endpoint list', 5, 'TLS_FAILED'],
  ] as const)('%s: %s exits %i', (fault, line, exitCode, code) =>
    during(fault, async ({ json }) => {
      expect(await json(line, exitCode)).toMatchObject({ error: { code, exitCode } });
    }),
  );

  it('a client CA that ends soon fails namespace list --expires-in', () =>
    during('client-ca-expiring', async ({ json }) => {
      const list = await json('namespace list --expires-in 14d', 1);
      expect(list.items[0]).toMatchObject({ clientCas: [{ subject: expect.stringContaining('client CA') as string }] });
      await json('namespace list --expires-in 1d');
    }));
});

describe('the network is gone', () => {
  it('is exit 5 with the address', async () => {
    const account = await openAccount();
    await account.close();
    const result = await account.run('endpoint list -o json', {
      env: { TEMPORAL_CLOUD_API_KEY: 'key', NEXUSCTL_CLOUD_ADDRESS: '127.0.0.1:1' },
    });
    expect(result.exitCode).toBe(5);
    expect(JSON.parse(result.stderr)).toMatchObject({
      error: { code: 'UNREACHABLE', details: { address: '127.0.0.1:1' } },
    });
  });
});
