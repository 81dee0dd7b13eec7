import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { announced } from '../helpers/announced.ts';
import { nexusctlOn } from '../helpers/on-server.ts';
import { operatorClient } from '../helpers/grpc-client.ts';
import { scheduleRaw, startStandalone } from '../helpers/raw-caller.ts';
import {
  buildTimeoutMs,
  noServer,
  serverBinary,
  startServer,
  type TemporalServer,
} from '../helpers/temporal-server.ts';

const allowing = (...callers: string[]): string =>
  JSON.stringify({
    version: 1,
    default: 'deny',
    endpoints: { billing: { callers: callers.map((namespace) => ({ namespace })) } },
  });
const good = allowing('orders');
const opened = allowing('orders', 'refunds');

let server: TemporalServer | undefined;
let connection: Connection;
let elsewhere = '';
beforeAll(async () => {
  const binary = await serverBinary({ policy: '' });
  if (binary === null) return;
  const flags = ['--nexus-policy-interval', '100ms'];
  server = await startServer(binary, { policy: good, flags }, ['orders', 'refunds', 'billing']);
  connection = await Connection.connect(server.connecting());
  await nexusctlOn(server)('endpoint create billing --target-namespace billing --target-task-queue q');
  elsewhere = await mkdtemp(join(tmpdir(), 'nexusctl-test-'));
}, buildTimeoutMs);
afterAll(async () => {
  if (server === undefined) return;
  await connection.close();
  await server.close();
  await rm(elsewhere, { recursive: true, force: true });
});

function running(context: TestContext): TemporalServer {
  return server ?? context.skip(noServer);
}

const maySee = (namespace: string): Promise<string> => startStandalone(connection, { namespace, endpoint: 'billing' });
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Puts what the attacker made in the place of the policy, whatever was there. */
async function replaceBy(path: string, make: (at: string) => Promise<unknown>): Promise<void> {
  await make(`${path}.new`);
  await rm(path, { recursive: true, force: true });
  await rename(`${path}.new`, path);
}

const text =
  (content: string | Uint8Array, mode = 0o600) =>
  async (at: string): Promise<void> => {
    await writeFile(at, content);
    await chmod(at, mode);
  };
const linkTo =
  (make: (at: string) => Promise<void>, folderMode = 0o700) =>
  async (at: string): Promise<void> => {
    const folder = await mkdtemp(join(elsewhere, 'x'));
    await make(join(folder, 'policy.json'));
    await chmod(folder, folderMode);
    await symlink(join(folder, 'policy.json'), at);
  };
const folderOf =
  (files: Readonly<Record<string, string>>, mode = 0o700) =>
  async (at: string): Promise<void> => {
    await mkdir(at);
    for (const [name, content] of Object.entries(files)) await writeFile(join(at, name), content, { mode: 0o600 });
    await chmod(at, mode);
  };
const other = (name: string, fallback = 'deny'): string =>
  JSON.stringify({ version: 1, default: fallback, endpoints: { [name]: { callers: [{ namespace: 'refunds' }] } } });

const dispatched = (namespace: string, endpoint: string): Promise<string> =>
  scheduleRaw(connection, { namespace, endpoint });

const refundsOnly = '{"callers":[{"namespace":"refunds"}]}';
const lookalikes: readonly (readonly [what: string, policy: string])[] = [
  ['a Cyrillic e in `refunds`', allowing('orders', 'r\u0435funds')],
  ['a zero-width space after it', allowing('orders', 'refunds\u200b')],
  ['a no-break space after it', allowing('orders', 'refunds\u00a0')],
  ['a full-width r', allowing('orders', '\uff52efunds')],
  ['it in capitals', allowing('orders', 'REFUNDS')],
  ['the endpoint in another case', good.replace('"billing"', `"Billing":${refundsOnly},"billing"`)],
  ['an endpoint `__proto__`', good.replace('"billing"', `"__proto__":${refundsOnly},"billing"`)],
  ['it on the list and blocked', opened.replace(']}}', '],"blocked":["refunds"]}}')],
];

