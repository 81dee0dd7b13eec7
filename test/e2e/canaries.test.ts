import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { expectNoneOf, secrets, spellings } from '../helpers/canaries.ts';
import { makeAuthority } from '../helpers/certificates.ts';
import { runMain, wholeProgram } from '../helpers/context.ts';
import { echo, plaintextStranger, untrustedEcho, untrustedStranger, type Stranger } from '../helpers/strangers.ts';

type Env = Readonly<Record<string, string>>;

interface Verb {
  readonly path: readonly string[];
  /** Its required arguments, filled with words that mean nothing. */
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly formats: readonly string[];
}

/** Every verb of the command tree: one that is added tomorrow is tested by this file without being named in it. */
const verbs = leaves(await wholeProgram());

function leaves(command: Awaited<ReturnType<typeof wholeProgram>>, path: readonly string[] = []): Verb[] {
  if (command.commands.length > 0)
    return command.commands.flatMap((child) => leaves(child as typeof command, [...path, child.name()]));
  const output = command.options.find(({ long }) => long === '--output');
  return [
    {
      path,
      words: command.registeredArguments
        .filter(({ required }) => required)
        .map(({ argChoices }) => argChoices?.[0] ?? 'thing'),
      flags: new Set(command.options.map(({ long }) => long ?? '')),
      formats: output?.argChoices ?? [],
    },
  ];
}

let folder = '';
let key = '';
let sandbox: Sandbox;
let clear: Stranger;
let untrusted: Stranger;
let untrustedHttp: Stranger;
let consented: Stranger;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexusctl-canaries-'));
  const authority = await makeAuthority('Nobody CA');
  const server = await authority.leaf({ names: ['127.0.0.1', 'localhost'], usages: ['serverAuth'] });
  const client = await authority.leaf();
  key = client.key;
  await writeFile(join(folder, 'client.pem'), client.certificate);
  await writeFile(join(folder, 'client.key'), client.key, { mode: 0o600 });
  await writeFile(join(folder, 'payload.key'), secrets.payloadKey, { mode: 0o600 });
  await writeFile(
    join(folder, 'keyring.toml'),
    '[keyring]\nactive = "k"\n[keyring.keys.k]\nsecret = "file:./payload.key"\nformat = "hex"\n',
    { mode: 0o600 },
  );
  const served = { cert: server.certificate, key: server.key };
  [sandbox, clear, untrusted, untrustedHttp, consented] = await Promise.all([
    startSandbox({ operationMs: 10 }),
    plaintextStranger(),
    untrustedStranger(served),
    untrustedEcho(served),
    echo(),
  ]);
});

afterAll(async () => {
  await Promise.all([sandbox, clear, untrusted, untrustedHttp, consented].map((server) => server.close()));
  await rm(folder, { recursive: true });
});

/** Every credential by variable, at a server. */
function everyCredential(address: string, more: Env = {}): Env {
  return {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: 'orders',
    TEMPORAL_API_KEY: secrets.apiKey,
    TEMPORAL_CLOUD_API_KEY: secrets.cloudKey,
    NEXUSCTL_CLOUD_ADDRESS: address,
    TEMPORAL_TLS_CLIENT_CERT_PATH: join(folder, 'client.pem'),
    TEMPORAL_TLS_CLIENT_KEY_DATA: key,
    TEMPORAL_GRPC_META_X_TENANT: secrets.metadata,
    TEMPORAL_CODEC_ENDPOINT: `https://${untrustedHttp.address}`,
    TEMPORAL_CODEC_AUTH: secrets.codecAuth,
    NEXUSCTL_KEYRING: join(folder, 'keyring.toml'),
    AWS_ACCESS_KEY_ID: 'AKIACANARY0451',
    AWS_SECRET_ACCESS_KEY: secrets.aws,
    AWS_ENDPOINT_URL: `http://${clear.address}`,
    AWS_REGION: 'eu-west-1',
    VAULT_TOKEN: secrets.vault,
    VAULT_ADDR: `https://${untrustedHttp.address}`,
    ...more,
  };
}

