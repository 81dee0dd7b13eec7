import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type * as codecModule from '../../src/worker/codec.ts';
import { startMoto } from '../helpers/aws.ts';
import { folder } from '../helpers/codec-server.ts';
import { neighbour } from '../helpers/neighbour.ts';
import { bundleWorkflows, converterPath, handlerQueue, startWorkers, type Workers } from '../helpers/nexus-workers.ts';
import { nexusctlOn } from '../helpers/on-server.ts';
import { runBuilt } from '../helpers/run.ts';
import {
  buildTimeoutMs,
  noServer,
  serverBinary,
  startServer,
  type TemporalServer,
} from '../helpers/temporal-server.ts';

// The built library, as a worker of somebody else loads it.
const { openCodec } = createRequire(import.meta.url)('nexusctl/codec') as typeof codecModule;

const ways = ['shared', 'kms', 'endpoint'] as const;
type Way = (typeof ways)[number];

const secretOrder = { id: 'SECRET-ORDER', amount: 21 };

let server: TemporalServer | undefined;
let bundle: WorkflowBundleWithSourceMap;
const aws: Record<string, string> = {};
const files = folder({ ...keyFiles(['shared', 'caller', 'handler', 'billing']) });
beforeAll(async () => {
  const binary = await serverBinary();
  if (binary === null) return;
  bundle = await bundleWorkflows();
  const namespaces = ways.flatMap((way) => [`orders-${way}`, `billing-${way}`]);
  server = await startServer(binary, {}, namespaces);
  const nexusctl = nexusctlOn(server);
  for (const way of ways)
    await nexusctl(`endpoint create ${way} --target-namespace billing-${way} --target-task-queue ${handlerQueue}`);
  if (neighbour('moto_server') !== null) {
    const { url, env } = await startMoto();
    Object.assign(aws, env);
    Object.assign(process.env, env);
    const kms = new KMSClient({ endpoint: url });
    const arn = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
    writeKmsKeyrings(await arn(), await arn());
  }
}, buildTimeoutMs);
afterAll(async () => {
  await server?.close();
  files.remove();
});

const secret = (name: string, more = '') => `[keyring.keys.${name}-key]\nsecret = "${name}.key"\n${more}`;
const endpointKeys = `[keyring.endpoints]\nendpoint = ["billing-key"]\n`;
files.write({
  'shared-caller.toml': `[keyring]\nactive = "shared-key"\n${secret('shared')}`,
  'shared-handler.toml': `[keyring]\nactive = "shared-key"\n${secret('shared')}`,
  'endpoint-caller.toml': `[keyring]\nactive = "caller-key"\n${secret('caller')}${secret('billing')}${endpointKeys}`,
  'endpoint-handler.toml': `[keyring]\nactive = "handler-key"\n${secret('handler')}${secret('billing')}${endpointKeys}`,
  // What each side has for itself alone, and what a stranger has.
  'endpoint-caller-alone.toml': `[keyring]\nactive = "caller-key"\n${secret('caller')}`,
  'stranger.toml': `[keyring]\nactive = "handler-key"\n${secret('handler')}`,
});

function keyFiles(names: readonly string[]): Record<string, Uint8Array> {
  return Object.fromEntries(names.map((name) => [`${name}.key`, randomBytes(32)]));
}

/** Each side writes with its own key of the service, and may use the other's to read. */
function writeKmsKeyrings(caller: string, handler: string): void {
  const key = (name: string, arn: string, more = '') =>
    `[keyring.keys.${name}-kms]\nkms = "${arn}"\ncontext = { app = "${name}" }\n${more}`;
  const other = 'decrypt_only = true\n';
  files.write({
    'kms-caller.toml': `[keyring]\nactive = "caller-kms"\n${key('caller', caller)}${key('handler', handler, other)}`,
    'kms-handler.toml': `[keyring]\nactive = "handler-kms"\n${key('handler', handler)}${key('caller', caller, other)}`,
    'kms-caller-alone.toml': `[keyring]\nactive = "caller-kms"\n${key('caller', caller)}`,
  });
}

