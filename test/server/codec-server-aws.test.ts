import { createHash, randomBytes } from 'node:crypto';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePayload, makePayload } from '../../src/payload/model/payload.ts';
import { startMoto, type Aws } from '../helpers/aws.ts';
import {
  accessFiles,
  b64,
  folder,
  http,
  payloadsOf,
  plain,
  sealed,
  startCodecServer,
  valuesOf,
  type Folder,
  type RunningServer,
} from '../helpers/codec-server.ts';
import { neighbour } from '../helpers/neighbour.ts';
import { runBuilt } from '../helpers/run.ts';

type Json = Readonly<Record<string, unknown>>;
const key = Buffer.from('0123456789abcdef0123456789ABCDEF');
const body = (...payloads: readonly object[]) => JSON.stringify({ payloads });
const tokens = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')] as const;

function stored(payload: { metadata: Readonly<Record<string, string>>; data?: string }): Buffer {
  const metadata = Object.entries(payload.metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return encodePayload(
    makePayload(Object.fromEntries(metadata) as Record<string, Buffer>, Buffer.from(payload.data ?? '', 'base64')),
  );
}

function reference(bytes: Uint8Array, namespace: string, change: Json = {}) {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const claimData = {
    bucket: 'store',
    key: `v0/ns/${namespace}/d/sha256/${hash}`,
    hash_algorithm: 'sha256',
    hash_value: hash,
    ...change,
  };
  return {
    metadata: { encoding: b64('json/protobuf'), messageType: b64('temporal.api.sdk.v1.ExternalStorageReference') },
    data: b64(JSON.stringify({ driverName: 'aws.s3driver', claimData })),
    externalPayloads: [{ sizeBytes: '300000' }],
  };
}

describe.runIf(neighbour('moto_server') !== null)('the codec server on AWS APIs', () => {
  let aws: Aws;
  let server: RunningServer;
  let shut: RunningServer;
  let files: Folder;
  const large = { large: 'x'.repeat(1000) };
  const objects = {
    sealed: stored(sealed(large, key, 'shared')),
    clear: stored(plain(large)),
    foreign: stored(sealed(large, Buffer.alloc(32, 9), 'unknown')),
  };
  beforeAll(async () => {
    aws = await startMoto();
    const client = {
      endpoint: aws.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const made = await new KMSClient(client).send(new CreateKeyCommand({}));
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    for (const Bucket of ['store', 'other'])
      await s3.send(
        new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
      );
    for (const bytes of Object.values(objects))
      for (const namespace of ['orders', 'billing']) {
        const hash = createHash('sha256').update(bytes).digest('hex');
        await s3.send(
          new PutObjectCommand({ Bucket: 'store', Key: `v0/ns/${namespace}/d/sha256/${hash}`, Body: bytes }),
        );
      }
    const granted = (name: string, token: string) => ({
      [name]: { token, namespaces: [name], allow: ['decode', 'encode'] as const },
    });
    files = folder({
      'shared.key': key,
      'keys.toml': `[keys.shared]\nsecret = "shared.key"\n[keys.kms]\nkms = "${made.KeyMetadata?.Arn ?? ''}"\ncontext = { app = "orders" }\n[namespaces]\norders = ["kms", "shared"]\nbilling = ["shared"]\n`,
      ...accessFiles({ ...granted('orders', tokens[0]), ...granted('billing', tokens[1]) }),
    });
    const flags = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--access', 'access.toml', '--encode'];
    server = await startCodecServer([...flags, '--resolve', 's3://store/v0/ns/{namespace}'], files.path, aws.env);
    shut = await startCodecServer(flags, files.path, aws.env);
  });
  afterAll(async () => {
    await Promise.all([server.stop(), shut.stop()]);
    files.remove();
  });

  const ask = (path: string, payloads: readonly object[], namespace = 'orders', at = server) =>
    http(`${at.endpoint}/${path}`, {
      body: body(...payloads),
      headers: { Authorization: `Bearer ${namespace === 'orders' ? tokens[0] : tokens[1]}`, 'X-Namespace': namespace },
    });

  it('encodes under a data key of KMS and decodes it again', async () => {
    const there = await ask('encode', [plain({ a: 1 }), plain('two')]);
    expect(there.status).toBe(200);
    const written = payloadsOf(there);
    expect(written.map(({ metadata }) => Object.keys(metadata))).toEqual(
      Array(2).fill(['encoding', 'encryption-key-id', 'encryption-dek']),
    );
    expect(valuesOf(await ask('decode', written))).toEqual([{ a: 1 }, 'two']);
    // A namespace without that key gets back what it sent.
    expect(payloadsOf(await ask('decode', written, 'billing'))).toEqual(written);
  });

  it('fetches what lies in external storage: /download, and /decode as the CLI asks', async () => {
    const references = [reference(objects.sealed, 'orders'), reference(objects.clear, 'orders')];
    for (const path of ['download', 'download?preserveStorageRefs=true', 'decode', 'decode?preserveStorageRefs=false'])
      expect([path, valuesOf(await ask(path, references))]).toEqual([path, [large, large]]);
  });

  it('keeps references for the Web UI, which asks for that, and decodes the rest', async () => {
    const references = [reference(objects.sealed, 'orders'), sealed('x', key, 'shared')];
    const answer = await ask('decode?preserveStorageRefs=true', references);
    expect(payloadsOf(answer)).toEqual([references[0], plain('x')]);
  });

  it('opens a reference that was encrypted itself', async () => {
    const [outer] = payloadsOf(await ask('encode', [reference(objects.sealed, 'orders')]));
    const marked = { ...outer, metadata: { ...outer?.metadata, __temporal_external_storage_reference: b64('true') } };
    expect(valuesOf(await ask('download', [marked]))).toEqual([large]);
  });

  it.each([
    ['a payload that is no reference', () => [plain('x')]],
    ['one among references', () => [reference(objects.clear, 'orders'), plain('x')]],
    ['another bucket', () => [reference(objects.clear, 'orders', { bucket: 'other' })]],
    ["another namespace's object", () => [reference(objects.clear, 'billing')]],
    ['a way up', () => [reference(objects.clear, 'orders', { key: 'v0/ns/orders/../billing/x' })]],
    ['another hash', () => [reference(objects.clear, 'orders', { hash_value: '0'.repeat(64) })]],
    ['an object that is gone', () => [reference(objects.clear, 'orders', { key: 'v0/ns/orders/gone' })]],
    ['what no key of the namespace opens', () => [reference(objects.foreign, 'orders')]],
  ])('/download refuses %s', async (_what, payloads) => {
    const { status, body: text } = await ask('download', payloads());
    expect([status, text]).toEqual([400, '{"message":"the codec server refused the request"}']);
  });

  it('the doctor sees what is fetched, and where it is not', async () => {
    files.write({
      'header.txt': `Bearer ${tokens[0]}`,
      'reference.json': JSON.stringify(reference(objects.sealed, 'orders')),
    });
    const examine = async (at: RunningServer) => {
      const flags = ['-n', 'orders', '--codec-auth-file', 'header.txt', '--allow-plaintext-key', '127.0.0.1'];
      const run = await runBuilt(
        ['codec-server', 'test', at.endpoint, ...flags, '--payload', 'reference.json', '-o', 'json'],
        { cwd: files.path, timeoutMs: 60_000 },
      );
      const report = JSON.parse(run.stdout) as { primary: unknown };
      return { exitCode: run.exitCode, primary: report.primary };
    };
    expect(await examine(server)).toEqual({ exitCode: 0, primary: null });
    expect(await examine(shut)).toMatchObject({ exitCode: 1, primary: { check: 'download' } });
  });

  it('/decode leaves what it does not serve, and refuses what was replaced', async () => {
    const elsewhere = reference(objects.clear, 'billing');
    expect(payloadsOf(await ask('decode', [elsewhere, plain(1)]))).toEqual([elsewhere, plain(1)]);
    expect((await ask('decode', [reference(objects.clear, 'orders', { hash_value: '0'.repeat(64) })])).status).toBe(
      400,
    );
  });

  it('without --resolve there is no /download, and references stay', async () => {
    const one = reference(objects.clear, 'orders');
    expect((await ask('download', [one], 'orders', shut)).status).toBe(404);
    expect(payloadsOf(await ask('decode', [one], 'orders', shut))).toEqual([one]);
  });

  it('does not start when namespaces would share a place', async () => {
    const flags = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--access', 'access.toml'];
    await expect(startCodecServer([...flags, '--resolve', 's3://store/v0'], files.path, aws.env)).rejects.toThrow(
      /every granted namespace could read all of s3:\/\/store.*\{namespace\}/s,
    );
  });
});