/** The same by a file, with what only a file holds. */
async function profileFile(address: string, apiKey: string, rest = ''): Promise<string> {
  const path = join(folder, `temporal-${String(Math.random()).slice(2)}.toml`);
  const text = [
    '[profile.default]',
    `address = "${address}"`,
    'namespace = "orders"',
    `api_key = ${JSON.stringify(apiKey)}`,
    `grpc_meta = { "x-tenant" = "${secrets.metadata}" }`,
    `codec = { endpoint = "https://${untrustedHttp.address}", auth = "${secrets.codecAuth}" }`,
    `oauth = { client_secret = "${secrets.oauth}", token = { access_token = "${secrets.oauth}" } }`,
    '[profile.default.tls]',
    `client_cert_path = "${join(folder, 'client.pem')}"`,
    `client_key_data = """\n${key}"""`,
    rest,
  ];
  await writeFile(path, text.join('\n'), { mode: 0o600 });
  return path;
}

interface Scene {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env: () => Promise<Env> | Env;
  /** Every secret may be sent to the server of this scene, which repeats it; none may be printed. */
  readonly toConsented?: true;
}

const scenes: readonly Scene[] = [
  { name: 'variables, a server that speaks no TLS', env: () => everyCredential(clear.address) },
  { name: 'variables, an untrusted server', env: () => everyCredential(untrusted.address) },
  {
    name: 'a file, an untrusted server',
    env: async () => ({ TEMPORAL_CONFIG_FILE: await profileFile(untrusted.address, secrets.token) }),
  },
  { name: 'TLS off', args: ['--no-tls'], env: () => everyCredential(clear.address) },
  {
    name: 'no verification',
    args: ['--tls-disable-host-verification'],
    env: () => everyCredential(untrusted.address, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
  },
  {
    name: 'in clear by consent, to a server that repeats what it was told',
    args: ['--no-tls', '--allow-plaintext-key', '127.0.0.1', '--backend', 'self-hosted'],
    env: () => everyCredential(consented.address),
    toConsented: true,
  },
  {
    name: 'a proxy with a password',
    env: () => everyCredential('temporal.invalid:7233', { https_proxy: `http://me:${secrets.proxy}@${clear.address}` }),
  },
  {
    name: 'secrets that are broken',
    env: () =>
      everyCredential(untrusted.address, {
        TEMPORAL_API_KEY: `${secrets.apiKey}\n\u0000`,
        TEMPORAL_TLS_CLIENT_KEY_DATA: key.replaceAll('\n', ' '),
        TEMPORAL_CODEC_AUTH: `${secrets.codecAuth}\nX: y`,
      }),
  },
  {
    name: 'a file that cannot be parsed, at the secret',
    env: async () => ({ TEMPORAL_CONFIG_FILE: await profileFile(clear.address, secrets.apiKey, 'x = [1') }),
  },
  {
    name: 'a file with a secret of the wrong type, and one where a path belongs',
    env: async () => ({
      TEMPORAL_CONFIG_FILE: await profileFile(
        clear.address,
        secrets.token,
        `server_name = [${JSON.stringify(secrets.apiKey)}]`,
      ),
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: key,
    }),
  },
  {
    name: 'success and refusals of a rehearsal account, debugging switched on everywhere',
    env: () => ({
      ...sandbox.environment,
      DEBUG: '*',
      GRPC_TRACE: 'all',
      GRPC_VERBOSITY: 'DEBUG',
      TEMPORAL_DEBUG: '1',
    }),
  },
];

const everySpelling = (): readonly string[] =>
  [
    ...Object.values(secrets),
    secrets.codecAuth.replace('Bearer ', ''),
    key,
    sandbox.environment['TEMPORAL_API_KEY'] ?? '',
    sandbox.environment['TEMPORAL_CLOUD_API_KEY'] ?? '',
  ]
    .filter((secret) => secret !== '')
    .flatMap(spellings);

const expectNone = (text: string, where: string): void => expectNoneOf(everySpelling(), text, where);

const levels = ['debug', 'info', 'warn', 'error', 'never'];

/** What makes a verb run to its end by itself, nowhere but here. */
function argvOf(verb: Verb, format: string, given: readonly string[]): string[] {
  const bounds = {
    '--command-timeout': '4s',
    '--client-connect-timeout': '300ms',
    '--step-timeout': '300ms',
    '--listen': '127.0.0.1:0',
  };
  const wanted = (flag: string): boolean => verb.flags.has(flag);
  const pairs = given.flatMap((word, index) => {
    if (!word.startsWith('--')) return [];
    const value = given[index + 1];
    if (!wanted(word) && !(word === '--no-tls' && wanted('--tls'))) return [];
    return value === undefined || value.startsWith('--') ? [word] : [word, value];
  });
  const level = levels[verb.formats.indexOf(format) % levels.length] ?? 'debug';
  return [
    '--log-level',
    level,
    ...verb.path,
    ...Object.entries(bounds).flatMap(([flag, value]) => (wanted(flag) ? [flag, value] : [])),
    ...['--yes', '--no-input'].filter(wanted),
    ...pairs,
    ...(format === '' ? [] : ['-o', format]),
    ...verb.words,
  ];
}

/** These run until they are interrupted: canaries-servers.test.ts. */
const servers = new Set(['sandbox start', 'sandbox run', 'codec-server start']);
const connects = (verb: Verb): boolean => verb.flags.has('--address') && !servers.has(verb.path.join(' '));

it('finds every verb', () => {
  const names = verbs.map(({ path }) => path.join(' '));
  expect(names).toEqual(expect.arrayContaining(['connect-test', 'config show', 'endpoint allow', 'payload decode']));
  expect(names.length).toBeGreaterThan(40);
});

describe.each(scenes)('$name', ({ args = [], env, toConsented }) => {
  it.each(verbs.filter(connects).map((verb) => ({ ...verb, name: verb.path.join(' ') })))('$name', async (verb) => {
    const variables = await env();
    const before = await files();
    const strangers = [clear, untrusted, untrustedHttp, ...(toConsented === true ? [] : [consented])];
    const told = strangers.map(({ seen }) => seen().length);
    for (const format of verb.formats.length === 0 ? [''] : verb.formats) {
      const argv = argvOf(verb, format, args);
      const { stdout, stderr, exitCode } = await runMain(argv, { env: variables, cwd: folder, stdin: '{}' });
      expectNone(stdout + stderr, argv.join(' '));
      expect(exitCode, stderr).not.toBe(70);
    }
    for (const path of await files())
      if (!before.includes(path)) expectNone(await readFile(path, 'latin1'), `${verb.path.join(' ')}: ${path}`);
    for (const [index, { seen, address }] of strangers.entries())
      expectNone(seen().slice(told[index]), `what ${address} was told by ${verb.path.join(' ')}`);
  });
});

describe('a secret that was given where something else belongs', () => {
  const pem = () => key;
  it.each(
    verbs.filter(({ path }) => !servers.has(path.join(' '))).map((verb) => ({ ...verb, name: verb.path.join(' ') })),
  )('$name', async (verb) => {
    const flags = [...verb.flags].filter((flag) => /-(file|path|ca|key|cert|keyring)$/.test(flag));
    for (const secret of [secrets.token, pem()]) {
      for (const flag of flags.length === 0 ? [''] : flags) {
        const argv = [...argvOf(verb, '', []), ...(flag === '' ? [secret] : [flag, secret])];
        const { stdout, stderr } = await runMain(argv, {
          env: { TEMPORAL_ADDRESS: untrusted.address, TEMPORAL_TLS: 'true' },
          cwd: folder,
          stdin: secret,
        });
        expectNone(stdout + stderr, argv.join(' '));
      }
    }
  });
});

it('the server that was allowed to see them has seen them, so that this test can fail', () => {
  expect(consented.seen()).toContain(secrets.apiKey);
  expect(consented.seen()).toContain(secrets.metadata);
});

async function files(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const paths = names.map((name) => join(folder, name));
  const kinds = await Promise.all(paths.map(async (path) => (await stat(path)).isFile()));
  return paths.filter((_, index) => kinds[index]);
}
