import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  folder,
  http,
  payloadsOf,
  plain,
  startCodecServer,
  valuesOf,
  type RunningServer,
} from '../helpers/codec-server.ts';
import { runBuilt } from '../helpers/run.ts';
import {
  startRecordedKms,
  startTransit,
  transitToken,
  type RecordedKey,
  type Service,
  type TransitKey,
} from '../payload/keys/key-services.ts';

interface Vector {
  readonly family: string;
  readonly source: string;
  readonly payload: { readonly metadata: Readonly<Record<string, string>>; readonly data: string };
  readonly keyring?: string;
  readonly kms?: readonly RecordedKey[];
  readonly vault?: TransitKey;
  readonly value: string;
}

const read = (name: string) =>
  JSON.parse(readFileSync(`test/fixtures/payloads/${name}.json`, 'utf8')) as readonly Vector[];
const byKms = read('kms').filter(({ kms }) => kms !== undefined);
const byVault = read('vault');
const body = (...payloads: readonly object[]) => JSON.stringify({ payloads });
const flags = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml'];

describe('payloads of key services, written by other people, through the codec server', () => {
  let kms: Service;
  let transit: Service;
  const servers: RunningServer[] = [];
  const folders: ReturnType<typeof folder>[] = [];
  beforeAll(async () => {
    kms = await startRecordedKms(byKms.flatMap((vector) => vector.kms ?? []));
    transit = await startTransit(byVault.flatMap(({ vault }) => vault ?? []));
  });
  afterAll(async () => {
    await Promise.all([...servers.map((server) => server.stop()), kms.close(), transit.close()]);
    for (const own of folders) own.remove();
  });

  async function start(files: Readonly<Record<string, string>>, ...more: readonly string[]): Promise<RunningServer> {
    const own = folder(files);
    folders.push(own);
    const env = {
      AWS_ENDPOINT_URL: kms.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const server = await startCodecServer([...flags, ...more], own.path, env);
    servers.push(server);
    return server;
  }
  const decode = (server: RunningServer, ...payloads: readonly object[]) =>
    http(`${server.endpoint}/decode`, { body: body(...payloads) });

  it.each(byKms.map((vector, index) => [`${vector.family} #${String(index)}: ${vector.source}`, vector] as const))(
    '%s',
    async (_name, { keyring = '', payload, value }) => {
      const server = await start({ 'keys.toml': keyring });
      const answer = await decode(server, plain('before'), payload);
      expect(answer.status).toBe(200);
      expect(payloadsOf(answer).map(({ data = '' }) => Buffer.from(data, 'base64').toString())).toEqual([
        '"before"',
        value,
      ]);
      const data = Buffer.from(payload.data, 'base64');
      data[data.length - 1]! ^= 1;
      const flipped = await decode(server, { ...payload, data: data.toString('base64') });
      expect([flipped.status, flipped.body]).toEqual([400, '{"message":"the codec server refused the request"}']);
    },
  );

  const vaultKeys = (name: string) =>
    `[keys.temporal]\nvault = "${transit.url}/transit/keys/${name}"\ntoken = "file:vault.token"\n`;
  const clear = ['--allow-plaintext-key', '127.0.0.1'];
  it.each(byVault.map((vector, index) => [`J #${String(index)}: ${vector.source}`, vector] as const))(
    '%s',
    async (_name, { vault, payload, value }) => {
      const files = { 'keys.toml': vaultKeys(vault?.name ?? ''), 'vault.token': transitToken };
      const answer = await decode(await start(files, ...clear), payload);
      expect(valuesOf(answer)).toEqual([JSON.parse(value)]);
    },
  );

  it('a Vault token that was renewed in its file is used at once, without a restart', async () => {
    const [first] = byVault;
    const server = await start(
      { 'keys.toml': vaultKeys(first?.vault?.name ?? ''), 'vault.token': 'hvs.expired' },
      ...clear,
    );
    expect((await decode(server, first?.payload ?? {})).status).toBe(424);
    folders.at(-1)?.write({ 'vault.token': transitToken });
    expect((await decode(server, first?.payload ?? {})).status).toBe(200);
    expect(server.output()).not.toContain('hvs.');
  });

  it('a Vault token goes nowhere in clear, not even on this machine, unless that was said', async () => {
    const [first] = byVault;
    const own = folder({ 'keys.toml': vaultKeys(first?.vault?.name ?? ''), 'vault.token': transitToken });
    folders.push(own);
    const decodeWith = (...more: readonly string[]) =>
      runBuilt(['payload', 'decode', '-o', 'json', '--keyring', `${own.path}/keys.toml`, ...more], {
        stdin: JSON.stringify(first?.payload),
      });
    for (const more of [[], ['--allow-plaintext-key', 'localhost'], ['--allow-plaintext-key', 'vault.example']]) {
      const { stdout, stderr, exitCode } = await decodeWith(...more);
      expect(exitCode).not.toBe(0);
      expect(stdout + stderr).toContain('INSECURE_CREDENTIAL');
      expect(stdout + stderr).toContain('--allow-plaintext-key 127.0.0.1');
    }
    expect((await decodeWith(...clear)).exitCode).toBe(0);
  });
});

describe('keys of endpoints', () => {
  it('open by the endpoint that the payload names, as far as the namespace has them', async () => {
    const key = randomBytes(32).toString('hex');
    const own = folder({
      'billing.key': key,
      'keys.toml':
        '[keys.billing]\nsecret = "billing.key"\n[keys.none]\nsecret = "billing.key"\n' +
        '[endpoints]\npay = ["billing"]\n[namespaces]\nprod = ["billing"]\nother = ["none"]\n',
    });
    const made = await runBuilt(
      ['payload', 'encrypt', '--endpoint', 'pay', '--keyring', `${own.path}/keys.toml`, '-n', 'prod'],
      { stdin: '{"a":1}' },
    );
    const server = await startCodecServer(flags, own.path);
    const ask = (namespace: string) =>
      http(`${server.endpoint}/decode`, {
        body: body(JSON.parse(made.stdout) as object),
        headers: { 'X-Namespace': namespace },
      });
    try {
      expect(valuesOf(await ask('prod'))).toEqual([{ a: 1 }]);
      expect(payloadsOf(await ask('other'))).toEqual([JSON.parse(made.stdout)]);
    } finally {
      await server.stop();
      own.remove();
    }
  });
});
