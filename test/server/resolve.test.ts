import { createHash } from 'node:crypto';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePayload, encodePayload } from '../../src/payload/model/payload.ts';
import { createUser, startMinistack, startMoto, type Aws } from '../helpers/aws.ts';
import { neighbour } from '../helpers/neighbour.ts';
import { runBuilt, type Run } from '../helpers/run.ts';

type Json = Readonly<Record<string, unknown>>;

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const messageType = 'temporal.api.sdk.v1.ExternalStorageReference';
const key = '0123456789abcdef0123456789ABCDEF';
const folder = 'v0/ns/orders/wt/Order/wi/order-1/ri/null/d/sha256';

const plain = encodePayload(makePayload({ encoding: 'json/plain' }, '{"large":1234567890123456789}'));
let sealed: Buffer;

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The claims of Go's and Python's S3 drivers. */
function claims(bytes: Uint8Array, change: Json = {}): Json {
  return {
    bucket: 'store',
    key: `${folder}/${hash(bytes)}`,
    hash_algorithm: 'sha256',
    hash_value: hash(bytes),
    ...change,
  };
}

function reference(document: Json, metadata: Json = { encoding: 'json/protobuf', messageType }): Json {
  const encoded = Object.entries(metadata).map(([name, value]) => [name, base64(String(value))]);
  return {
    metadata: Object.fromEntries(encoded) as Json,
    data: base64(JSON.stringify(document)),
    externalPayloads: [{ sizeBytes: '123' }],
  };
}

const go = (bytes: Uint8Array, change: Json = {}): Json =>
  reference({ driverName: 'aws.s3driver', claimData: claims(bytes, change) });

function typescript(bytes: Uint8Array): Json {
  const { bucket, key: at } = claims(bytes);
  return reference({
    driverName: 'aws.s3driver',
    claimData: { bucket, key: at, hashAlgorithm: 'sha256', hashValue: hash(bytes) },
  });
}

const early = (bytes: Uint8Array): Json =>
  reference(
    { driver_name: 'aws.s3driver', driver_claim: { claim_data: claims(bytes) } },
    { encoding: 'json/external-storage-reference' },
  );

const snake = (bytes: Uint8Array): Json => reference({ driver_name: 'aws.s3driver', claim_data: claims(bytes) });

