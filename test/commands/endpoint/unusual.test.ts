import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAccount, type Account, type Document } from '../../helpers/account.ts';
import { runMain } from '../../helpers/context.ts';

let account: Account;
let folder: string;
beforeAll(async () => void (account = await openAccount({ operationMs: 1 })));
afterAll(() => account.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nexusctl-unusual-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

const write = (text: string | Uint8Array) => writeFileSync(join(folder, 'nexus.yaml'), text);
const run = (argv: readonly string[], stdin?: string | Uint8Array) =>
  runMain(argv, { cwd: folder, env: account.sandbox.environment, ...(stdin === undefined ? {} : { stdin }) });
const target = ['--target-namespace', 'billing.sndbx', '--target-task-queue', 'q'];
const create = (name: string, ...more: readonly string[]) => run(['endpoint', 'create', name, ...target, ...more]);

describe('names', () => {
  it.each(['a', '1a', 'a_b', 'a-', '-a', 'a.b', 'ä-b', 'a b', '', 'а-cyrillic', 'x'.repeat(201), 'a\u202eb', 'a\n'])(
    'as an endpoint, %j is refused before anything is sent',
    async (name) => {
      const { exitCode, stdout, stderr } = await create(name);
      expect([exitCode, stdout]).toEqual([2, '']);
      // What is shown of it can move no cursor.
      expect(stderr).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|a\n'/);
    },
  );

  it.each(['ab', 'A9', 'x'.repeat(200)])('%s is one', async (name) => {
    expect((await create(name)).exitCode).toBe(0);
    expect((await run(['endpoint', 'get', name])).exitCode).toBe(0);
  });

  it.each(['orders.sndbx ', 'orders', '.sndbx', 'ORDERS.sndbx', 'orders*.sndbx', 'orders.sndbx,legacy.sndbx', ' '])(
    'as a caller, %j is refused',
    async (caller) => {
      await create('callers-of-names');
      const { exitCode } = await run(['endpoint', 'allow', 'callers-of-names', caller]);
      expect([2, 7]).toContain(exitCode);
    },
  );
});

describe('descriptions', () => {
  it('of 20,001 bytes are refused here, also when their characters are fewer', async () => {
    for (const text of ['x'.repeat(20_001), 'ü'.repeat(10_001)]) {
      const { exitCode, stderr } = await create('described', '--description', text);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('20000');
    }
    expect((await create('described', '--description', 'x'.repeat(19_000))).exitCode).toBe(0);
  });

  it('from stdin must be text, and something', async () => {
    const binary = await run(
      ['endpoint', 'create', 'piped', ...target, '--description-file', '-'],
      new Uint8Array([0xff, 0xfe, 0]),
    );
    expect([binary.exitCode, binary.stdout]).toEqual([3, '']);
    const empty = await run(['endpoint', 'create', 'piped', ...target, '--description-file', '-'], '');
    expect(empty.exitCode).not.toBe(0);
    const piped = await run(['endpoint', 'create', 'piped', ...target, '--description-file', '-'], 'two\nlines\n');
    expect(piped.exitCode).toBe(0);
  });
});

describe('limits', () => {
  it('1,001 callers are warned about, and the server has the last word', async () => {
    await create('crowded');
    const names = Array.from({ length: 1001 }, (_, index) => `n${String(index)}.sndbx`).join('\n');
    const { exitCode } = await run(
      ['endpoint', 'set-callers', 'crowded', '--namespace-file', '-', '--yes', '--force'],
      names,
    );
    expect(exitCode).not.toBe(0);
    expect((await run(['endpoint', 'callers', 'crowded'])).stdout).toContain('nobody');
  });

  it('the hundred-and-first endpoint is warned about, and refused by the server', { timeout: 120_000 }, async () => {
    const full = await openAccount({ operationMs: 1, endpointLimit: 3 });
    try {
      for (const name of ['e1', 'e2', 'e3'])
        await full.json([
          'endpoint',
          'create',
          name,
          '--target-namespace',
          'billing.sndbx',
          '--target-task-queue',
          'q',
          '--async',
        ]);
      const refused = await full.run([
        'endpoint',
        'create',
        'e4',
        '--target-namespace',
        'billing.sndbx',
        '--target-task-queue',
        'q',
      ]);
      expect(refused.exitCode).toBe(6);
      expect(refused.stderr).toContain('limit of 3');
    } finally {
      await full.close();
    }
  });
});

describe('flags that contradict each other', () => {
  it.each([
    'endpoint update ab --description x --unset-description',
    'endpoint update ab --description x --description-file y',
    'endpoint create zz --target-namespace billing.sndbx --target-url http://x.example',
    'endpoint create zz --target-namespace billing.sndbx',
    'endpoint create zz --target-task-queue q',
    'endpoint create zz',
    'endpoint create zz --target-url http://x.example',
    'endpoint set-callers ab --none orders.sndbx',
    'endpoint allow ab orders.sndbx --until 2027-02-30',
    'endpoint allow ab orders.sndbx --owner team',
    'endpoint apply -f nexus.yaml --async --wait 3s',
    'endpoint check ab',
    'endpoint revoke --all',
    'endpoint export --merge nexus.yaml --format terraform',
    'endpoint list -o yaml',
    'endpoint list --nonsense',
  ])('%s is a usage error with nothing on stdout', async (line) => {
    write('version: 1\nendpoints: []\n');
    const { exitCode, stdout } = await run(line.split(' '));
    expect([exitCode, stdout]).toEqual([2, '']);
  });
});

describe('unusual YAML', () => {
  const one = 'version: 1\nendpoints:\n  - name: yaml-one\n    target: { namespace: billing.sndbx, taskQueue: q }\n';
  const planned = async (text: string | Uint8Array) => {
    write(text);
    const { exitCode, stdout, stderr } = await run(['endpoint', 'plan', '-f', 'nexus.yaml', '-o', 'json']);
    return { exitCode, document: JSON.parse(stdout === '' ? stderr : stdout) as Document };
  };

  it.each([
    ['CRLF', one.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${one}`],
    ['no newline at the end', one.trimEnd()],
    ['a document marker', `---\n${one}...\n`],
    ['flow style', '{version: 1, endpoints: [{name: yaml-one, target: {namespace: billing.sndbx, taskQueue: q}}]}'],
    [
      'JSON',
      '{"version": 1, "endpoints": [{"name": "yaml-one", "target": {"namespace": "billing.sndbx", "taskQueue": "q"}}]}',
    ],
    ['anchors', one.replace('target: {', 'target: &t {') + '  - name: yaml-two\n    target: *t\n'],
    ['quoted keys', one.replace('name:', '"name":')],
    ['comments everywhere', one.replaceAll('\n', ' # why\n')],
  ])('with %s is read', async (_what, text) => {
    const { exitCode, document } = await planned(text);
    expect([exitCode, document['error']]).toEqual([0, undefined]);
    expect(JSON.stringify(document)).toContain('"endpoint":"yaml-one"');
  });

  it.each([
    ['a duplicate key', `${one}    target: { namespace: a.sndbx, taskQueue: q }\n`],
    ['a duplicate endpoint', `${one}  - name: yaml-one\n`],
    ['a tab', one.replace('    target', '\ttarget')],
    ['two documents', `${one}---\n${one}`],
    ['an alias without its anchor', one.replace('{ namespace', '*t #')],
    ['aliases of aliases', `${bomb()}${one}`],
    ['an unknown key', one.replace('name:', 'nmae: x\n    name:')],
    ['another version', one.replace('version: 1', 'version: 2')],
    ['no version', one.replace('version: 1\n', '')],
    ['a merge key', `${one}    <<: { owner: x }\n`],
    ['a number for a list', `${one}    allow: 3\n`],
    ['a double caller', `${one}    allow: [a.sndbx, a.sndbx]\n`],
    ['an end that is none', `${one}    allow: [{ namespace: a.sndbx, until: 2027-02-30 }]\n`],
    ['Latin-1', Buffer.from(`${one}    description: caf\u00e9\n`, 'latin1')],
    ['NUL', `${one}    description: "a\u0000b"\n`],
    ['nothing', ''],
    ['a list', '- a\n'],
  ])('with %s is refused with exit 3, by name', async (_what, text) => {
    const { exitCode, document } = await planned(text);
    expect(exitCode).toBe(3);
    expect(document['error']).toMatchObject({ code: 'INPUT_INVALID', hint: expect.any(String) as string });
  });

  function bomb(): string {
    const levels = Array.from({ length: 9 }, (_, level) =>
      level === 0
        ? 'x0: &x0 [a, a]'
        : `x${String(level)}: &x${String(level)} [${`*x${String(level - 1)}, `.repeat(9)}]`,
    );
    return `${levels.join('\n')}\n`;
  }
});
