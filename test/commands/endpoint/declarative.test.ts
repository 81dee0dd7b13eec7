import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { namesOf, openAccount, type Account, type Document } from '../../helpers/account.ts';
import { runMain } from '../../helpers/context.ts';
import { parseHcl } from '../../helpers/hcl.ts';
import { runBuilt } from '../../helpers/run.ts';

let account: Account;
let folder: string;
let serial = 0;
beforeAll(async () => void (account = await openAccount()));
afterAll(() => account.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nexusctl-declarative-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

const path = (name: string) => join(folder, name);
const write = (name: string, text: string) => {
  writeFileSync(path(name), text);
  return name;
};
const read = (name: string) => readFileSync(path(name), 'utf8');

interface More {
  readonly terminal?: number;
  readonly stdin?: string;
  readonly now?: Date;
  readonly env?: Readonly<Record<string, string>>;
}
const run = (argv: string | readonly string[], { env = {}, ...more }: More = {}) =>
  runMain(typeof argv === 'string' ? argv.split(' ') : argv, {
    cwd: folder,
    env: { ...account.sandbox.environment, ...env },
    ...more,
  });
async function json(argv: string | readonly string[], exitCode = 0, more: More = {}): Promise<Document> {
  const words = typeof argv === 'string' ? argv.split(' ') : argv;
  const result = await run([...words, '-o', 'json'], more);
  if (result.exitCode !== exitCode)
    throw new Error(`exit ${String(result.exitCode)}, not ${String(exitCode)}: ${result.stdout}${result.stderr}`);
  return JSON.parse(result.stdout === '' ? result.stderr : result.stdout) as Document;
}
const aName = (prefix = 'd') => `${prefix}-${String((serial += 1))}`;
async function make(name: string, callers: readonly string[] = [], queue = name): Promise<string> {
  const target = ['--target-namespace', 'billing.sndbx', '--target-task-queue', queue];
  await json(['endpoint', 'create', name, ...target, ...callers.flatMap((one) => ['--allow-namespace', one])]);
  return name;
}
const callersOf = async (name: string) => namesOf(await json(`endpoint get ${name}`));
const entry = (name: string, rest: string, queue = name) =>
  `  - name: ${name}\n    target: { namespace: billing.sndbx, taskQueue: ${queue} }\n${rest}`;
const file = (...entries: readonly string[]) => `version: 1\naccount: sndbx\nendpoints:\n${entries.join('')}`;

describe('a saved plan', () => {
  it('is made in one process and followed to the letter in another', async () => {
    const [kept, made] = [await make(aName(), ['legacy.sndbx']), aName()];
    write('nexus.yaml', file(entry(kept, '    allow: [orders.sndbx]\n'), entry(made, '    allow: []\n')));
    const options = { cwd: folder, env: account.sandbox.environment, timeoutMs: 50_000 };
    const plan = await runBuilt('endpoint plan -f nexus.yaml --out plan.json --check -o json'.split(' '), options);
    expect(plan.exitCode).toBe(1);
    expect(JSON.parse(plan.stdout)).toMatchObject({ summary: { create: 1, update: 1, delete: 0, unchanged: 0 } });
    // The file may say something else by now: the plan counts.
    write('nexus.yaml', file());
    const apply = await runBuilt('endpoint apply plan.json --yes -o json'.split(' '), options);
    expect([apply.exitCode, apply.stderr]).toEqual([0, '']);
    expect(await callersOf(kept)).toEqual(['orders.sndbx']);
    expect(await callersOf(made)).toEqual([]);
    // Done once, it is stale: it says what it saw, and nothing of that is there any more.
    const again = await runBuilt('endpoint apply plan.json --yes -o json'.split(' '), options);
    expect([again.exitCode, again.stdout]).toEqual([6, '']);
  });

  it('is not followed at all when one of its endpoints has changed', async () => {
    const [one, two] = [await make(aName()), await make(aName())];
    const both = [one, two].map((name) => entry(name, '    allow: [orders.sndbx]\n'));
    write('nexus.yaml', file(...both));
    await json('endpoint plan -f nexus.yaml --out plan.json');
    await json(`endpoint allow ${two} legacy.sndbx`);
    const error = await json('endpoint apply plan.json --yes', 6);
    expect(error).toMatchObject({ error: { code: 'CONFLICT', details: { endpoints: [two] } } });
    expect(await callersOf(one)).toEqual([]);
  });

  it('that was touched, or is for another account, is refused', async () => {
    const name = await make(aName());
    write('nexus.yaml', file(entry(name, '    allow: [orders.sndbx]\n')));
    await json('endpoint plan -f nexus.yaml --out plan.json');
    const saved = read('plan.json');
    write('touched.json', saved.replaceAll('orders.sndbx', 'legacy.sndbx'));
    expect(await json('endpoint apply touched.json --yes', 3)).toMatchObject({ error: { code: 'INPUT_INVALID' } });
    write('other.json', saved.replace('"metAccount": "sndbx"', '"metAccount": "other"'));
    expect(await json('endpoint apply other.json --yes', 3)).toMatchObject({ error: { code: 'ACCOUNT_MISMATCH' } });
    write('cut.json', saved.slice(0, 100));
    expect(await json('endpoint apply cut.json --yes', 3)).toMatchObject({ error: { code: 'INPUT_INVALID' } });
    expect(await callersOf(name)).toEqual([]);
  });

  it.each([
    ['endpoint apply'],
    ['endpoint apply plan.json -f nexus.yaml'],
    ['endpoint apply plan.json --prune'],
    ['endpoint apply plan.json --var HOME'],
    ['endpoint apply -f nexus.yaml --offline'],
    ['endpoint plan'],
    ['endpoint plan -f nexus.yaml --live live.yaml'],
    ['endpoint plan -f nexus.yaml --live nexus.yaml --offline --out plan.json'],
  ])('%s is a usage error', async (line) => {
    write('nexus.yaml', file());
    expect((await run(line)).exitCode).toBe(2);
  });
});

describe('apply', () => {
  it('states the whole: a change meanwhile is a conflict, not merged', async () => {
    const name = await make(aName(), ['legacy.sndbx']);
    write('nexus.yaml', file(entry(name, '    allow: [orders.sndbx, shipping.sndbx]\n')));
    const plan = await json('endpoint plan -f nexus.yaml');
    expect(plan['changes']).toMatchObject([
      { action: 'update', gains: ['orders.sndbx', 'shipping.sndbx'], loses: ['legacy.sndbx'] },
    ]);
    await json('endpoint apply -f nexus.yaml --yes');
    expect(await callersOf(name)).toEqual(['orders.sndbx', 'shipping.sndbx']);
    expect(await json('endpoint apply -f nexus.yaml --yes')).toMatchObject({ results: [] });
    await json('endpoint plan -f nexus.yaml --check');
  });

  it('asks, and says what a removal does to running callers', async () => {
    const name = await make(aName(), ['legacy.sndbx']);
    write('nexus.yaml', file(entry(name, '    allow: []\n')));
    const piped = await run('endpoint apply -f nexus.yaml');
    expect([piped.exitCode, piped.stdout]).toEqual([2, '']);
    expect(piped.stderr).toContain('--yes');
    const asked = await run('endpoint apply -f nexus.yaml', { terminal: 100, stdin: 'n\n' });
    expect(asked.exitCode).toBe(1);
    expect(asked.stderr.match(/\d to create/g)).toHaveLength(1);
    expect(asked.stderr).toMatch(/- caller legacy\.sndbx/);
    expect(asked.stderr).toMatch(/is retried until it is allowed\s+again/);
    const coloured = await run('endpoint apply -f nexus.yaml --color always', { terminal: 100, stdin: 'n\n' });
    expect(coloured.stderr).toContain('\u001b[31m');
    expect(await callersOf(name)).toEqual(['legacy.sndbx']);
  });

  it('leaves alone what a file does not say', async () => {
    const name = await make(aName(), ['legacy.sndbx']);
    await json(['endpoint', 'update', name, '--description', 'kept']);
    write('nexus.yaml', `version: 1\nendpoints:\n  - name: ${name}\n    owner: team-billing\n`);
    expect(await json('endpoint plan -f nexus.yaml')).toMatchObject({ changes: [], summary: { unchanged: 1 } });
  });

  it('--prune deletes inside the scope and nowhere else', async () => {
    const [mine, gone, theirs] = [await make(aName('own')), await make(aName('own')), await make(aName('other'))];
    const text = file(entry(mine, ''));
    write('nexus.yaml', text);
    expect(await json('endpoint apply -f nexus.yaml --prune --yes', 2)).toMatchObject({ error: { code: 'USAGE' } });
    write('nexus.yaml', text.replace('endpoints:', 'scope: { names: ["own-*"] }\nendpoints:'));
    expect(await json('endpoint plan -f nexus.yaml')).toMatchObject({ changes: [], unmanaged: [gone] });
    const done = await json('endpoint apply -f nexus.yaml --prune --yes');
    expect(done).toMatchObject({ results: [{ action: 'delete', endpoint: gone, changed: true }] });
    const left = (await json('endpoint list')).items.map(({ name }) => String(name));
    expect(left).toEqual(expect.arrayContaining([mine, theirs]));
    expect(left).not.toContain(gone);
  });

  it('what a file names outside its own scope is a usage error', async () => {
    write('nexus.yaml', file(entry('other-x', '')).replace('endpoints:', 'scope: { names: ["own-*"] }\nendpoints:'));
    expect(await json('endpoint plan -f nexus.yaml', 2)).toMatchObject({ error: { code: 'USAGE' } });
  });

  it('another account is exit 3', async () => {
    write('nexus.yaml', file(entry('any', '')).replace('sndbx', 'other'));
    expect(await json('endpoint plan -f nexus.yaml', 3)).toMatchObject({ error: { code: 'ACCOUNT_MISMATCH' } });
    write('nexus.yaml', file(entry('any', '')).replace('account: sndbx', 'cluster: sndbx'));
    expect(await json('endpoint plan -f nexus.yaml', 3)).toMatchObject({ error: { code: 'ACCOUNT_MISMATCH' } });
  });

  it('goes on with the others when one fails, and exits with what failed', async () => {
    const [one, two] = [aName(), aName()];
    write('nexus.yaml', file(entry(one, '    allow: [orders.sndbx]\n'), entry(two, '    allow: [nobody.sndbx]\n')));
    // Whoever registers that name would have it: refused before anything is written, unless it is meant.
    expect(await json('endpoint apply -f nexus.yaml --yes', 7)).toMatchObject({
      error: { code: 'NAMESPACE_NOT_FOUND' },
    });
    const result = await run('endpoint apply -f nexus.yaml --yes --force -o json');
    expect(result.exitCode).toBe(2);
    expect(JSON.parse(result.stdout)).toMatchObject({
      results: [
        { endpoint: one, changed: true },
        { endpoint: two, changed: false, error: { code: 'INVALID_ARGUMENT' } },
      ],
    });
    expect(await callersOf(one)).toEqual(['orders.sndbx']);
  });
});

describe('several files', () => {
  it('one owner each, planned as one; an endpoint in two of them is refused with both names', async () => {
    const [one, two] = [aName(), aName()];
    mkdirSync(path('nexus'));
    write('nexus/a.yaml', file(entry(one, '    allow: [orders.sndbx]\n')));
    write('nexus/b.yml', file(entry(two, '    allow: [legacy.sndbx]\n')));
    write('nexus/notes.txt', 'not YAML: [');
    await json('endpoint apply -f nexus --yes');
    expect([await callersOf(one), await callersOf(two)]).toEqual([['orders.sndbx'], ['legacy.sndbx']]);
    write('nexus/c.yaml', file(entry(one, '')));
    const error = await json('endpoint plan -f nexus', 3);
    expect(JSON.stringify(error)).toMatch(/a\.yaml.*c\.yaml/);
  });

  it('teams side by side do not touch each other', async () => {
    const teams = ['red', 'blue', 'green'].map((team) => {
      const names = [aName(team), aName(team)];
      const scoped = file(...names.map((name) => entry(name, `    allow: [orders.sndbx]\n`)));
      write(`${team}.yaml`, scoped.replace('endpoints:', `scope: { names: ["${team}-*"] }\nendpoints:`));
      return { team, names };
    });
    const runs = await Promise.all(
      [...teams, ...teams].map(({ team }) => run(`endpoint apply -f ${team}.yaml --prune --yes -o json`)),
    );
    // The same team twice at once: the second one finds the work done, or its plan stale.
    for (const { exitCode } of runs) expect([0, 6]).toContain(exitCode);
    for (const name of teams.flatMap(({ names }) => names)) expect(await callersOf(name)).toEqual(['orders.sndbx']);
  });
});

describe('until and blocked', () => {
  const ended = '      - namespace: orders.sndbx\n        owner: team-orders\n        until: 2027-03-31\n';
  const text = (name: string) =>
    file(entry(name, `    allow:\n${ended}      - legacy.sndbx\n    blocked: [legacy.sndbx]\n`));
  const before = { now: new Date('2027-03-31T23:59:59Z') };
  const after = { now: new Date('2027-04-01T00:00:00Z') };

  it('an entry counts until 24:00 UTC of its day, is then reported while it is live, and never added again', async () => {
    const name = await make(aName());
    write('nexus.yaml', text(name));
    const plan = await json('endpoint plan -f nexus.yaml --soon 3d', 0, before);
    expect(plan).toMatchObject({
      changes: [{ gains: ['orders.sndbx'] }],
      expiring: [{ endpoint: name, namespace: 'orders.sndbx', owner: 'team-orders' }],
    });
    await json('endpoint apply -f nexus.yaml --yes', 0, before);
    const check = await json(`endpoint check ${name} --from orders.sndbx -f nexus.yaml`, 1, after);
    expect(check).toMatchObject({ allowed: true });
    expect(JSON.stringify(check)).toContain('EXPIRED_STILL_ALLOWED');
    const matrix = await json(`endpoint matrix --name ${name} -f nexus.yaml`, 1, after);
    expect(matrix.items).toContainEqual({ endpoint: name, from: 'orders.sndbx', allowed: true, expired: true });
    const drift = await json('endpoint plan -f nexus.yaml --check', 1, after);
    expect(drift).toMatchObject({ expired: [{ namespace: 'orders.sndbx', live: true }], changes: [{ gains: [] }] });
    expect(await json(`endpoint callers ${name} -f nexus.yaml --check`, 1, after)).toMatchObject({
      items: [{ namespace: 'orders.sndbx', status: 'expired', live: true }],
      blocked: ['legacy.sndbx'],
    });
    await json('endpoint apply -f nexus.yaml --yes', 0, after);
    expect(await callersOf(name)).toEqual([]);
    await json('endpoint apply -f nexus.yaml --yes', 0, after);
    expect(await callersOf(name)).toEqual([]);
  });

  it('blocked wins over allow, takes off what is live, and is told where it is not carried out yet', async () => {
    const name = await make(aName(), ['legacy.sndbx']);
    write('nexus.yaml', text(name));
    const check = await json(`endpoint check ${name} --from legacy.sndbx -f nexus.yaml`, 1, before);
    expect(JSON.stringify(check)).toContain('BLOCKED_STILL_ALLOWED');
    expect((await json(`endpoint matrix --name ${name} -f nexus.yaml`, 1, before)).items).toContainEqual({
      endpoint: name,
      from: 'legacy.sndbx',
      allowed: true,
      blocked: true,
    });
    const refused = await json(`endpoint allow ${name} legacy.sndbx -f nexus.yaml`, 6, before);
    expect(refused).toMatchObject({ error: { code: 'CONFLICT' } });
    await json('endpoint apply -f nexus.yaml --yes', 0, before);
    expect(await callersOf(name)).toEqual(['orders.sndbx']);
    expect((await json('endpoint matrix -f nexus.yaml --offline', 0, before)).items).toContainEqual({
      endpoint: name,
      from: 'legacy.sndbx',
      allowed: false,
      blocked: true,
    });
  });
});

describe('allow and revoke with -f', () => {
  const commented = (name: string) =>
    `# who may call what\n${file(entry(name, '    allow:\n      - namespace: orders.sndbx # since 2024\n        reason: TICKET-1\n'))}`;

  it('change the file and the server together and keep every comment', async () => {
    const name = await make(aName(), ['orders.sndbx']);
    write('nexus.yaml', commented(name));
    const allowed = await json(
      ['endpoint', 'allow', name, 'legacy.sndbx', '-f', 'nexus.yaml', '--owner', 'team-x', '--reason', 'why: not?'],
      0,
    );
    expect(allowed).toMatchObject({ changed: true, fileChanged: true });
    expect(read('nexus.yaml')).toMatch(/# who may call what[^]*# since 2024[^]*TICKET-1[^]*legacy\.sndbx[^]*team-x/);
    expect(await callersOf(name)).toEqual(['legacy.sndbx', 'orders.sndbx']);
    await json('endpoint plan -f nexus.yaml --check');
    const revoked = await json(`endpoint revoke ${name} orders.sndbx -f nexus.yaml`);
    expect(revoked).toMatchObject({ changed: true, fileChanged: true });
    expect(read('nexus.yaml')).not.toContain('orders.sndbx');
    expect(await callersOf(name)).toEqual(['legacy.sndbx']);
    await json('endpoint plan -f nexus.yaml --check');
    expect(await json(`endpoint revoke ${name} orders.sndbx -f nexus.yaml`)).toMatchObject({
      changed: false,
      fileChanged: false,
    });
  });

  it('--dry-run touches neither; an endpoint that the file does not name stops both', async () => {
    const name = await make(aName());
    write('nexus.yaml', commented(name));
    const old = read('nexus.yaml');
    await json(`endpoint allow ${name} legacy.sndbx -f nexus.yaml --dry-run`);
    write('other.yaml', file(entry('another', '')));
    await json(`endpoint allow ${name} legacy.sndbx -f other.yaml`, 7);
    expect([read('nexus.yaml'), await callersOf(name)]).toEqual([old, []]);
  });

  it('an incident: off every endpoint and every entry of the file, and the next apply gives nothing back', async () => {
    const names = [await make(aName(), ['shipping.sndbx', 'orders.sndbx']), await make(aName(), ['shipping.sndbx'])];
    write('nexus.yaml', file(...names.map((name) => entry(name, '    allow: [shipping.sndbx, orders.sndbx]\n'))));
    await json('endpoint revoke --all shipping.sndbx -f nexus.yaml --block --yes');
    expect(await callersOf(names[0] ?? '')).toEqual(['orders.sndbx']);
    expect(await callersOf(names[1] ?? '')).toEqual([]);
    expect(read('nexus.yaml').match(/blocked/g)).toHaveLength(2);
    await json('endpoint apply -f nexus.yaml --yes');
    for (const name of names) expect(await callersOf(name)).toEqual(['orders.sndbx']);
  });
});

describe('a file that changes where nothing is live', () => {
  it.each([
    ['revoke --all absent.sndbx', '--block --yes', 'changed'],
    ['revoke --all absent.sndbx', '--block --yes --dry-run', 'would change'],
  ])('is told: %s %s', async (verb, flags, what) => {
    const name = await make(aName(), ['orders.sndbx']);
    write('nexus.yaml', file(entry(name, '    allow: [orders.sndbx]\n')));
    const { exitCode, stdout } = await run(`endpoint ${verb} -f nexus.yaml ${flags}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `nexus.yaml: ${what}\n` });
  });

  it('with an endpoint too', async () => {
    const name = await make(aName(), ['orders.sndbx']);
    write('nexus.yaml', file(entry(name, '    allow: [orders.sndbx, absent.sndbx]\n')));
    const { stdout } = await run(`endpoint revoke ${name} absent.sndbx -f nexus.yaml --yes`);
    expect(stdout).toContain('nexus.yaml: changed');
  });
});

describe('export', () => {
  it('writes what plan finds nothing to do for', async () => {
    const name = await make(aName('exp'), ['orders.sndbx']);
    await json(['endpoint', 'update', name, '--description', 'two\nlines: # and "more"']);
    const { stdout } = await run(`endpoint export --name ${name}`);
    write('nexus.yaml', stdout);
    expect(await json('endpoint plan -f nexus.yaml --check')).toMatchObject({ summary: { unchanged: 1 } });
    expect(stdout).toContain('account: sndbx');
  });

  it('--merge keeps every comment, owner and reason, and takes in what was clicked', async () => {
    const name = await make(aName('mrg'), ['orders.sndbx', 'legacy.sndbx']);
    const text = [
      '# owned by platform',
      'version: 1',
      'account: sndbx',
      `scope: { names: ["${name}"] } # only this`,
      'endpoints:',
      `  - name: ${name} # the one`,
      '    owner: team-billing',
      '    allow:',
      '      # asked for in March',
      '      - namespace: orders.sndbx',
      '        owner: team-orders',
      '        reason: TICKET-123',
      '        ref: https://git.example/pull/7',
      '        until: 2031-03-31',
      '    blocked: [shipping.sndbx] # never again',
      '',
    ].join('\n');
    write('nexus.yaml', text);
    const preview = await run('endpoint export --merge nexus.yaml --dry-run');
    expect(read('nexus.yaml')).toBe(text);
    await json('endpoint export --merge nexus.yaml');
    const merged = read('nexus.yaml');
    expect(preview.stdout).toBe(merged);
    // The library writes brackets with its own padding.
    const tight = (one: string) => one.trim().replaceAll('[ ', '[').replaceAll(' ]', ']');
    for (const line of text.split('\n').filter((one) => one !== '')) expect(tight(merged)).toContain(tight(line));
    expect(merged).toContain('legacy.sndbx');
    expect(await json('endpoint export --merge nexus.yaml')).toMatchObject({ changed: false });
  });

  it('--format terraform is HCL with an import block for each endpoint, and what is live in it', async () => {
    const name = await make(aName('tf'), ['orders.sndbx', 'legacy.sndbx']);
    const description = 'a ${b} %{c} "d" \\e\n$${f}\u2028<&>';
    await json(['endpoint', 'update', name, '--description', description]);
    const { stdout } = await run(`endpoint export --format terraform --name tf-*`);
    const blocks = parseHcl(stdout);
    const live = (await json('endpoint list --name tf-*')).items;
    expect(blocks.map(({ words }) => words[0])).toEqual(live.flatMap(() => ['import', 'resource']));
    const resource = blocks.find(({ values }) => values['name'] === name);
    expect(resource?.values).toEqual({
      name,
      description,
      worker_target: { namespace_id: 'billing.sndbx', task_queue: name },
      allowed_caller_namespaces: ['legacy.sndbx', 'orders.sndbx'],
    });
    const id = String((await json(`endpoint get ${name}`))['id']);
    expect(blocks).toContainEqual({
      words: ['import'],
      values: { to: { reference: `temporalcloud_nexus_endpoint.${String(resource?.words[2])}` }, id },
    });
  });
});

describe('--var', () => {
  it('puts in the named variables and no others', async () => {
    const name = await make(aName());
    write(
      'nexus.yaml',
      file(entry(name, '    allow: ["${CALLER}.sndbx"]\n    description: "${OTHER} \\\\${CALLER}"\n')),
    );
    const plan = await json('endpoint plan -f nexus.yaml --var CALLER', 0, { env: { CALLER: 'orders', OTHER: 'x' } });
    expect(plan['changes']).toMatchObject([{ gains: ['orders.sndbx'], after: { description: '${OTHER} \\orders' } }]);
    expect(await json('endpoint plan -f nexus.yaml --var CALLER', 2)).toMatchObject({ error: { code: 'USAGE' } });
  });

  it.each(['TEMPORAL_API_KEY', 'GITHUB_TOKEN', 'DB_PASSWORD', 'AWS_REGION', 'INNOCENT'])(
    'never a credential: %s',
    async (name) => {
      write('nexus.yaml', file(entry('any', '')));
      const env = { [name]: account.sandbox.environment['TEMPORAL_API_KEY'] ?? '' };
      const result = await run(`endpoint plan -f nexus.yaml --var ${name}`, { env });
      expect(result.exitCode).toBe(2);
      expect(result.stderr).not.toContain(env[name]);
    },
  );

  it('another value is another plan', async () => {
    const name = await make(aName());
    write('nexus.yaml', file(entry(name, '    owner: "${WHO}"\n')));
    const digest = async (who: string) =>
      String((await json('endpoint plan -f nexus.yaml --var WHO', 0, { env: { WHO: who } }))['digest']);
    expect(await digest('a')).toBe(await digest('a'));
    expect(await digest('a')).not.toBe(await digest('b'));
  });
});

describe('matrix and reachable', () => {
  it('matrix in all its formats', async () => {
    const [one, two] = [
      await make(aName('mx'), ['orders.sndbx', 'legacy.sndbx'], 'mxq'),
      await make(aName('mx'), [], 'mxq'),
    ];
    const as = async (format: string) => (await run(`endpoint matrix --name mx-* -o ${format}`)).stdout;
    const items = [
      { endpoint: one, from: 'legacy.sndbx', allowed: true },
      { endpoint: one, from: 'orders.sndbx', allowed: true },
      { endpoint: two, from: 'legacy.sndbx', allowed: false },
      { endpoint: two, from: 'orders.sndbx', allowed: false },
    ];
    expect(JSON.parse(await as('json'))).toMatchObject({
      schemaVersion: 1,
      backend: 'cloud',
      account: 'sndbx',
      endpoints: [one, two],
      namespaces: ['legacy.sndbx', 'orders.sndbx'],
      items,
      sharedTargets: [[one, two]],
      warnings: [],
    });
    const lines = (await as('jsonl')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(items);
    expect(await as('csv')).toBe(
      [
        'endpoint,namespace,allowed,note',
        ...items.map(({ endpoint, from, allowed }) => `${endpoint},${from},${String(allowed)},`),
        '',
      ].join('\r\n'),
    );
    expect((await as('table')).split('\n').map((line) => line.split(/\s+/))).toEqual([
      ['ENDPOINT', 'legacy.sndbx', 'orders.sndbx'],
      [one, 'yes', 'yes'],
      [two, '-', '-'],
      [''],
    ]);
    expect(await as('text')).toContain(`same target: ${one}, ${two}`);
    const picture = (await as('mermaid')).trim().split('\n');
    expect(picture[0]).toBe('flowchart LR');
    expect(picture.filter((line) => line.includes('-->'))).toEqual(['  n0 --> e0', '  n1 --> e0']);
    expect(picture).toContain(`  e1[["${two}"]]`);
  });

  it('reachable names what may be called, and the way round by a shared target', async () => {
    const [open, closed] = [await make(aName('rc'), ['shipping.sndbx'], 'rcq'), await make(aName('rc'), [], 'rcq')];
    const reached = await json('endpoint reachable --from shipping.sndbx');
    expect(reached.items).toEqual([
      { endpoint: open, target: 'billing.sndbx/rcq', because: 'listed', sharesTargetWith: [closed] },
    ]);
    expect(JSON.stringify(reached['warnings'])).toContain(`not on the list of ${closed}`);
    expect((await json('endpoint reachable --from nobody.sndbx')).items).toEqual([]);
    write('nexus.yaml', file(entry('offline', '    allow: [shipping.sndbx]\n')));
    expect((await json('endpoint reachable --from shipping.sndbx -f nexus.yaml --offline')).items).toMatchObject([
      { endpoint: 'offline' },
    ]);
  });
});

describe('--request-id', () => {
  it('the same one is not done twice', async () => {
    const name = await make(aName());
    const first = await json(`endpoint allow ${name} orders.sndbx --request-id once-${name}`);
    expect(first).toMatchObject({ changed: true, operationId: `once-${name}` });
    expect(await json(`endpoint allow ${name} orders.sndbx --request-id once-${name}`)).toMatchObject({
      changed: false,
    });
    // For something else it is refused by the server, and nothing happens.
    await json(`endpoint allow ${name} legacy.sndbx --request-id once-${name}`, 2);
    expect(await callersOf(name)).toEqual(['orders.sndbx']);
  });
});