interface Entry {
  readonly status: string;
  readonly value?: unknown;
  readonly layers: readonly { readonly encoding: string; readonly note?: string }[];
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** One run for all of them: a line each. */
async function decodeAll(
  aws: Pick<Aws, 'env'>,
  payloads: readonly Json[],
  ...argv: readonly string[]
): Promise<Run & { entries: readonly Entry[] }> {
  const run = await runBuilt(['payload', 'decode', '-o', 'jsonl', '--key', 'a=env:KEY', ...argv], {
    env: { ...aws.env, KEY: key },
    stdin: payloads.map((payload) => JSON.stringify(payload)).join('\n'),
    timeoutMs: 60_000,
  });
  const lines = run.stdout.trim().split('\n');
  return { ...run, entries: lines.map((line) => JSON.parse(line) as Entry) };
}

async function decode(
  aws: Pick<Aws, 'env'>,
  payload: Json,
  ...argv: readonly string[]
): Promise<Run & { entry: Entry }> {
  const run = await decodeAll(aws, [payload], ...argv);
  return { ...run, entry: run.entries[0]! };
}

async function fill({ url, env }: Aws): Promise<void> {
  const s3 = new S3Client({
    endpoint: url,
    region: 'eu-west-1',
    forcePathStyle: true,
    credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' },
  });
  for (const Bucket of ['store', 'other'])
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  const put = (Key: string, Body: Uint8Array | string, Bucket = 'store') =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  await put(`${folder}/${hash(plain)}`, plain);
  await put(`${folder}/${hash(plain)}`, plain, 'other');
  await put(`${folder}/${hash(sealed)}`, sealed);
  await put(`${folder}/replaced`, 'something else');
  await put(`${folder}/noise`, 'no payload');
  await put('elsewhere/x', plain);
}

describe.runIf(neighbour('ministack') !== null && neighbour('moto_server') !== null)(
  'payloads in external storage, on an S3 of its own',
  () => {
    const servers: Aws[] = [];
    beforeAll(async () => {
      const made = await runBuilt(['payload', 'encrypt', '--key', 'a=env:KEY'], {
        env: { KEY: key },
        stdin: '{"large":1234567890123456789}',
      });
      const { metadata, data } = JSON.parse(made.stdout) as { metadata: Record<string, string>; data: string };
      const decoded = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
      sealed = encodePayload(
        makePayload(Object.fromEntries(decoded) as Record<string, Buffer>, Buffer.from(data, 'base64')),
      );
      servers.push(await startMoto(), await startMinistack());
      await Promise.all(servers.map(fill));
    });

    it.each([0, 1])('every spelling of a reference is fetched and verified (server %i)', async (index) => {
      const payloads = [go, typescript, early, snake].flatMap((write) => [write(plain), write(sealed)]);
      const { entries, exitCode } = await decodeAll(servers[index]!, payloads, '--resolve', 's3://store');
      expect(entries).toHaveLength(8);
      entries.forEach((entry, at) => {
        expect(entry.error).toBeUndefined();
        expect(entry).toMatchObject({ status: 'decoded', value: { large: Number('1234567890123456789') } });
        expect(entry.layers).toHaveLength(at % 2 === 0 ? 2 : 3);
      });
      expect(exitCode).toBe(0);
    });

    it('a reference that was encrypted itself is opened first', async () => {
      const run = await runBuilt(['payload', 'encrypt', '--key', 'a=env:KEY', '--input-form', 'full'], {
        env: { KEY: key },
        stdin: JSON.stringify(go(sealed)),
      });
      const outer = JSON.parse(run.stdout) as { metadata: Json };
      const marked = {
        ...outer,
        metadata: { ...outer.metadata, __temporal_external_storage_reference: base64('true') },
      };
      const { entry } = await decode(servers[0]!, marked, '--resolve', `s3://store/${folder}`);
      expect(entry).toMatchObject({ status: 'decoded', value: { large: Number('1234567890123456789') } });
      expect(entry.layers.map(({ encoding }) => encoding)).toEqual([
        'binary/encrypted',
        'json/protobuf',
        'binary/encrypted',
        'json/plain',
      ]);
    });

    it('nothing is fetched without being allowed: the reference is the value', async () => {
      const { entry, exitCode } = await decode({ env: {} }, go(plain));
      expect(entry).toMatchObject({ status: 'unchanged', value: { driverName: 'aws.s3driver' } });
      expect(entry.layers[0]?.note).toBe(`in external storage (aws.s3driver): store/${folder}/${hash(plain)}`);
      expect(exitCode).toBe(0);
    });

    const refused: readonly [name: string, payload: () => Json, rule: string, words: RegExp][] = [
      ['another bucket', () => go(plain, { bucket: 'other' }), 's3://store', /not in the buckets/],
      ['another folder', () => go(plain, { key: 'elsewhere/x' }), 's3://store/v0', /not in the buckets/],
      ['a folder whose name only begins so', () => go(plain), 's3://store/v', /not in the buckets/],
      ['a way up', () => go(plain, { key: 'v0/../elsewhere/x' }), 's3://store/v0', /not in the buckets/],
      [
        'an object that was replaced',
        () => go(plain, { key: `${folder}/replaced` }),
        's3://store',
        /SHA-256 is another/,
      ],
      [
        'noise with its own hash',
        () => go(Buffer.from('no payload'), { key: `${folder}/noise` }),
        's3://store',
        /no payload/,
      ],
      ['an object that is gone', () => go(plain, { key: `${folder}/gone` }), 's3://store', /is not there/],
      ['no hash', () => go(plain, { hash_value: '' }), 's3://store', /names no SHA-256/],
      ['a weaker hash', () => go(plain, { hash_algorithm: 'md5' }), 's3://store', /names no SHA-256/],
      ['no key', () => go(plain, { key: '' }), 's3://store', /no bucket and key/],
      [
        'Google storage',
        () => reference({ driverName: 'gcp.gcsdriver', claimData: claims(plain) }),
        's3://store',
        /Google/,
      ],
      ['no claims', () => reference({ driverName: 'aws.s3driver' }), 's3://store', /claim data is missing/],
    ];
    it.each(['s3://store', 's3://store/v0', 's3://store/v'])(
      'what %s does not allow or hold is refused',
      async (rule) => {
        const table = refused.filter(([, , wanted]) => wanted === rule);
        const payloads = table.map(([, payload]) => payload());
        const { entries, exitCode } = await decodeAll(servers[0]!, payloads, '--resolve', rule);
        expect(table.length).toBeGreaterThan(0);
        table.forEach(([name, , , words], index) => {
          expect(entries[index], name).toMatchObject({ status: 'failed', error: { code: 'EXTERNAL_STORAGE' } });
          expect(entries[index]?.error?.message).toMatch(words);
        });
        expect(exitCode).toBe(1);
      },
    );

    it('a user who may not read it is told which permission it takes', async () => {
      const denied = await createUser(servers[1]!);
      const { entry } = await decode({ env: { ...servers[1]!.env, ...denied } }, go(plain), '--resolve', 's3://store');
      expect(entry.error).toMatchObject({ code: 'EXTERNAL_STORAGE' });
      expect(entry.error?.message).toMatch(/s3:GetObject is not allowed/);
    });

    it('an object larger than a layer may be is not taken', async () => {
      const { entry } = await decode(servers[0]!, go(plain), '--resolve', 's3://store', '--max-layer-bytes', '8');
      expect(entry.error?.code).toBe('LIMIT_EXCEEDED');
    });

    it('the history that comes out needs the store no more', async () => {
      const history = {
        events: [{ eventId: '1', workflowExecutionStartedEventAttributes: { input: { payloads: [go(sealed)] } } }],
      };
      const run = await runBuilt(
        ['payload', 'decode', '--mode', 'replay', '--key', 'a=env:KEY', '--resolve', 's3://store'],
        {
          env: { ...servers[0]!.env, KEY: key },
          stdin: JSON.stringify(history),
        },
      );
      expect(JSON.parse(run.stdout)).toEqual({
        events: [
          {
            eventId: '1',
            workflowExecutionStartedEventAttributes: {
              input: {
                payloads: [
                  { metadata: { encoding: base64('json/plain') }, data: base64('{"large":1234567890123456789}') },
                ],
              },
            },
          },
        ],
      });
    });

    it('says what --resolve wants', async () => {
      const run = await runBuilt(['payload', 'decode', '--resolve', 'store'], { stdin: '{}' });
      expect(run.exitCode).toBe(2);
      expect(run.stderr).toContain('s3://BUCKET/PREFIX');
    });
  },
);
