import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { openCodec } from '../../src/worker/codec.ts';
import { folder } from '../helpers/codec-server.ts';
import { runBuilt, type Run } from '../helpers/run.ts';
import { buildTimeoutMs, serverBinary, startServer, type TemporalServer } from '../helpers/temporal-server.ts';

const files = folder({ 'a.key': randomBytes(32), 'keys.toml': 'active = "a"\n[keys.a]\nsecret = "a.key"\n' });
const signals = 300;

let server: TemporalServer | undefined;
let client: Client;
beforeAll(async () => {
  const binary = await serverBinary();
  if (binary === null) return;
  server = await startServer(binary, {}, ['orders']);
  const connection = await Connection.connect({ address: server.address });
  const codec = await openCodec({ keyring: `${files.path}/keys.toml` });
  client = new Client({ connection, namespace: 'orders', dataConverter: { payloadCodecs: [codec] } });
  const taskQueue = 'nobody';
  const long = await client.workflow.start('Long', { taskQueue, workflowId: 'long', args: [{ order: 0 }] });
  for (let index = 1; index <= signals; index += 1) await long.signal('order', { order: index });
  for (const index of [1, 2, 3, 4, 5, 6, 7])
    await client.workflow.start('Order', { taskQueue, workflowId: `order-${String(index)}`, args: [{ order: index }] });
}, buildTimeoutMs);
afterAll(async () => {
  await server?.close();
  files.remove();
});

function run(context: TestContext, ...argv: readonly string[]): Promise<Run> {
  if (server === undefined) return context.skip('there is no Temporal server, and no Go to build one with');
  const flags = ['--address', server.address, '-n', 'orders', '--keyring', `${files.path}/keys.toml`];
  return runBuilt([...argv, ...flags], { env: { HOME: files.path } });
}

interface Decoded {
  readonly payloads: readonly {
    readonly workflowId?: string;
    readonly runId?: string;
    readonly path: string;
    readonly status: string;
    readonly value?: { readonly order: number };
  }[];
  readonly summary: { readonly decoded: number; readonly failed: number };
  readonly warnings: readonly string[];
}

describe('histories of a real server', () => {
  it('decodes a workflow of several pages', async (context) => {
    const { exitCode, stdout, stderr } = await run(context, 'payload', 'decode', '-w', 'long', '-o', 'json');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const { payloads, summary } = JSON.parse(stdout) as Decoded;
    expect(summary).toMatchObject({ decoded: signals + 1, failed: 0 });
    expect(payloads.map(({ value }) => value?.order)).toEqual([...Array(signals + 1).keys()]);
    expect(payloads[1]?.path).toMatch(/^\$\.events\[\d+\]\.workflowExecutionSignaledEventAttributes\.input/);
  });

  it('writes the history as SDKs write it, payloads decoded', async (context) => {
    const { stdout, exitCode } = await run(context, 'payload', 'decode', '-w', 'long', '--mode', 'replay');
    expect(exitCode).toBe(0);
    const ours = JSON.parse(stdout) as { events: readonly object[] };
    const fetched = await client.workflow.getHandle('long').fetchHistory();
    const theirs = JSON.parse(historyToJSON(fetched)) as typeof ours;
    const bare = (events: readonly object[]): unknown =>
      JSON.parse(JSON.stringify(events, (key, value: unknown) => (key === 'payloads' ? 'payloads' : value))) as unknown;
    // Apart from the payloads, and from members that hold nothing, which the SDK writes out.
    const known = bare(ours.events) as readonly Record<string, unknown>[];
    expect(known).toHaveLength(theirs.events.length);
    (bare(theirs.events) as readonly Record<string, unknown>[]).forEach((event, index) => {
      expect(event).toMatchObject(known[index] ?? {});
    });
    expect(Buffer.from(/"data":"([^"]+)"/.exec(stdout)?.[1] ?? '', 'base64').toString()).toBe('{"order":0}');
  });

  it('finds many by a query: entries that name their workflow, or a history a line', async (context) => {
    const query = ['--query', "WorkflowType='Order'"];
    const { stdout, exitCode } = await run(context, 'payload', 'decode', ...query, '-o', 'json');
    expect(exitCode).toBe(0);
    const { payloads } = JSON.parse(stdout) as Decoded;
    expect(payloads.map(({ workflowId, value }) => [workflowId, value?.order]).sort()).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((index) => [`order-${String(index)}`, index]),
    );
    expect(payloads.every(({ runId, path }) => runId !== undefined && path.startsWith('$.events[0]'))).toBe(true);
    const lines = (await run(context, 'payload', 'decode', ...query, '--mode', 'replay')).stdout.trim().split('\n');
    expect(lines).toHaveLength(7);
    for (const line of lines) expect((JSON.parse(line) as { events: unknown[] }).events.length).toBeGreaterThan(0);
    const limited = await run(context, 'payload', 'decode', ...query, '--limit', '3', '-o', 'jsonl');
    expect(limited.stdout.trim().split('\n')).toHaveLength(3);
    const none = await run(context, 'payload', 'decode', '--query', "WorkflowType='None'", '-o', 'json');
    expect(JSON.parse(none.stdout)).toMatchObject({ payloads: [], warnings: ['the query finds no workflow'] });
  });

  it('inspects and audits without keys being opened', async (context) => {
    const inspected = await run(context, 'payload', 'inspect', '-w', 'order-1', '-o', 'json');
    expect(JSON.parse(inspected.stdout)).toMatchObject({ summary: { payloads: 1, sealed: 1 } });
    const audited = await run(
      context,
      'payload',
      'audit',
      '--query',
      "WorkflowType='Order'",
      '--needs',
      'a',
      '-o',
      'json',
    );
    expect(audited.exitCode).toBe(1);
    expect(JSON.parse(audited.stdout)).toMatchObject({
      rows: [{ payloads: 7, encrypted: 7, keys: ['a'] }],
      summary: { errors: 7 },
    });
    expect(audited.stdout).toMatch(/"path": "order-\d\/[0-9a-f-]{36}:\$\.events\[0\]/);
  });

  it('moves a fetched history to another key', async (context) => {
    const plain = await run(context, 'payload', 'decode', '-w', 'order-2', '--mode', 'replay');
    const { stdout } = await runBuilt(['payload', 'encrypt', '--key', 'b=env:B'], {
      env: { B: 'b'.repeat(32) },
      stdin: plain.stdout,
    });
    expect(stdout).toContain(`"encryption-key-id":"${Buffer.from('b').toString('base64')}"`);
  });

  it.each([
    [['--workflow-id', 'nobody'], 7, 'NOT_FOUND'],
    [['--run-id', 'x'], 2, 'USAGE'],
    [['--workflow-id', 'a', '--query', 'b'], 2, 'USAGE'],
    [['run.json', '--workflow-id', 'a'], 2, 'USAGE'],
    [['--query', 'Wrong ==='], 2, 'INVALID_ARGUMENT'],
  ] as const)('%j is exit %i', async (argv, exit, code) => {
    const { exitCode, stderr, stdout } = await runBuilt(
      ['payload', 'decode', ...argv, '-o', 'json', '--address', server?.address ?? '', '-n', 'orders'],
      { env: { HOME: files.path } },
    );
    expect(stdout).toBe('');
    expect((JSON.parse(stderr) as { error: { code: string } }).error.code).toBe(code);
    expect(exitCode).toBe(exit);
  });
});