describe.for(ways)('encrypted by the way %s, end to end', (way) => {
  let workers: Workers | undefined;
  let exported: Exported | undefined;
  beforeAll(async () => {
    if (server === undefined || !available(way)) return;
    const codec = (side: string) => openCodec({ keyring: `${files.path}/${way}-${side}.toml` });
    const sealed = way === 'endpoint' ? { sealFor: way } : {};
    workers = await startWorkers(server, bundle, [{ namespace: `orders-${way}`, codec: await codec('caller') }], {
      namespace: `billing-${way}`,
      codec: await codec('handler'),
      ...sealed,
    });
    const [caller] = workers.callers;
    const ask = { endpoint: way, input: secretOrder, ...sealed };
    const handles = await Promise.all(
      (['charge', 'invoice'] as const).map((operation) => caller!.start('call', [{ ...ask, operation }])),
    );
    const [charge, invoice] = handles;
    exported = {
      outcomes: await Promise.all(handles.map((handle) => handle.result())),
      nothing: await (await caller!.start('ring', [{ endpoint: way, ...sealed }])).result(),
      charge: await exportOf(caller!.client, charge!.workflowId),
      caller: await exportOf(caller!.client, invoice!.workflowId),
      handler: await exportOf(workers.handler, workers.behind[0] ?? ''),
    };
  });
  afterAll(() => workers?.close());

  function found(context: TestContext): Exported {
    if (server === undefined) return context.skip(noServer);
    if (!available(way)) return context.skip('moto is not installed: node scripts/neighbours.mjs');
    return exported!;
  }

  it('carries values there and back, and the server sees none of them', (context) => {
    const { outcomes, nothing, ...histories } = found(context);
    const invoice = (total: number) => ({ result: { order: secretOrder.id, total } });
    expect(outcomes).toEqual([invoice(secretOrder.amount), invoice(secretOrder.amount * 2)]);
    expect(nothing).toBeUndefined();
    for (const history of Object.values(histories)) {
      const payloads = payloadsIn(history);
      expect(payloads.length).toBeGreaterThan(1);
      for (const { metadata, data } of payloads) {
        expect(base64(metadata['encoding'])).toBe('binary/encrypted');
        expect(base64(data)).not.toContain('SECRET');
      }
    }
  });

  it('opens for each side with the keys of that side alone', async (context) => {
    const { caller, charge, handler } = found(context);
    for (const [history, side] of [
      [caller, 'caller'],
      [charge, 'caller'],
      [handler, 'handler'],
    ] as const) {
      const { exitCode, result, stderr } = await decode(history, `${way}-${side}`);
      expect({ exitCode, stderr, ...result.summary }).toMatchObject({
        exitCode: 0,
        stderr: '',
        failed: 0,
        unchanged: 0,
      });
      expect(JSON.stringify(result.payloads)).toContain(`"value":{"order":"${secretOrder.id}","total":`);
    }
  });

  it('names the keys that a side lacks for the other one’s history', async (context) => {
    const { caller, handler } = found(context);
    const table: Readonly<Record<Way, readonly (readonly [string, string, readonly string[], number])[]>> = {
      shared: [
        [caller, 'stranger', ['shared-key'], 0],
        [handler, 'stranger', ['shared-key'], 0],
      ],
      kms: [
        [caller, 'kms-caller-alone', [kmsId('handler')], 1],
        [caller, 'stranger', [kmsId('caller'), kmsId('handler')], 0],
      ],
      endpoint: [
        [handler, 'endpoint-caller', ['handler-key'], 1],
        [caller, 'endpoint-handler', ['caller-key'], 1],
        [caller, 'endpoint-caller-alone', ['endpoint'], 1],
      ],
    };
    for (const [history, keyring, lacking, least] of table[way]) {
      const { exitCode, result } = await decode(history, keyring);
      expect(exitCode).toBe(1);
      expect(result.summary.decoded).toBeGreaterThanOrEqual(least);
      const failed = result.payloads.filter(({ status }) => status === 'failed');
      for (const { error } of failed) expect(error?.code).toBe('KEY_NOT_FOUND');
      const words = failed.map(({ error }) => error?.message).join('\n');
      for (const key of lacking) expect(words).toContain(key);
    }
  });

  it('replays in the SDK once it is decoded, and only then', async (context) => {
    const { caller, charge, handler } = found(context);
    for (const [history, side] of [
      [caller, 'caller'],
      [charge, 'caller'],
      [handler, 'handler'],
    ] as const) {
      const argv = ['payload', 'decode', '--mode', 'replay', '--keyring', `${files.path}/${way}-${side}.toml`];
      const { stdout, exitCode } = await runBuilt(argv, { env: aws, stdin: history });
      expect(exitCode).toBe(0);
      await replay(stdout);
      await expect(replay(history)).rejects.toThrow();
    }
  });
});

interface Exported {
  readonly outcomes: readonly unknown[];
  /** The result of an operation without one. */
  readonly nothing: unknown;
  readonly charge: string;
  readonly caller: string;
  readonly handler: string;
}

interface Decoded {
  readonly payloads: readonly {
    readonly status: string;
    readonly value?: unknown;
    readonly error?: { readonly code: string; readonly message: string };
  }[];
  readonly summary: { readonly decoded: number; readonly unchanged: number; readonly failed: number };
}

function available(way: Way): boolean {
  return way !== 'kms' || aws['AWS_ENDPOINT_URL'] !== undefined;
}

/** A history as `temporal workflow show -o json` and the Web UI export it. */
async function exportOf(client: Client, workflowId: string): Promise<string> {
  return historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory());
}

async function decode(history: string, keyring: string) {
  const argv = ['payload', 'decode', '-o', 'json', '--keyring', `${files.path}/${keyring}.toml`];
  const { exitCode, stdout, stderr } = await runBuilt(argv, { env: aws, stdin: history });
  return { exitCode, stderr, result: JSON.parse(stdout) as Decoded };
}

function replay(history: string): Promise<void> {
  const options = { workflowBundle: bundle, dataConverter: { payloadConverterPath: converterPath } };
  return Worker.runReplayHistory(options, JSON.parse(history), 'replayed');
}

interface JsonPayload {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: string;
}

function payloadsIn(history: string): JsonPayload[] {
  const found: JsonPayload[] = [];
  JSON.parse(history, (_key, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'metadata' in value && 'data' in value)
      found.push(value as JsonPayload);
    return value;
  });
  return found;
}

function base64(text: string | undefined): string {
  return Buffer.from(text ?? '', 'base64').toString('latin1');
}

function kmsId(side: string): string {
  return /kms = "([^"]+)"/.exec(readFileSync(`${files.path}/kms-${side}.toml`, 'utf8'))?.[1] ?? 'there is no such key';
}