/** Whether the operation's task comes to a worker of the handler's namespace. */
async function arrives(namespace: string, endpoint: string): Promise<boolean> {
  const poll = connection.withDeadline(Date.now() + 15_000, () =>
    connection.workflowService.pollNexusTaskQueue({ namespace: 'billing', taskQueue: { name: 'q' } }),
  );
  await scheduleRaw(connection, { namespace, endpoint }, 500);
  return (await poll).taskToken.length > 0;
}

type Attempt = readonly [what: string, make: (at: string) => Promise<unknown>, problem: string];
const attempts: readonly Attempt[] = [
  ['the file cut short', text(opened.slice(0, -2)), 'SYNTAX'],
  ['an empty file', text(''), 'SYNTAX'],
  ['something after the end', text(`${opened}{}`), 'SYNTAX'],
  ['a key twice', text(opened.replace('"default":"deny"', '"default":"deny","default":"allow"')), 'DUPLICATE_KEY'],
  ['a key in another case', text(opened.replace('"default"', '"Default":"allow","default"')), 'UNKNOWN_KEY'],
  ['without a default', text(opened.replace('"default":"deny",', '')), 'MISSING_KEY'],
  ['a key twice, once escaped', text(opened.replace('"default"', '"default":"deny","d\\u0065fault"')), 'DUPLICATE_KEY'],
  ['a byte order mark', text(`\ufeff${opened}`), 'ENCODING'],
  ['a link to itself', (at) => symlink(at.replace(/\.new$/, ''), at), 'UNREADABLE'],
  ['a pattern for a name', text(allowing('*')), 'VALUE'],
  ['invalid UTF-8', text(Buffer.from(opened.replace('refunds', 'refund\xff'), 'latin1')), 'ENCODING'],
  ['65 MiB', text(`${opened}${' '.repeat(65 * 1024 * 1024)}`), 'TOO_LARGE'],
  ['a file that others can write', text(opened, 0o666), 'WRITABLE_BY_OTHERS'],
  ['a link to a file that others can write', linkTo(text(opened, 0o622)), 'WRITABLE_BY_OTHERS'],
  ['a link into a folder that others can write', linkTo(text(opened), 0o777), 'WRITABLE_BY_OTHERS'],
  ['a link to nothing', (at) => symlink(join(elsewhere, 'none'), at), 'UNREADABLE'],
  ['a link to /dev/zero', (at) => symlink('/dev/zero', at), 'WRITABLE_BY_OTHERS'],
  ['a named pipe', (at) => Promise.resolve(execFileSync('mkfifo', ['-m', '600', at])), 'UNREADABLE'],
  ['a folder with one broken file', folderOf({ 'a.json': opened, 'b.json': '{' }), 'SYNTAX'],
  [
    'a folder with an endpoint in two files',
    folderOf({ 'a.json': good, 'b.json': other('billing') }),
    'DUPLICATE_ENDPOINT',
  ],
  [
    'a folder with a link to nothing',
    async (at) => {
      await folderOf({ 'a.json': opened })(at);
      await symlink('nowhere', join(at, 'b.json'));
    },
    'UNREADABLE',
  ],
  ['a folder with two defaults', folderOf({ 'a.json': good, 'b.json': other('x', 'allow') }), 'DEFAULT_MISMATCH'],
  ['a folder without a policy', folderOf({ 'a.json.bak': opened, '.b.json': opened }), 'NO_FILES'],
  ['a folder that others can write', folderOf({ 'a.json': opened }, 0o777), 'WRITABLE_BY_OTHERS'],
];

