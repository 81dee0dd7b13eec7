import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPolicy } from '../../src/endpoints/policy/policy.ts';
import { startOperatorServer, type OperatorServer } from '../helpers/operator-server.ts';
import { runBuilt } from '../helpers/run.ts';

const callers = Array.from({ length: 24 }, (_, index) => `caller-${String(index)}`);
let server: OperatorServer;
let folder: string;
let policy: string;
beforeAll(async () => void (server = await startOperatorServer(['billing', ...callers])));
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nexusctl-policy-'));
  policy = join(folder, 'nexus-policy.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (line: string, timeoutMs = 100_000) =>
  runBuilt([...line.split(' '), '-o', 'json'], {
    cwd: folder,
    env: { TEMPORAL_ADDRESS: server.address, NEXUSCTL_POLICY_FILE: policy },
    timeoutMs,
  });
const listed = (): ReadonlySet<string> => {
  const { endpoints } = readPolicy(new Map([['nexus-policy.json', readFileSync(policy)]]));
  return new Set(endpoints.get('billing')?.callers.map(({ namespace }) => namespace));
};

describe('processes that write one policy file at once', () => {
  it('lose no entry, though a third of them is killed at any moment', { timeout: 180_000 }, async () => {
    expect((await start('endpoint policy init')).exitCode).toBe(0);
    await start('endpoint create billing --target-namespace billing --target-task-queue q');
    const killed = new Set(callers.filter((_name, index) => index % 3 === 0));
    const runs = await Promise.all(
      callers.map(async (name) => ({
        name,
        run: await start(`endpoint allow billing ${name}`, killed.has(name) ? randomInt(150, 1650) : 100_000),
      })),
    );
    const lived = runs.filter(({ name }) => !killed.has(name));
    expect(lived.map(({ run }) => run.stderr + String(run.exitCode))).toEqual(lived.map(() => '0'));
    const there = listed();
    for (const { name } of lived) expect(there).toContain(name);
    for (const { name, run } of runs) if (run.exitCode === 0) expect(there).toContain(name);
    // Whoever was killed is run again, and it ends as if nobody had been.
    for (const name of killed) expect((await start(`endpoint allow billing ${name}`)).exitCode).toBe(0);
    expect([...listed()].sort()).toEqual([...callers].sort());
    const revoked = await Promise.all(callers.slice(0, 12).map((name) => start(`endpoint revoke billing ${name}`)));
    expect(revoked.map(({ exitCode }) => exitCode)).toEqual(revoked.map(() => 0));
    expect([...listed()].sort()).toEqual(callers.slice(12).sort());
    expect(readdirSync(folder).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('a lock that a dead process left is broken at once: an urgent revoke never waits for it', async () => {
    await start('endpoint policy init');
    await start('endpoint create billing --target-namespace billing --target-task-queue q');
    await start('endpoint allow billing caller-1');
    // A number that no process has, and one that another process has by now.
    for (const owner of [
      { pid: 4_194_303, started: '1' },
      { pid: 1, started: '0' },
    ]) {
      writeFileSync(`${policy}.lock`, JSON.stringify(owner));
      const begun = Date.now();
      expect((await start(`endpoint ${owner.pid === 1 ? 'allow' : 'revoke'} billing caller-1`)).exitCode).toBe(0);
      expect(Date.now() - begun).toBeLessThan(20_000);
      expect(existsSync(`${policy}.lock`)).toBe(false);
    }
    expect([...listed()]).toEqual(['caller-1']);
  });
});
