import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { makeAuthority } from '../helpers/certificates.ts';
import { accessFiles, folder, startCodecServer, type RunningServer } from '../helpers/codec-server.ts';
import { goProgram } from '../helpers/go-program.ts';
import { runBuilt, type Run } from '../helpers/run.ts';
import { temporal, temporalCli } from '../helpers/temporal-cli.ts';
import {
  buildTimeoutMs,
  noServer,
  serverBinary,
  startServer,
  type TemporalServer,
} from '../helpers/temporal-server.ts';

const noCli = 'there is no temporal CLI: node scripts/neighbours.mjs, node scripts/go-programs.mjs temporal-cli';
/** The last version that Go's module proxy can build, and the one of this time; without -n the old one names no namespace. */
const versions = [
  ['1.5.1, a Go module', () => goProgram('temporal-cli'), ['--default-namespace', 'default']],
  ['1.9.1', () => Promise.resolve(temporalCli), []],
] as const;
const namespace = 'orders-prod';
const token = randomBytes(32).toString('hex');
const files = folder({
  'one.key': randomBytes(32),
  'keys.toml': `
[keyring]
active = "one"
[keyring.keys.one]
secret = "file:./one.key"
[keyring.namespaces]
${namespace} = ["one"]
default = ["one"]
`,
  ...accessFiles({ ci: { token, namespaces: [namespace], allow: ['decode', 'encode'] } }),
});

afterAll(() => files.remove());

const utf8 = (text: string): string => Buffer.from(text, 'base64').toString();
const lines = (run: Run): string[] => run.stdout.split('\n').map((line) => line.trim());