describe('a policy that was tampered with', () => {
  it.for(attempts)('%s changes nothing but what the server says', async ([, make, problem], context) => {
    const { policyPath, address, putPolicy } = running(context);
    await replaceBy(policyPath, make);
    await expect.poll(async () => (await announced(address))['problem'], { timeout: 10_000 }).toBe(problem);
    expect(await announced(address)).toMatchObject({ digest: digestOf(good) });
    expect(await maySee('orders')).toBe('started');
    expect(await maySee('refunds')).toMatch(/^7 .*not on the allowlist/);
    // Where the command cannot see what is wrong (who else may write there), it passes on what the server says.
    const check = await nexusctlOn(server!)('endpoint check billing --from refunds');
    if (check.exitCode === 0) expect(JSON.stringify(check.result)).toContain('POLICY_PROBLEM');
    await rm(policyPath, { recursive: true, force: true });
    await putPolicy(good);
    await expect.poll(async () => (await announced(address))['problem'], { timeout: 10_000 }).toBeUndefined();
  });

  it.for(lookalikes)('with %s is in force, and opens nothing', async ([, policy], context) => {
    const { address, putPolicy } = running(context);
    await putPolicy(policy);
    await expect.poll(async () => (await announced(address))['digest'], { timeout: 10_000 }).toBe(digestOf(policy));
    expect(await maySee('orders')).toBe('started');
    expect(await maySee('refunds')).toMatch(/^7 /);
    const check = await nexusctlOn(server!)('endpoint check billing --from refunds');
    expect(check).toMatchObject({ exitCode: 1, result: { allowed: false, enforced: true } });
    await putPolicy(good);
  });

  it('is left alone when it belongs to somebody else', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can give a file away');
    const { policyPath, address, putPolicy } = running(context);
    await writeFile(`${policyPath}.new`, opened, { mode: 0o600 });
    await chown(`${policyPath}.new`, 65_534, 65_534);
    await rename(`${policyPath}.new`, policyPath);
    await expect
      .poll(async () => (await announced(address))['problem'], { timeout: 10_000 })
      .toBe('WRITABLE_BY_OTHERS');
    expect(await maySee('refunds')).toMatch(/^7 /);
    await putPolicy(good);
  });

  it('deleted while the server runs, it stays in force, and connect-test says so', async (context) => {
    const { policyPath, address, putPolicy } = running(context);
    await rm(policyPath);
    await expect.poll(async () => (await announced(address))['problem'], { timeout: 10_000 }).toBe('UNREADABLE');
    expect(await maySee('refunds')).toMatch(/^7 /);
    const tested = await nexusctlOn(server!)('connect-test');
    expect(JSON.stringify(tested.result)).toContain('UNREADABLE');
    await putPolicy(good);
  });

  it('replaced by an older one, is in force, and `policy status` shows that it is not the one that it should be', async (context) => {
    const server = running(context);
    await server.putPolicy(opened);
    await expect.poll(() => maySee('refunds'), { timeout: 10_000 }).toBe('started');
    const current = join(elsewhere, 'current.json');
    await writeFile(current, good, { mode: 0o600 });
    const status = await nexusctlOn(server)('endpoint policy status --policy-file', current);
    expect(status).toMatchObject({ exitCode: 8, result: { loaded: false, items: [{ digest: digestOf(opened) }] } });
    const check = await nexusctlOn(server)('endpoint check billing --from refunds --policy-file', current);
    expect(JSON.stringify(check.result)).toContain('POLICY_NOT_LOADED');
    await server.putPolicy(good);
    await expect.poll(() => maySee('refunds'), { timeout: 10_000 }).toMatch(/^7 /);
  });

  it('swapped as a ConfigMap is, through links and folders, is followed', async (context) => {
    const { policyPath, address, putPolicy } = running(context);
    const folder = await mkdtemp(join(elsewhere, 'configmap'));
    for (const [name, content] of [
      ['v1', opened],
      ['v2', good],
    ] as const) {
      await mkdir(join(folder, name), { mode: 0o755 });
      await writeFile(join(folder, name, 'nexus-policy.json'), content, { mode: 0o644 });
    }
    await symlink('v1', join(folder, '..data'));
    await symlink('..data/nexus-policy.json', join(folder, 'nexus-policy.json'));
    await replaceBy(policyPath, (at) => symlink(folder, at));
    await expect.poll(() => maySee('refunds'), { timeout: 10_000 }).toBe('started');
    await symlink('v2', join(folder, '..next'));
    await rename(join(folder, '..next'), join(folder, '..data'));
    await expect.poll(() => maySee('refunds'), { timeout: 10_000 }).toMatch(/^7 /);
    expect(await announced(address)).toMatchObject({ digest: digestOf(good) });
    await rm(policyPath);
    await putPolicy(good);
  });
});

