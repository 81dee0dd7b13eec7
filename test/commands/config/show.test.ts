import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { makeFolder } from '../../helpers/folder.ts';

const canary = 'canary-SECRET-0451';

interface Shown {
  readonly backend?: string;
  readonly account?: string;
  readonly profile: string;
  readonly items: readonly {
    readonly setting: string;
    readonly value: string;
    readonly secret?: true;
    readonly origin: { readonly kind: string; readonly name?: string; readonly line?: number };
    readonly readers?: Readonly<Record<string, string | null>>;
  }[];
  readonly findings: readonly { readonly code: string }[];
  readonly warnings: readonly string[];
}

async function show(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Shown> {
  const { stdout, exitCode } = await runMain(['config', 'show', '-o', 'json', ...argv], { env });
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as Shown;
}

const item = ({ items }: Shown, name: string) => items.find(({ setting }) => setting === name);

describe('config show: refused', () => {
  const table: readonly [argv: string, env: Readonly<Record<string, string>>, exitCode: number, message: string][] = [
    ['config show surplus', {}, 2, 'too many arguments'],
    ['config show --backend aws', {}, 2, '--backend'],
    ['config show --auth both', {}, 2, '--auth'],
    ['config show --client-connect-timeout soon', {}, 2, 'duration'],
    ['config show --env prod', {}, 3, 'config import'],
    ['config show', { TEMPORAL_ENV: 'prod' }, 3, 'config import'],
    ['--env prod config show', {}, 3, 'config import'],
    ['--env prod config path', {}, 3, 'config import'],
  ];
  it.each(table)('%s %j', async (argv, env, code, message) => {
    const { exitCode, stdout, stderr } = await runMain(argv.split(' '), { env });
    expect(exitCode).toBe(code);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });
});

describe('config show', () => {
  it('prints values, origins with lines and backend, and masks every secret', async () => {
    const folder = await makeFolder({
      'temporalio/temporal.toml': [
        '[profile.prod]',
        'address = "ns.acct1.tmprl.cloud:7233"',
        'namespace = "ns.acct1"',
        `api_key = "${canary}"`,
        '[profile.prod.grpc_meta]',
        `x-token = "${canary}"`,
        '[profile.prod.codec]',
        'endpoint = "https://codec.example"',
        `auth = "${canary}"`,
        '[profile.prod.tls]',
        `client_key_data = "${canary}"`,
        `client_cert_data = "${canary}"`,
      ].join('\n'),
      'temporalio/nexusctl.toml':
        '[profile.prod]\naccount_id = "acct1"\ncloud_api_key = "exec:op read op://vault/key"\n',
    });
    const env = { XDG_CONFIG_HOME: folder, TEMPORAL_TLS_SERVER_NAME: 'name.example' };
    const shown = await show(['--profile', 'prod', '--codec-header', `X-A=${canary}`], env);
    expect(shown).toMatchObject({ schemaVersion: 1, backend: 'cloud', account: 'acct1', profile: 'prod' });
    expect(item(shown, 'address')).toEqual({
      setting: 'address',
      value: 'ns.acct1.tmprl.cloud:7233',
      origin: { kind: 'file', path: join(folder, 'temporalio/temporal.toml'), key: 'profile.prod.address', line: 2 },
    });
    expect(item(shown, 'tls.server_name')?.origin).toEqual({ kind: 'environment', name: 'TEMPORAL_TLS_SERVER_NAME' });
    expect(item(shown, 'cloud_api_key')?.value).toBe('exec:op …');
    for (const name of [
      'api_key',
      'codec.auth',
      'grpc_meta.x-token',
      'codec.header.X-A',
      'tls.client_key',
      'tls.client_cert',
    ])
      expect(item(shown, name), name).toMatchObject({ value: '********', secret: true });
    for (const format of ['text', 'json']) {
      const { stdout, stderr } = await runMain(['config', 'show', '--profile', 'prod', '-o', format], { env });
      expect(stdout + stderr).not.toContain(canary);
    }
  });

  it('works on a broken configuration, to show what is wrong', async () => {
    const folder = await makeFolder({
      'x.toml': `[profile.default]\napi_key = "${canary}"\naddress = "unclosed\nnamespace = "${canary}"\n`,
    });
    const shown = await show(['--config-file', join(folder, 'x.toml')]);
    expect(shown.findings).toContainEqual(expect.objectContaining({ code: 'CFG003' }));
    expect(JSON.stringify(shown)).not.toContain(canary);
    expect(JSON.stringify(shown)).toContain('3:  address = ');
  });

  it('accepts --tls=false as the temporal CLI does', async () => {
    expect(item(await show(['--tls=false'], { TEMPORAL_API_KEY: 'k12345' }), 'tls')).toMatchObject({
      value: 'off',
      origin: { kind: 'flag', name: '--tls' },
    });
  });

  it('exits 1 on warnings with --strict', async () => {
    const env = { TEMPORAL_TLS: 'yes' };
    expect((await runMain(['config', 'show'], { env })).exitCode).toBe(0);
    expect((await runMain(['config', 'show', '--strict'], { env })).exitCode).toBe(1);
  });
});

describe('what other readers see', () => {
  const cases: readonly [Readonly<Record<string, string>>, string, Readonly<Record<string, string | null>>][] = [
    [{ TEMPORAL_TLS: 'True' }, 'tls', { typescript: 'off (TEMPORAL_TLS)' }],
    [{ TEMPORAL_TLS: 'yes', TEMPORAL_API_KEY: 'k12345' }, 'tls', { typescript: 'off (TEMPORAL_TLS)' }],
    [
      { TEMPORAL_TLS_CERT: '/c', TEMPORAL_TLS_KEY: '/k' },
      'tls.client_cert',
      { typescript: null, go: null, core: null },
    ],
    [
      { TEMPORAL_TLS_CERT: '/old', TEMPORAL_TLS_CLIENT_CERT_PATH: '/new', TEMPORAL_TLS_CLIENT_KEY_PATH: '/k' },
      'tls.client_cert',
      { cli: '/old (TEMPORAL_TLS_CERT)' },
    ],
    [{ TEMPORAL_TLS_CLIENT_CERT_PATH: '/c' }, 'tls.client_cert', { typescript: null }],
    [{ TEMPORAL_CLIENT_API_KEY: canary }, 'api_key', { cli: null, typescript: null, go: null, core: null }],
    [
      { TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' },
      'tls.disable_host_verification',
      { typescript: null, core: null },
    ],
    [
      { TEMPORAL_ADDRESS: '${namespace}.x:1', TEMPORAL_NAMESPACE: 'n' },
      'address',
      Object.fromEntries(['typescript', 'go', 'core'].map((reader) => [reader, '${namespace}.x:1 (TEMPORAL_ADDRESS)'])),
    ],
  ];
  it.each(cases)('%j', async (env, setting, readers) => {
    expect(item(await show([], env), setting)?.readers).toEqual(readers);
  });

  // Null: it does not see what nexusctl sees. Masked: it sees what nexusctl does not.
  it.each([
    ['grpc_meta.x-a-b-c', { typescript: null }],
    ['grpc_meta.x-a-b_c', { typescript: '******** (profile.default.grpc_meta.x_a_b_c)' }],
    ['grpc_meta.x-a', undefined],
    ['codec.endpoint', { typescript: null, go: null, core: null }],
    ['codec.auth', { typescript: null, go: null, core: null }],
    ['authority', { typescript: null, core: null }],
    ['oauth', { cli: '******** (profile.default.oauth)' }],
  ])('%s of a file, complete', async (setting, readers) => {
    const folder = await makeFolder({
      'temporalio/temporal.toml': [
        '[profile.default]',
        'authority = "a"',
        `grpc_meta = { x_a_b_c = "${canary}", x-a = "${canary}" }`,
        `codec = { endpoint = "https://c", auth = "${canary}" }`,
        `oauth = { client_id = "${canary}" }`,
      ].join('\n'),
    });
    const shown = await show([], { XDG_CONFIG_HOME: folder });
    expect(item(shown, setting)?.readers).toEqual(readers);
    expect(JSON.stringify(shown)).not.toContain(canary);
  });

  it('say nothing when all see the same', async () => {
    const shown = await show([], { TEMPORAL_ADDRESS: 'a:1', TEMPORAL_API_KEY: 'k12345', TEMPORAL_NAMESPACE: 'n' });
    expect(shown.items.filter(({ readers }) => readers !== undefined)).toEqual([]);
  });
});

describe('config list', () => {
  it('lists the profiles of both files and marks the current one', async () => {
    const folder = await makeFolder({
      'temporalio/temporal.toml': '[profile.b]\naddress = "b:1"\n[profile.a]\nnamespace = "n"\n',
      'temporalio/nexusctl.toml': '[profile.c]\nbackend = "cloud"\n',
    });
    const env = { XDG_CONFIG_HOME: folder, TEMPORAL_PROFILE: 'b', TEMPORAL_ADDRESS: 'ignored:1' };
    const { stdout } = await runMain(['config', 'list', '-o', 'json'], { env });
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      items: [
        { name: 'a', current: false, namespace: 'n', files: [join(folder, 'temporalio/temporal.toml')] },
        {
          name: 'b',
          current: true,
          address: 'b:1',
          backend: 'self-hosted',
          files: [join(folder, 'temporalio/temporal.toml')],
        },
        { name: 'c', current: false, backend: 'cloud', files: [join(folder, 'temporalio/nexusctl.toml')] },
      ],
      warnings: [],
    });
    expect((await runMain(['config', 'list'], { env })).stdout).toBe('  a       n\n* b  b:1\n  c\n');
  });
});