describe.each(versions)('the temporal CLI %s and nexusctl codec-server', (_version, find, more) => {
  let program: string | null = null;
  let server: TemporalServer | undefined;
  let inClear: RunningServer;
  let secured: RunningServer;
  beforeAll(async () => {
    const binary = await serverBinary();
    program = await find();
    if (binary === null || program === null) return;
    const authority = await makeAuthority('Codec CA');
    const leaf = await authority.leaf({ usages: ['serverAuth'], names: ['localhost', '127.0.0.1'] });
    files.write({ 'ca.pem': authority.certificate, 'tls.pem': leaf.certificate, 'tls.key': leaf.key });
    const args = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--encode', ...more];
    const tls = ['--server-cert', 'tls.pem', '--server-key', 'tls.key', '--access', 'access.toml'];
    [server, inClear, secured] = await Promise.all([
      startServer(binary, {}, [namespace, 'default']),
      startCodecServer(args, files.path),
      startCodecServer([...args, ...tls], files.path),
    ]);
  }, buildTimeoutMs);
  afterAll(async () => {
    await Promise.all([server?.close(), server && inClear.stop(), server && secured.stop()]);
  });

  /** Runs the CLI against the server; where the codec server is does not come with it. */
  function running(context: TestContext) {
    if (server === undefined) return context.skip(program === null ? noCli : noServer);
    const env = { TEMPORAL_ADDRESS: server.address, SSL_CERT_FILE: `${files.path}/ca.pem` };
    return (...args: readonly string[]) => temporal(args, { cli: program, folder: files.path, env });
  }

  const start = (id: string, ...values: readonly unknown[]): string[] => [
    ...['workflow', 'start', '--type', 'ship', '--task-queue', 'nobody', '--workflow-id', id],
    ...values.flatMap((value) => ['--input', JSON.stringify(value)]),
  ];
  const show = (id: string): string[] => ['workflow', 'show', '-w', id, '--detailed'];

  it('writes what it starts encrypted, and shows it decoded', async (context) => {
    const cli = running(context);
    const codec = ['-n', namespace, '--codec-endpoint', inClear.endpoint];
    expect(await cli(...start('both', 'SECRET-ALPHA', { order: 'SECRET-BETA' }), ...codec)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    const stored = await cli('workflow', 'show', '-w', 'both', '-n', namespace, '-o', 'json');
    const [started] = (JSON.parse(stored.stdout) as { events: readonly Started[] }).events;
    const { payloads } = started?.workflowExecutionStartedEventAttributes.input ?? { payloads: [] };
    expect(payloads.map(({ metadata }) => [utf8(metadata.encoding), utf8(metadata['encryption-key-id'])])).toEqual([
      ['binary/encrypted', 'one'],
      ['binary/encrypted', 'one'],
    ]);
    expect(payloads.map(({ data }) => utf8(data)).join()).not.toContain('SECRET');
    const shown = await cli(...show('both'), ...codec);
    expect(lines(shown)).toEqual(
      expect.arrayContaining(['input[0]: SECRET-ALPHA', 'input[1].order: SECRET-BETA']) as string[],
    );
    expect(inClear.output()).not.toContain('SECRET');
  });

  const spellings: readonly [what: string, suffix: string, flags: readonly string[]][] = [
    ['without -n', '', []],
    ['with a slash at the end, hence //decode', '/', ['-n', 'default']],
    ['with both', '/', []],
    ['with its template for the namespace', '/{namespace}', ['-n', 'default']],
    ['with its template for the namespace, without -n', '/{namespace}', []],
  ];
  it.for(spellings)('understands its requests %s', async ([what, suffix, flags], context) => {
    const cli = running(context);
    const id = what.replaceAll(' ', '-');
    const codec = ['--codec-endpoint', inClear.endpoint + suffix, ...flags];
    expect(await cli(...start(id, 'SECRET-GAMMA'), ...codec)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(lines(await cli(...show(id), ...codec))).toContain('input[0]: SECRET-GAMMA');
    expect((await cli(...show(id), ...flags)).stdout).not.toContain('SECRET-GAMMA');
  });

  it('shows over TLS what --codec-auth may see', async (context) => {
    const cli = running(context);
    const codec = ['-n', namespace, '--codec-endpoint', secured.endpoint, '--codec-auth', `Bearer ${token}`];
    expect(await cli(...start('secured', 'SECRET-DELTA'), ...codec)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(lines(await cli(...show('secured'), ...codec))).toContain('input[0]: SECRET-DELTA');
    expect(secured.output()).not.toMatch(new RegExp(`SECRET|${token}`));
  });

  const refused: readonly [what: string, auth: readonly string[], where: string, says: string, exitCode: number][] = [
    ['a wrong token', ['--codec-auth', `Bearer ${'0'.repeat(64)}`], namespace, '401', 4],
    ['no token', [], namespace, '401', 4],
    ['a namespace that is not granted', ['--codec-auth', `Bearer ${token}`], 'default', '403', 4],
  ];
  it.for(refused)(
    'is left with a deadline by %s, and codec-server test names it',
    async ([, auth, where, says, exitCode], context) => {
      const cli = running(context);
      const codec = ['--codec-endpoint', secured.endpoint, '-n', where];
      const id = `refused-${String(auth.length)}-${where}`;
      expect((await cli(...start(id, 'x'), '-n', where)).exitCode).toBe(0);
      const shown = await cli(...show(id), ...codec, ...auth, '--command-timeout', '4s');
      expect(shown.exitCode).not.toBe(0);
      expect(shown.stderr).toMatch(/program interrupted|deadline exceeded/);
      expect(shown.stderr).not.toMatch(/40[13]|unauthorized|forbidden/i);
      files.write({ 'header.txt': auth[1] ?? '' });
      const given = auth.length === 0 ? [] : ['--codec-auth-file', 'header.txt'];
      const examined = await runBuilt(
        ['codec-server', 'test', secured.endpoint, '-n', where, '--tls-ca-path', 'ca.pem', ...given],
        { cwd: files.path, env: { HOME: files.path } },
      );
      expect(examined.exitCode).toBe(exitCode);
      expect(examined.stdout).toContain(says);
    },
  );
});

interface Started {
  readonly workflowExecutionStartedEventAttributes: {
    readonly input: {
      readonly payloads: readonly {
        readonly metadata: { readonly encoding: string; readonly 'encryption-key-id': string };
        readonly data: string;
      }[];
    };
  };
}
