import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { startOperatorServer, type OperatorServer } from '../../helpers/operator-server.ts';

let server: OperatorServer;
let folder: string;
let policy: string;
beforeAll(async () => void (server = await startOperatorServer(['orders', 'billing', 'legacy', 'web'])));
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nexusctl-endpoints-'));
  policy = join(folder, 'nexus-policy.json');
  server.endpoints.clear();
  Object.assign(server, { headers: {}, loseAnswers: false, beforeWrite: () => undefined });
  return () => rmSync(folder, { recursive: true, force: true });
});

type Document = Readonly<Record<string, unknown>>;

const run = (line: string, given: { stdin?: string; terminal?: number } = {}) =>
  runMain(line.split(' '), {
    cwd: folder,
    env: { TEMPORAL_ADDRESS: server.address, NEXUSCTL_POLICY_FILE: policy },
    ...given,
  });

async function json(line: string, exitCode = 0): Promise<Document> {
  const result = await run(`${line} -o json`);
  if (result.exitCode !== exitCode)
    throw new Error(`exit ${String(result.exitCode)}: ${result.stdout}${result.stderr}`);
  return JSON.parse(result.stdout === '' ? result.stderr : result.stdout) as Document;
}

const create = (name: string, queue = name) =>
  json(`endpoint create ${name} --target-namespace billing --target-task-queue ${queue}`);
const written = () => JSON.parse(readFileSync(policy, 'utf8')) as { endpoints: Record<string, unknown> };
const digestOf = async () => String((await json('endpoint policy lint --offline'))['digest']);

describe('without a policy', () => {
  it('says that nothing is enforced, and every namespace may call', async () => {
    await create('billing');
    const list = await json('endpoint list');
    expect(list).toMatchObject({ backend: 'self-hosted', items: [{ name: 'billing', everyone: true, callers: [] }] });
    expect(list['warnings']).toEqual([expect.stringContaining('NOT_ENFORCED')]);
    expect(await json('endpoint check billing --from orders')).toMatchObject({
      allowed: true,
      enforced: false,
      callable: true,
      reasons: [{ code: 'NOT_ENFORCED' }, { code: 'NO_POLICY' }],
    });
  });

  it('check gives no answer where the server enforces a policy that is not named', async () => {
    await create('billing');
    server.headers = { 'nexusctl-policy-state': 'enforced', 'nexusctl-policy-digest': 'f'.repeat(64) };
    expect(await json('endpoint check billing --from orders', 3)).toMatchObject({
      error: { code: 'POLICY_MISSING', hint: expect.stringContaining('--policy-file') as unknown },
    });
  });

  it('allow stops and says how to make one', async () => {
    await create('billing');
    const { exitCode, stderr } = await run('endpoint allow billing orders');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('endpoint policy init');
  });
});

describe('with an entry that is pinned to another endpoint', () => {
  beforeEach(async () => {
    await create('billing');
    await create('renamed');
    const entry = (id: string) => ({ id, callers: [{ namespace: 'orders' }] });
    const endpoints = { billing: entry('another-id'), 'was-renamed': entry(String(await idOf('renamed'))) };
    writeFileSync(policy, JSON.stringify({ version: 1, default: 'allow', endpoints }));
  });
  const idOf = async (name: string) => (await json(`endpoint get ${name}`))['id'];

  it.each(['billing', 'renamed'])('check, matrix and reachable agree that nobody may call %s', async (name) => {
    expect(await json(`endpoint check ${name} --from orders --policy`, 1)).toMatchObject({
      reasons: [{ code: 'ID_MISMATCH' }],
    });
    const matrix = await json('endpoint matrix --from orders');
    expect(matrix['items']).toContainEqual({ endpoint: name, from: 'orders', allowed: false });
    expect(matrix['warnings']).toContainEqual(expect.stringMatching(`^nobody may call .*${name}.*another endpoint id`));
    const reachable = await json('endpoint reachable --from orders');
    expect(reachable['items']).toEqual([]);
    expect(reachable['warnings']).toContainEqual(expect.stringContaining(name));
  });

  it('export keeps its list', async () => {
    const { stdout } = await run('endpoint export');
    expect(stdout).toMatch(/name: billing\n(?: {4}.*\n)*? {4}allow:\n {6}- namespace: orders\n/);
  });
});

