import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { expectNoneOf, secrets, spellings } from '../helpers/canaries.ts';
import { folder, http, plain, sealed, until } from '../helpers/codec-server.ts';
import { program, runBuilt } from '../helpers/run.ts';

/** The verbs that run until they are stopped: nothing that they were told or sent comes back (security.md 1 and 5). */
const payloadKey = Buffer.from(secrets.payloadKey, 'hex');
const token = 'canary-access-token-0451hZ7-canary-access-token';
const plaintext = 'canary-plaintext-0451jK1';
const files = folder({
  'payload.key': secrets.payloadKey,
  'token.txt': token,
  'keys.toml': `
[keyring]
active = "k"
[keyring.keys.k]
secret = "file:./payload.key"
format = "hex"
[keyring.namespaces]
orders = ["k"]
`,
  'access.toml': `
[[tokens]]
subject = "ci"
token = "file:./token.txt"
[[grants]]
subject = "ci"
namespaces = ["orders"]
allow = ["decode", "encode"]
`,
});
afterAll(() => files.remove());

/** Every credential that the shell of whoever starts a server may hold. */
const shell = {
  TEMPORAL_API_KEY: secrets.apiKey,
  TEMPORAL_CLOUD_API_KEY: secrets.cloudKey,
  TEMPORAL_GRPC_META_X_TENANT: secrets.metadata,
  TEMPORAL_CODEC_AUTH: secrets.codecAuth,
  AWS_SECRET_ACCESS_KEY: secrets.aws,
  https_proxy: `http://me:${secrets.proxy}@127.0.0.1:1`,
};
const spelled = [...Object.values(secrets), token, plaintext].flatMap(spellings);
const expectNone = (text: string, where: string): void => expectNoneOf(spelled, text, where);

interface Server {
  readonly output: () => string;
  readonly first: string;
  readonly stop: () => Promise<number | null>;
}

async function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Server> {
  const child = spawn(process.execPath, [program, ...argv], {
    cwd: files.path,
    env: { PATH: process.env['PATH'], HOME: files.path, TMPDIR: files.path, ...shell, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let first = '';
  child.stdout.on('data', (chunk: Buffer) => (output += first += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  await until(() => first.includes('\n') || child.exitCode !== null, 15_000);
  return {
    output: () => output,
    first,
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

describe.each(['debug', 'warn'])('at --log-level %s', (level) => {
  it.each(['text', 'jsonl'])('codec-server start -o %s', async (format) => {
    const keys = ['--keyring', 'keys.toml', '--encode', '--access', 'access.toml'];
    const argv = ['--log-level', level, 'codec-server', 'start', '--listen', '127.0.0.1:0', '-o', format];
    const server = await start([...argv, ...keys]);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(server.first)?.[0] ?? '';
    expect(url, server.output()).not.toBe('');
    const known = { Authorization: `Bearer ${token}`, 'X-Namespace': 'orders' };
    const body = (payload: unknown) => JSON.stringify({ payloads: [payload] });
    const hidden = sealed(plaintext, payloadKey, 'k');
    const decoded = await http(`${url}/decode`, { headers: known, body: body(hidden) });
    // It works: what follows could have been logged.
    expect([decoded.status, Buffer.from(decoded.body).includes(plain(plaintext).data ?? '')]).toEqual([200, true]);
    const requests: Parameters<typeof http>[] = [
      [`${url}/encode`, { headers: known, body: body(plain(plaintext)) }],
      [`${url}/decode`, { headers: { ...known, Authorization: secrets.codecAuth }, body: body(hidden) }],
      [`${url}/decode`, { headers: { ...known, Authorization: [secrets.token, token] }, body: body(hidden) }],
      [`${url}/decode`, { headers: { ...known, 'X-Namespace': secrets.apiKey }, body: body(hidden) }],
      [`${url}/${encodeURIComponent(secrets.apiKey)}/decode?token=${encodeURIComponent(token)}`, { headers: known }],
      [`${url}/decode`, { headers: { ...known, Origin: `http://${secrets.metadata}.example` }, body: body(hidden) }],
      [`${url}/decode`, { headers: known, body: `{"payloads":[{"data":"${plaintext}", "metadata": ${token}` }],
      [`${url}/decode`, { headers: known, body: body({ metadata: { encoding: plaintext }, data: secrets.apiKey }) }],
      [`${url}/decode`, { headers: { ...known, 'Content-Type': secrets.metadata }, body: plaintext }],
      [`${url}/decode`, { method: 'OPTIONS', headers: { Origin: secrets.metadata } }],
    ];
    for (const [to, given] of requests) {
      const { status, headers, body: said } = await http(to, given);
      if (status !== 200) expectNone(said + JSON.stringify(headers), `the answer ${String(status)} of ${to}`);
    }
    expect(await server.stop()).toBe(0);
    expectNone(server.output(), 'what the codec server printed');
  });

  it.each(['text', 'json'])('sandbox start -o %s', async (format) => {
    const server = await start(['--log-level', level, 'sandbox', 'start', '-o', format]);
    const block = format === 'json' ? environmentOf(server.first) : {};
    for (const key of [secrets.cloudKey, secrets.token]) {
      const env = { ...block, TEMPORAL_CLOUD_API_KEY: key, TEMPORAL_API_KEY: key };
      const argv = ['--log-level', level, 'endpoint', 'create', 'x', '--target-namespace', 'billing.sndbx'];
      const run = await runBuilt([...argv, '--target-task-queue', plaintext], { env });
      expect(run.exitCode, run.stderr).not.toBe(0);
      expectNoneOf(spellings(key), run.stdout + run.stderr, 'a refused call');
    }
    expect(await server.stop()).toBe(0);
    expectNone(server.output(), 'what the sandbox printed');
    expect((await readdir(files.path)).filter((name) => name.startsWith('nexusctl-sandbox-'))).toEqual([]);
  });

  it('sandbox run', async () => {
    const script = `console.log(JSON.stringify(process.env));
      require('node:child_process').spawnSync(process.execPath, [${JSON.stringify(program)}, '--log-level', 'debug',
        'endpoint', 'list', '-o', 'json'], { stdio: 'inherit' });`;
    const run = await runBuilt(['--log-level', level, 'sandbox', 'run', '--', process.execPath, '-e', script], {
      env: { ...shell, TMPDIR: files.path },
      timeoutMs: 40_000,
    });
    expect(run).toMatchObject({ exitCode: 0 });
    // The child listed endpoints of the sandbox, with the sandbox's own key.
    expect(run.stdout).toContain('"items"');
    expectNone(run.stdout + run.stderr, 'what the command saw and printed');
  });
});

function environmentOf(line: string): Readonly<Record<string, string>> {
  return (JSON.parse(line) as { environment: Readonly<Record<string, string>> }).environment;
}
