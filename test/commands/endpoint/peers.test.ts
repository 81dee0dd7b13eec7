import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesOf, openAccount, type Account, type Document } from '../../helpers/account.ts';
import { runMain } from '../../helpers/context.ts';

/*
 * What the Nexus tests of tcld (app/nexus_test.go) and cloud-cli (temporalcloudcli/commands.nexus_test.go) hold to,
 * each case in our own words and against an account instead of a mock; where we differ from a peer, the row says how.
 * NAME stands for an endpoint made for the row, with two callers and the description `old`; ID for its id.
 */
let account: Account;
let readOnly: Account;
let folder: string;
beforeAll(async () => {
  [account, readOnly] = [await openAccount({ operationMs: 1 }), await openAccount({ faults: ['permission-denied'] })];
  folder = mkdtempSync(join(tmpdir(), 'nexusctl-peers-'));
  writeFileSync(join(folder, 'described.md'), '*my awesome endpoint*\n');
  writeFileSync(join(folder, 'empty.md'), '');
});
afterAll(async () => {
  await Promise.all([account.close(), readOnly.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const start = ['orders.sndbx', 'legacy.sndbx'];
const target = '--target-namespace billing.sndbx --target-task-queue q';
let serial = 0;

async function made(): Promise<{ readonly name: string; readonly id: string; readonly version: string }> {
  const name = `peer-${String((serial += 1))}`;
  const allowed = start.map((caller) => `--allow-namespace ${caller}`).join(' ');
  const { after } = await account.json(`endpoint create ${name} ${target} --description old ${allowed}`);
  return { name, id: String(after['id']), version: String(after['resourceVersion']) };
}

async function json(argv: readonly string[], given: { terminal?: number; stdin?: string } = {}) {
  const output = given.terminal === undefined ? ['-o', 'json'] : [];
  const { exitCode, stdout, stderr } = await runMain([...argv, ...output], {
    cwd: folder,
    env: account.sandbox.environment,
    ...given,
  });
  const text = stdout === '' ? stderr : stdout;
  return { exitCode, stdout, stderr, document: (output.length === 0 ? {} : JSON.parse(text)) as Document };
}

type Row = readonly [what: string, line: string, exitCode: number, matches: object];
const error = (code: string): object => ({ error: { code } });
const after = (facts: object): object => ({ changed: true, after: facts });

const rows: readonly Row[] = [
  ['get: by name', 'get NAME', 0, { description: 'old' }],
  ['get: by id', 'get ID', 0, { description: 'old' }],
  ['get: nothing is named', 'get', 2, error('USAGE')],
  ['get: not there', 'get missing', 7, error('ENDPOINT_NOT_FOUND')],
  ['list', 'list --name NAME', 0, { items: [{ callers: [{}, {}] }] }],
  ['list: nothing fits', 'list --name none-of-this', 0, { items: [] }],
  ['create: all that is needed', `create NEW ${target}`, 0, after({ callers: [] })],
  [
    'create: the description from a file, its last newline cut',
    `create NEW ${target} --description-file described.md`,
    0,
    after({ description: '*my awesome endpoint*' }),
  ],
  ['create: with a request id', `create NEW ${target} --request-id req-NEW`, 0, { operationId: 'req-NEW' }],
  [
    'create: two descriptions',
    `create NEW ${target} --description a --description-file described.md`,
    2,
    error('USAGE'),
  ],
  ['create: an empty description file', `create NEW ${target} --description-file empty.md`, 2, error('USAGE')],
  [
    'create: a target namespace that is not there',
    'create NEW --target-namespace none.sndbx --target-task-queue q',
    7,
    error('NAMESPACE_NOT_FOUND'),
  ],
  ['update: not there', 'update missing --target-task-queue q2', 7, error('ENDPOINT_NOT_FOUND')],
  [
    'update: the task queue',
    'update NAME --target-task-queue q2 --yes',
    0,
    after({ target: { namespace: 'billing.sndbx', taskQueue: 'q2' }, description: 'old', callers: [{}, {}] }),
  ],
  [
    'update: the namespace',
    'update NAME --target-namespace orders.sndbx --yes',
    0,
    after({ target: { namespace: 'orders.sndbx', taskQueue: 'q' } }),
  ],
  ['update: by id', 'update ID --target-task-queue q2 --yes', 0, after({ description: 'old' })],
  ['update: the description', 'update NAME --description new', 0, after({ description: 'new', callers: [{}, {}] })],
  [
    'update: the description from a file',
    'update NAME --description-file described.md',
    0,
    after({ description: '*my awesome endpoint*' }),
  ],
  ['update: no description', 'update NAME --unset-description', 0, { changed: true }],
  [
    'update: all at once',
    'update NAME --description new --target-namespace orders.sndbx --target-task-queue q2 --yes',
    0,
    after({ description: 'new', target: { namespace: 'orders.sndbx' } }),
  ],
  ['update: nothing is given', 'update NAME', 2, error('USAGE')],
  ['update: nothing changes; an error in tcld, success here', 'update NAME --description old', 0, { changed: false }],
  ['update: two descriptions', 'update NAME --description a --description-file described.md', 2, error('USAGE')],
  ['update: a description and none', 'update NAME --description a --unset-description', 2, error('USAGE')],
  ['update: a file and none', 'update NAME --description-file described.md --unset-description', 2, error('USAGE')],
  [
    'update: on the version that was seen',
    'update NAME --description new --resource-version VERSION',
    0,
    { changed: true },
  ],
  ['update: on another version', 'update NAME --description new --resource-version 0000', 6, error('CONFLICT')],
  ['callers: the list', 'callers NAME', 0, { items: [{ namespace: 'orders.sndbx' }, { namespace: 'legacy.sndbx' }] }],
  ['callers: nobody', 'callers EMPTY', 0, { items: [] }],
  ['callers: not there', 'callers missing', 7, error('ENDPOINT_NOT_FOUND')],
  ['add: one more', 'allow NAME shipping.sndbx', 0, { changed: true }],
  ['add: twice the same counts once', 'allow NAME shipping.sndbx shipping.sndbx', 0, after({ callers: [{}, {}, {}] })],
  [
    'add: there already; an error in tcld, nothing printed by cloud-cli in JSON',
    'allow NAME orders.sndbx',
    0,
    { changed: false, action: 'allow' },
  ],
  ['add: by id, which cloud-cli cannot', 'allow ID shipping.sndbx', 0, { changed: true }],
  ['add: not there', 'allow missing shipping.sndbx', 7, error('ENDPOINT_NOT_FOUND')],
  ['add: nobody is named', 'allow NAME', 2, error('USAGE')],
  ['add: on another version', 'allow NAME shipping.sndbx --resource-version 0000', 6, error('CONFLICT')],
  [
    'set: another list',
    'set-callers NAME shipping.sndbx --yes',
    0,
    after({ callers: [{ namespace: 'shipping.sndbx' }] }),
  ],
  ['set: the same list', 'set-callers NAME legacy.sndbx orders.sndbx', 0, { changed: false }],
  ['set: to nobody, which tcld cannot', 'set-callers NAME --none --yes', 0, after({ callers: [] })],
  ['set: not there', 'set-callers missing shipping.sndbx --yes', 7, error('ENDPOINT_NOT_FOUND')],
  ['set: nobody is named', 'set-callers NAME', 2, error('USAGE')],
  ['remove: one', 'revoke NAME legacy.sndbx', 0, after({ callers: [{ namespace: 'orders.sndbx' }] })],
  ['remove: not on it; an error in tcld', 'revoke NAME shipping.sndbx', 0, { changed: false, action: 'revoke' }],
  ['remove: not there', 'revoke missing orders.sndbx', 7, error('ENDPOINT_NOT_FOUND')],
  ['remove: on the version that was seen', 'revoke NAME legacy.sndbx --resource-version VERSION', 0, { changed: true }],
  ['delete: by name', 'delete NAME --yes', 0, { changed: true, after: null }],
  ['delete: by id', 'delete ID --yes', 0, { changed: true, after: null }],
  ['delete: not there', 'delete missing --yes', 7, error('ENDPOINT_NOT_FOUND')],
  ['delete: on another version', 'delete NAME --yes --resource-version 0000', 6, error('CONFLICT')],
  ['delete: nobody answers', 'delete NAME', 2, error('CONFIRMATION_NEEDED')],
];

describe('what the peers hold to', () => {
  it.each(rows)('%s', async (_what, line, exitCode, matches) => {
    const { name, id, version } = await made();
    if (line.includes('EMPTY')) await account.json(`endpoint create empty-${name} ${target}`);
    const words = line
      .replaceAll('NAME', name)
      .replaceAll('NEW', `new-${name}`)
      .replaceAll('EMPTY', `empty-${name}`)
      .replaceAll('VERSION', version)
      .replaceAll('ID', id);
    const wanted = JSON.parse(JSON.stringify(matches).replaceAll('NEW', `new-${name}`)) as object;
    const result = await json(['endpoint', ...words.split(' ')]);
    expect([result.exitCode, result.document]).toMatchObject([exitCode, wanted]);
    if (exitCode === 0 || words.startsWith('delete') || !words.includes(name)) return;
    // What was refused has changed nothing.
    const left = await account.json(`endpoint get ${name}`);
    expect([left['description'], namesOf(left)]).toEqual(['old', [...start].sort()]);
  });

  it.each(['set-callers NAME shipping.sndbx', 'update NAME --target-task-queue q2', 'delete NAME'])(
    '%s: declined on the terminal, nothing is changed',
    async (line) => {
      const { name, version } = await made();
      const argv = ['endpoint', ...line.replace('NAME', name).split(' ')];
      const { exitCode, stderr } = await json(argv, { terminal: 100, stdin: 'no\n' });
      expect([exitCode, stderr.includes('nothing was changed')]).toEqual([1, true]);
      expect(await account.json(`endpoint get ${name}`)).toMatchObject({ resourceVersion: version });
    },
  );

  it("the server's refusal is told with its own words and exit 4", async () => {
    const argv = `endpoint create ab ${target} -o json`.split(' ');
    const { exitCode, stdout, stderr } = await runMain(argv, { env: readOnly.sandbox.environment });
    expect([exitCode, stdout]).toEqual([4, '']);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'PERMISSION_DENIED', message: expect.stringContaining('unauthorized') as string },
    });
  });
});