describe('with a policy', () => {
  beforeEach(async () => {
    await json('endpoint policy init');
    await create('billing');
  });

  it('init writes default deny, once', async () => {
    expect(written()).toMatchObject({ version: 1, default: 'deny', endpoints: {} });
    expect((await run('endpoint policy init')).exitCode).toBe(3);
  });

  it('allow and revoke edit the file and say that it is only written', async () => {
    const allowed = await json('endpoint allow billing orders --owner team-orders --until 2027-03-31');
    expect(allowed).toMatchObject({
      action: 'allow',
      changed: true,
      effective: 'file-only',
      before: { callers: [] },
      after: { callers: [{ namespace: 'orders', owner: 'team-orders', until: '2027-03-31', status: 'active' }] },
    });
    expect(written().endpoints).toEqual({
      billing: { callers: [{ namespace: 'orders', owner: 'team-orders', until: '2027-03-31' }] },
    });
    expect(await json('endpoint allow billing orders')).toMatchObject({ changed: false });
    const revoked = await json('endpoint revoke billing orders');
    expect(revoked).toMatchObject({
      changed: true,
      effective: 'file-only',
      policyDigest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(written().endpoints).toEqual({ billing: { callers: [] } });
  });

  it('an unregistered namespace or endpoint needs --force', async () => {
    expect((await run('endpoint allow billing oders')).stderr).toContain('did you mean orders?');
    expect((await run('endpoint allow biling orders')).exitCode).toBe(7);
    expect(await json('endpoint allow later orders --force')).toMatchObject({ changed: true });
    expect(await json('endpoint allow billing oders --force')).toMatchObject({ changed: true });
    const lint = await json('endpoint policy lint');
    expect((lint['items'] as Document[]).map(({ code }) => code)).toEqual(['NO_ENDPOINT', 'NOT_REGISTERED']);
  });

  it('an urgent revoke works while the cluster is away', async () => {
    await json('endpoint allow billing orders');
    const away = await runMain('endpoint revoke billing orders -o json'.split(' '), {
      cwd: folder,
      env: { TEMPORAL_ADDRESS: '127.0.0.1:1', NEXUSCTL_POLICY_FILE: policy },
    });
    expect(away.exitCode).toBe(0);
    expect(written().endpoints).toEqual({ billing: { callers: [] } });
  });

  it('--block outlasts a later allow', async () => {
    await json('endpoint allow billing legacy');
    await json('endpoint revoke --all legacy --block --yes');
    expect(written().endpoints).toEqual({ billing: { callers: [], blocked: ['legacy'] } });
    const again = await run('endpoint allow billing legacy');
    expect(again.exitCode).toBe(6);
    expect(again.stderr).toContain('blocked');
  });

  it('under default allow the first entry is only made on purpose', async () => {
    writeFileSync(policy, '{"version": 1, "default": "allow"}');
    for (const verb of ['allow', 'revoke']) expect((await run(`endpoint ${verb} billing orders`)).exitCode).toBe(3);
    const asked = await run('endpoint set-callers billing orders');
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toContain('every namespace may call it');
    expect(await json('endpoint set-callers billing orders --yes')).toMatchObject({
      after: { callers: [{ namespace: 'orders' }] },
    });
    expect(await json('endpoint set-callers billing --default --yes')).toMatchObject({ after: { everyone: true } });
    expect(readFileSync(policy, 'utf8')).not.toContain('billing');
  });

  it('a broken file is refused and never written over', async () => {
    const broken = '{"version": 1, "default": "deny", "default": "allow"}';
    writeFileSync(policy, broken);
    expect((await run('endpoint allow billing orders')).exitCode).toBe(3);
    expect(readFileSync(policy, 'utf8')).toBe(broken);
  });

  it('check tells what the list says from who holds to it', async () => {
    await json('endpoint allow billing orders');
    expect(await json('endpoint check billing --from web')).toMatchObject({ allowed: true, enforced: false });
    expect(await json('endpoint check billing --from web --policy', 1)).toMatchObject({
      allowed: false,
      enforced: false,
    });
    server.headers = { 'nexusctl-policy-state': 'enforced', 'nexusctl-policy-digest': await digestOf() };
    expect(await json('endpoint check billing --from web', 1)).toMatchObject({ allowed: false, enforced: true });
    expect(await json('endpoint check billing --from orders')).toMatchObject({
      allowed: true,
      enforced: true,
      callable: true,
    });
    server.headers = { 'nexusctl-policy-state': 'callers-not-authenticated', 'nexusctl-policy-digest': 'f'.repeat(64) };
    const codes = ((await json('endpoint check billing --from orders'))['reasons'] as Document[]).map(
      ({ code }) => code,
    );
    expect(codes).toEqual(expect.arrayContaining(['CALLERS_NOT_AUTHENTICATED', 'POLICY_NOT_LOADED']));
  });

  it('status exits 8 until the server has loaded the file', async () => {
    expect(await json('endpoint policy status', 8)).toMatchObject({ loaded: false, items: [{ enforced: false }] });
    server.headers = { 'nexusctl-policy-state': 'enforced', 'nexusctl-policy-digest': 'f'.repeat(64) };
    expect(await json('endpoint policy status', 8)).toMatchObject({
      loaded: false,
      items: [{ enforced: true, loaded: false }],
    });
    server.headers = { 'nexusctl-policy-state': 'enforced', 'nexusctl-policy-digest': await digestOf() };
    expect(await json('endpoint policy status')).toMatchObject({ loaded: true });
  });

  it('a folder keeps each endpoint in its file', async () => {
    rmSync(policy);
    mkdirSync(policy);
    writeFileSync(join(policy, 'a.json'), '{"version":1,"default":"deny","endpoints":{"billing":{"callers":[]}}}');
    writeFileSync(join(policy, 'b.json'), '{"version":1,"default":"deny","endpoints":{"other":{"callers":[]}}}');
    await json('endpoint allow billing orders');
    expect(readFileSync(join(policy, 'a.json'), 'utf8')).toContain('orders');
    expect(readFileSync(join(policy, 'b.json'), 'utf8')).not.toContain('orders');
  });

  it('a folder with a link to nothing is refused, as the server refuses it', async () => {
    rmSync(policy);
    mkdirSync(policy);
    writeFileSync(join(policy, 'a.json'), '{"version":1,"default":"deny","endpoints":{}}');
    symlinkSync('nowhere', join(policy, 'b.json'));
    expect(await json('endpoint policy lint --offline', 3)).toMatchObject({ error: { code: 'FILE_UNREADABLE' } });
  });

  it('plans and applies both the server and the policy', async () => {
    const file =
      'version: 1\ncluster: active\nendpoints:\n  - name: billing\n    description: money\n    allow: [{ namespace: orders, owner: team }]\n    blocked: [legacy]\n  - name: fresh\n    target: { namespace: web, taskQueue: q }\n    allow: [web]\n';
    writeFileSync(join(folder, 'nexus.yaml'), file);
    expect(await json('endpoint plan -f nexus.yaml --check', 1)).toMatchObject({ summary: { create: 1, update: 1 } });
    await json('endpoint apply -f nexus.yaml --yes');
    expect(written().endpoints).toEqual({
      billing: { callers: [{ namespace: 'orders', owner: 'team' }], blocked: ['legacy'] },
      fresh: { callers: [{ namespace: 'web' }] },
    });
    expect(await json('endpoint get billing')).toMatchObject({ description: 'money', blocked: ['legacy'] });
    expect(await json('endpoint plan -f nexus.yaml --check')).toMatchObject({ changes: [] });
  });
});

describe('the cluster that a file is about', () => {
  it.each(['active', 'c-1'])('may be named %s', async (name) => {
    writeFileSync(join(folder, 'nexus.yaml'), `version: 1\ncluster: ${name}\nendpoints: []\n`);
    await json('endpoint plan -f nexus.yaml');
    await json('endpoint plan -f nexus.yaml --out plan.json');
    await json('endpoint apply plan.json --yes');
  });

  it.each(['cluster: standby', 'account: a1b2c'])('another one is exit 3: %s', async (line) => {
    writeFileSync(join(folder, 'nexus.yaml'), `version: 1\n${line}\nendpoints: []\n`);
    expect(await json('endpoint plan -f nexus.yaml', 3)).toMatchObject({ error: { code: 'ACCOUNT_MISMATCH' } });
    expect(await json('endpoint apply -f nexus.yaml --yes', 3)).toMatchObject({ error: { code: 'ACCOUNT_MISMATCH' } });
  });

  it('is named in what export writes', async () => {
    const { stdout } = await run('endpoint export');
    expect(stdout).toContain('cluster: active');
    writeFileSync(join(folder, 'nexus.yaml'), stdout);
    await json('endpoint plan -f nexus.yaml --check');
  });
});

describe('the quirks of the operator service', () => {
  it('reads every page', async () => {
    for (const name of ['aa', 'bb', 'cc', 'dd', 'ee']) await create(name);
    expect((await json('endpoint list'))['items']).toHaveLength(5);
  });

  it('rename is refused with the reason', async () => {
    await create('billing');
    const { exitCode, stderr } = await run('endpoint update billing --rename other --yes');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('does not check that the new name is free');
  });

  it('a URL target is kept and never converted', async () => {
    await json('endpoint create out --target-url https://handler.example/nexus');
    await json('endpoint update out --description text');
    expect(await json('endpoint get out')).toMatchObject({
      target: { kind: 'external', url: 'https://handler.example/nexus' },
    });
    expect((await run('endpoint update out --target-namespace billing --target-task-queue q')).exitCode).toBe(2);
  });

  it('fields that nexusctl does not know survive a write byte for byte', async () => {
    await create('billing');
    const [stored] = [...server.endpoints.values()];
    const unknown = Buffer.from('ba3e0548656c6c6f', 'hex');
    stored!.spec = Buffer.concat([unknown, stored!.spec, unknown]);
    await json('endpoint update billing --description changed');
    expect(stored!.spec.subarray(0, unknown.length)).toEqual(unknown);
    expect(stored!.spec.indexOf(unknown, unknown.length)).toBeGreaterThan(0);
  });

  it('a change of somebody else between read and write is a conflict that shows both', async () => {
    await create('billing');
    const [stored] = [...server.endpoints.values()];
    server.beforeWrite = () => void (stored!.version += 1);
    const error = await json('endpoint update billing --description mine', 6);
    expect(error).toMatchObject({
      error: {
        code: 'CONFLICT',
        details: { seen: expect.stringContaining('"1"') as string, found: expect.stringContaining('"2"') as string },
      },
    });
  });

  it('delete compares first, because the server does not', async () => {
    await create('billing');
    const [stored] = [...server.endpoints.values()];
    const seen = '1';
    stored!.version = 2;
    expect((await run(`endpoint delete billing --yes --resource-version ${seen}`)).exitCode).toBe(6);
    expect(server.endpoints.size).toBe(1);
  });

  it('a lost answer is told from a lost request by reading again', async () => {
    server.loseAnswers = true;
    expect(await create('billing')).toMatchObject({ changed: true });
    expect(await json('endpoint update billing --description text')).toMatchObject({
      changed: true,
      after: { description: 'text' },
    });
    expect(await json('endpoint delete billing --yes')).toMatchObject({ changed: true });
    expect(server.endpoints.size).toBe(0);
  });

  it('namespaces have the shape of the contract', async () => {
    expect(await json('namespace list')).toMatchObject({
      backend: 'self-hosted',
      items: expect.arrayContaining([
        { name: 'orders', id: 'id-of-orders', state: 'registered', retentionDays: 3 },
      ]) as unknown,
    });
    expect((await run('namespace get oders')).stderr).toContain('did you mean orders?');
  });
});