describe('an endpoint that is not what it was', () => {
  it.for(['deny', 'allow'] as const)(
    'renamed, deleted or made anew, its pinned entry holds for no other, default %s',
    async (fallback, context) => {
      const { address, putPolicy } = running(context);
      const nexusctl = nexusctlOn(server!);
      const { client: operator, close } = operatorClient({ address });
      const spec = (name: string) => ({ name, target: { worker: { namespace: 'billing', taskQueue: 'q' } } });
      const known = ({ endpoint }: { endpoint?: Partial<Record<'id' | 'version', unknown>> | null }) => ({
        id: endpoint?.id as string,
        version: endpoint?.version as never,
      });
      const create = async (name: string) => known(await operator.createNexusEndpoint({ spec: spec(name) }));
      const rename = async (one: ReturnType<typeof known>, name: string) =>
        known(await operator.updateNexusEndpoint({ ...one, spec: spec(name) }));
      const made = await create(`pinned-${fallback}`);
      const pinned = JSON.stringify({
        version: 1,
        default: fallback,
        endpoints: { [`pinned-${fallback}`]: { id: made.id, callers: [{ namespace: 'orders' }] } },
      });
      await putPolicy(pinned);
      await expect.poll(async () => (await announced(address))['digest'], { timeout: 10_000 }).toBe(digestOf(pinned));
      const check = async (name: string, from: string) =>
        (await nexusctl(`endpoint check ${name} --from ${from}`)).result;
      expect(await check(`pinned-${fallback}`, 'orders')).toMatchObject({ allowed: true });
      expect(await arrives('orders', `pinned-${fallback}`)).toBe(true);
      expect(await dispatched('refunds', `pinned-${fallback}`)).toContain('not on the allowlist');
      // Its name is given to another endpoint, and it gets another name.
      const renamed = await rename(made, `renamed-${fallback}`);
      await rename(await create(`second-${fallback}`), `pinned-${fallback}`);
      for (const name of [`pinned-${fallback}`, `renamed-${fallback}`]) {
        expect(await check(name, 'orders')).toMatchObject({
          allowed: false,
          reasons: expect.arrayContaining([expect.objectContaining({ code: 'ID_MISMATCH' })]) as unknown,
        });
        await expect
          .poll(() => dispatched('orders', name), { timeout: 15_000 })
          .toContain('pins an endpoint with another id or name');
        await expect.poll(() => dispatched('refunds', name), { timeout: 15_000 }).toContain('permission denied');
      }
      await operator.deleteNexusEndpoint(renamed);
      expect(await check(`renamed-${fallback}`, 'orders')).toMatchObject({
        allowed: false,
        reasons: [{ code: 'NO_ENDPOINT' }],
      });
      close();
      await putPolicy(good);
    },
  );
});

it('is written down, attempt by attempt', async () => {
  const page = (await readFile('authorizer/ATTEMPTS.md', 'utf8')).replaceAll(/ +/g, ' ');
  for (const [what, , problem] of attempts) expect(page).toContain(`| ${what} | \`${problem}\` |`);
  for (const [what] of lookalikes) expect(page).toContain(`| ${what} | refused |`);
});
