import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesOf, openAccount, type Account } from '../helpers/account.ts';
import { runBuilt } from '../helpers/run.ts';

const callers = Array.from({ length: 25 }, (_, index) => `caller-${String(index)}`);
let account: Account;
beforeAll(async () => {
  account = await openAccount({ operationMs: 5, namespaces: ['orders', 'billing', ...callers] });
  for (const name of ['many', 'mixed'])
    await account.json(`endpoint create ${name} --target-namespace billing.sndbx --target-task-queue ${name}`);
});
afterAll(() => account.close());

const start = (line: string) =>
  runBuilt([...line.split(' '), '-o', 'json'], { env: account.sandbox.environment, timeoutMs: 170_000 });

describe('processes that write one endpoint at once', () => {
  it('twenty allows keep all twenty callers', { timeout: 180_000 }, async () => {
    const wanted = callers.slice(0, 20).map((name) => `${name}.sndbx`);
    const runs = await Promise.all(wanted.map((name) => start(`endpoint allow many ${name}`)));
    for (const run of runs) expect(run.stderr + String(run.exitCode)).toBe('0');
    for (const run of runs) expect(JSON.parse(run.stdout)).toMatchObject({ changed: true, effective: 'now' });
    expect(namesOf(await account.json('endpoint get many'))).toEqual([...wanted].sort());
  });

  it('fifty allowing and revoking end as some order of them would', { timeout: 240_000 }, async () => {
    // Entry by entry: who is only allowed is there, who is only revoked is not, and who is both may be either.
    const [added, removed, both] = [callers.slice(0, 10), callers.slice(10, 20), callers.slice(20, 25)];
    const id = (name: string) => `${name}.sndbx`;
    await account.json(`endpoint allow mixed ${removed.map(id).join(' ')}`);
    const lines = [
      ...added.map((name) => `endpoint allow mixed ${id(name)}`),
      ...removed.map((name) => `endpoint revoke mixed ${id(name)}`),
      ...both.flatMap((name) => [`endpoint allow mixed ${id(name)}`, `endpoint revoke mixed ${id(name)}`]),
      ...added.map((name) => `endpoint allow mixed ${id(name)}`),
      ...removed.map((name) => `endpoint revoke mixed ${id(name)}`),
    ];
    expect(lines).toHaveLength(50);
    const runs = await Promise.all(lines.map(start));
    for (const run of runs) expect(run.stderr + String(run.exitCode)).toBe('0');
    const live = namesOf(await account.json('endpoint get mixed'));
    expect(live.filter((name) => !both.map(id).includes(name))).toEqual(added.map(id).sort());
  });

  it('killed at any point and run again, a command converges', { timeout: 120_000 }, async () => {
    for (let round = 0; round < 8; round += 1) {
      const line = `endpoint create kill-${String(round)} --target-namespace billing.sndbx --target-task-queue q --allow-namespace orders.sndbx`;
      await runBuilt(line.split(' '), {
        env: account.sandbox.environment,
        timeoutMs: randomInt(80, 500),
      });
      const again = await start(line);
      expect(again.exitCode).toBe(0);
      expect(JSON.parse(again.stdout)).toMatchObject({
        after: { callers: [{ namespace: 'orders.sndbx' }], state: 'active' },
      });
    }
  });

  it('and so does an apply of many endpoints, in whatever order they were done', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nexusctl-races-'));
    const file = join(folder, 'nexus.yaml');
    const entry = (index: number, caller: string) =>
      `  - name: bulk-${String(index)}\n    target: { namespace: billing.sndbx, taskQueue: q }\n    allow: [${caller}.sndbx]\n`;
    try {
      for (const caller of ['caller-1', 'caller-2', 'caller-3']) {
        const entries = Array.from({ length: 12 }, (_, index) => entry(index, caller));
        writeFileSync(file, `version: 1\naccount: sndbx\nendpoints:\n${entries.join('')}`);
        const line = `endpoint apply -f ${file} --yes`;
        await runBuilt(line.split(' '), {
          env: account.sandbox.environment,
          timeoutMs: randomInt(200, 700),
        });
        const again = await start(line);
        expect(again.stderr + String(again.exitCode)).toBe('0');
        const { items } = await account.json('endpoint list --name bulk-*');
        expect(items.map(namesOf)).toEqual(entries.map(() => [`${caller}.sndbx`]));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
