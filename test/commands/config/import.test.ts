import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { makeFolder } from '../../helpers/folder.ts';

const canary = 'canary-SECRET-0451';

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** Imports in a folder of its own, and reads back what the two files say afterwards. */
async function importing(argv: readonly string[], { env = {}, files = {} }: Given) {
  const folder = await makeFolder(files);
  const given = { env: { XDG_CONFIG_HOME: join(folder, '.config'), ...env }, home: folder };
  const outcome = await runMain(
    ['config', 'import', '-o', 'json', ...argv.map((one) => one.replace('$FOLDER', folder))],
    given,
  );
  expect(outcome.stdout + outcome.stderr).not.toContain(canary);
  const read = async (name: string): Promise<unknown> =>
    readFile(join(folder, '.config/temporalio', name), 'utf8').then(parse, () => null);
  const changes =
    outcome.exitCode === 0
      ? (JSON.parse(outcome.stdout) as { changes: { action: string }[]; warnings: string[] })
      : null;
  return { ...outcome, folder, changes, temporal: await read('temporal.toml'), nexusctl: await read('nexusctl.toml') };
}

describe('from the environment', () => {
  const cases: readonly [string, Readonly<Record<string, string>>, object | null, object | null][] = [
    [
      'the TypeScript samples',
      {
        TEMPORAL_CLIENT_CERT_PATH: '/c.pem',
        TEMPORAL_CLIENT_KEY_PATH: '/k.pem',
        TEMPORAL_SERVER_NAME_OVERRIDE: 'name',
        TEMPORAL_SERVER_ROOT_CA_CERT_PATH: '/ca.pem',
        TEMPORAL_CLIENT_API_KEY: canary,
      },
      {
        api_key: canary,
        tls: {
          client_cert_path: '/c.pem',
          client_key_path: '/k.pem',
          server_name: 'name',
          server_ca_cert_path: '/ca.pem',
        },
      },
      null,
    ],
    [
      'tctl, with a prefix on the key and a reversed boolean',
      {
        TEMPORAL_CLI_ADDRESS: 'a:1',
        TEMPORAL_CLI_NAMESPACE: 'n',
        TEMPORAL_CLI_AUTH: `Bearer ${canary}`,
        TEMPORAL_CLI_TLS_ENABLE_HOST_VERIFICATION: 'false',
      },
      { address: 'a:1', namespace: 'n', api_key: canary, tls: { disable_host_verification: true } },
      null,
    ],
    [
      'data where a path belongs',
      { TEMPORAL_TLS_CERT: `-----BEGIN CERTIFICATE-----${canary}` },
      { tls: { client_cert_data: `-----BEGIN CERTIFICATE-----${canary}` } },
      null,
    ],
    [
      'a modern name beside an older one',
      { TEMPORAL_HOST_URL: 'old:1', TEMPORAL_ADDRESS: 'new:1' },
      { address: 'new:1' },
      null,
    ],
    [
      'TLS and metadata',
      { TEMPORAL_TLS: 'true', TEMPORAL_GRPC_META_X_TEAM_ID: canary },
      { tls: { disabled: false }, grpc_meta: { 'x-team-id': canary } },
      null,
    ],
    [
      "nexusctl's own",
      { NEXUSCTL_ACCOUNT: 'a1b2c', NEXUSCTL_BACKEND: 'cloud', TEMPORAL_CLOUD_API_KEY: canary },
      null,
      { account_id: 'a1b2c', backend: 'cloud', cloud_api_key: 'env:TEMPORAL_CLOUD_API_KEY' },
    ],
  ];
  it.each(cases)('%s', async (_, env, temporal, nexusctl) => {
    const result = await importing(['--profile', 'p'], { env });
    expect(result.exitCode).toBe(0);
    expect(result.temporal).toEqual(temporal === null ? null : { profile: { p: temporal } });
    expect(result.nexusctl).toEqual(nexusctl === null ? null : { profile: { p: nexusctl } });
  });

  it('keeps what is there unless told otherwise', async () => {
    const files = { '.config/temporalio/temporal.toml': '[profile.p]\naddress = "mine:1" # mine\n' };
    const env = { TEMPORAL_ADDRESS: 'other:1' };
    const kept = await importing(['--profile', 'p'], { env, files });
    expect(kept.changes).toMatchObject({ changed: false, changes: [{ action: 'kept' }] });
    expect(kept.temporal).toEqual({ profile: { p: { address: 'mine:1' } } });
    const replaced = await importing(['--profile', 'p', '--overwrite'], { env, files });
    expect(replaced.temporal).toEqual({ profile: { p: { address: 'other:1' } } });
    expect(await readFile(join(replaced.folder, '.config/temporalio/temporal.toml'), 'utf8')).toContain('# mine');
  });

  it.each<[what: string, argv: readonly string[], there: string, env: Readonly<Record<string, string>>, after: object]>(
    [
      [
        'a path stays where data comes',
        [],
        'client_cert_path = "/c"',
        { TEMPORAL_TLS_CERT_DATA: 'x' },
        { client_cert_path: '/c' },
      ],
      [
        'data replaces a path when told so',
        ['--overwrite'],
        'client_cert_path = "/c"',
        { TEMPORAL_TLS_CERT_DATA: 'x' },
        { client_cert_data: 'x' },
      ],
      [
        'a path replaces data when told so',
        ['--overwrite'],
        'client_key_data = "x"',
        { TEMPORAL_TLS_KEY: '/k' },
        { client_key_path: '/k' },
      ],
      [
        'of both the path is taken',
        [],
        'server_name = "n"',
        { TEMPORAL_TLS_CA: '/a', TEMPORAL_TLS_CA_DATA: 'x' },
        { server_name: 'n', server_ca_cert_path: '/a' },
      ],
    ],
  )('one of a path and data: %s', async (_what, argv, there, env, after) => {
    const files = { '.config/temporalio/temporal.toml': `[profile.p.tls]\n${there}\n` };
    const { temporal, exitCode } = await importing(['--profile', 'p', ...argv], { env, files });
    expect(exitCode).toBe(0);
    expect(temporal).toEqual({ profile: { p: { tls: after } } });
  });

  it('says which boolean is none', async () => {
    const { changes } = await importing(['--profile', 'p'], { env: { TEMPORAL_TLS: 'perhaps' } });
    expect(changes).toMatchObject({ changed: false, warnings: ['TEMPORAL_TLS is neither true nor false'] });
  });

  it('wants a name for the profile', async () => {
    const { exitCode, stderr } = await importing(['--profile', ''], { env: { TEMPORAL_ADDRESS: 'a:1' } });
    expect({ exitCode, code: (JSON.parse(stderr) as { error: { code: string } }).error.code }).toEqual({
      exitCode: 2,
      code: 'USAGE',
    });
  });

  it('writes nothing on a dry run', async () => {
    const { folder, changes } = await importing(['--dry-run'], { env: { TEMPORAL_ADDRESS: 'a:1' } });
    expect(changes).toMatchObject({ changed: true, dryRun: true });
    await expect(stat(join(folder, '.config'))).rejects.toThrow();
  });
});

it("from tcld's variables, with the key by reference", async () => {
  const env = {
    TEMPORAL_CLOUD_NAMESPACE: 'ns.a1b2c',
    TEMPORAL_CLOUD_API_KEY: canary,
    TEMPORAL_CLOUD_API_SERVER: 'x.tmprl.cloud:443',
  };
  const { temporal, nexusctl } = await importing(['--from', 'tcld'], { env });
  expect(temporal).toEqual({ profile: { default: { namespace: 'ns.a1b2c' } } });
  expect(nexusctl).toEqual({
    profile: {
      default: { cloud_address: 'x.tmprl.cloud:443', cloud_api_key: 'env:TEMPORAL_CLOUD_API_KEY', backend: 'cloud' },
    },
  });
});

describe('from the `temporal env` store', () => {
  const store = `env:\n  prod:\n    address: prod:7233\n    namespace: ns\n    api-key: ${canary}\n    tls-cert-path: /c\n    tls-disable-host-verification: "true"\n    grpc-meta:\n      - X-A=${canary}\n    output: json\n  dev:\n    address: dev:7233\n`;
  const files = { '.config/temporalio/temporal.yaml': store };

  it('makes a profile of each environment, although TEMPORAL_ENV is set', async () => {
    const { exitCode, temporal, changes } = await importing(['--from', 'temporal-env'], {
      files,
      env: { TEMPORAL_ENV: 'prod' },
    });
    expect(exitCode).toBe(0);
    expect(temporal).toEqual({
      profile: {
        prod: {
          address: 'prod:7233',
          namespace: 'ns',
          api_key: canary,
          tls: { client_cert_path: '/c', disable_host_verification: true },
          grpc_meta: { 'X-A': canary },
        },
        dev: { address: 'dev:7233' },
      },
    });
    expect(changes?.warnings).toEqual(['prod.output has no equal in a profile']);
  });

  it('takes one of them, from a file by name', async () => {
    const { temporal } = await importing(['--from', 'temporal-env', '--env', 'dev', '$FOLDER/x.yaml'], {
      files: { 'x.yaml': store },
    });
    expect(temporal).toEqual({ profile: { dev: { address: 'dev:7233' } } });
  });

  const odd: readonly [what: string, yaml: string, profiles: object | null, warnings: readonly string[]][] = [
    [
      'numbers as they are written',
      'env: {p: {namespace: 0123, authority: 0x1F}}',
      { p: { namespace: '0123' } },
      ['p.authority has no equal in a profile'],
    ],
    [
      'a key of digits',
      'env: {p: {api-key: 12345678901234567890123}}',
      { p: { api_key: '12345678901234567890123' } },
      [],
    ],
    [
      'words that YAML takes for booleans',
      'env: {p: {namespace: True, address: 1e5}}',
      { p: { namespace: 'True', address: '1e5' } },
      [],
    ],
    ['a tag of a program', `env: {p: {api-key: !!js/function "${canary}"}}`, { p: { api_key: canary } }, []],
    [
      'nothing behind a key',
      'env: {p: {address: , namespace: "", tls: true}}',
      { p: { tls: { disabled: false } } },
      ['p.address is empty', 'p.namespace is empty'],
    ],
    [
      'a boolean that is none',
      'env: {p: {address: a:1, tls: perhaps}}',
      { p: { address: 'a:1' } },
      ['p.tls is neither true nor false'],
    ],
    [
      'an environment that is none',
      `env: {p: "${canary}", q: , r: [x], s: {address: a:1}}`,
      { s: { address: 'a:1' } },
      ['p is no table of flags', 'q is no table of flags', 'r is no table of flags'],
    ],
    [
      'a name that is none',
      'env: {"": {address: a:1}, s: {address: b:1}}',
      { s: { address: 'b:1' } },
      ['an environment has no name'],
    ],
    [
      'metadata that is none',
      `env: {p: {address: a:1, grpc-meta: ["${canary}"]}}`,
      { p: { address: 'a:1' } },
      ['p.grpc-meta is no list of NAME=VALUE'],
    ],
    [
      'metadata as a table',
      `env: {p: {address: a:1, grpc-meta: {A: ${canary}}}}`,
      { p: { address: 'a:1' } },
      ['p.grpc-meta is no list of NAME=VALUE'],
    ],
    [
      'a path and data for one thing',
      'env: {p: {tls-cert-path: /c, tls-cert-data: x}}',
      { p: { tls: { client_cert_path: '/c' } } },
      [],
    ],
    [
      'anchors',
      'x: &x {address: a:1}\nenv: {p: *x, q: {<<: *x, namespace: n}}',
      { p: { address: 'a:1' }, q: { address: 'a:1', namespace: 'n' } },
      [],
    ],
    ['names of JavaScript', 'env: {constructor: {address: a:1}}', { constructor: { address: 'a:1' } }, []],
    ['a byte order mark and CRLF', '\ufeffenv:\r\n  p:\r\n    address: a:1\r\n', { p: { address: 'a:1' } }, []],
    [
      'a password in an address',
      `env: {p: {address: "https://me:${canary}@h:1"}}`,
      { p: { address: `https://me:${canary}@h:1` } },
      [],
    ],
  ];
  it.each(odd)('%s', async (_what, yaml, profiles, warnings) => {
    const result = await importing(['--from', 'temporal-env'], { files: { '.config/temporalio/temporal.yaml': yaml } });
    expect(result.exitCode).toBe(0);
    expect(result.stderr).toBe('');
    expect(result.temporal).toEqual(profiles === null ? null : { profile: profiles });
    expect(result.changes?.warnings).toEqual(warnings);
  });

  const failures: readonly [string[], Given, string][] = [
    [[], {}, 'CONFIG_FILE_UNREADABLE'],
    [['--env', 'none'], { files }, 'PROFILE_NOT_FOUND'],
    [[], { files: { '.config/temporalio/temporal.yaml': `api-key: "${canary}` } }, 'INPUT_INVALID'],
    [[], { files: { '.config/temporalio/temporal.yaml': `- ${canary}` } }, 'INPUT_INVALID'],
    [
      [],
      {
        files: {
          '.config/temporalio/temporal.yaml': `a: &a [x,x]\n${Array.from({ length: 120 }, (_, i) => `b${String(i)}: *a`).join('\n')}\n`,
        },
      },
      'INPUT_INVALID',
    ],
  ];
  it.each(failures)('%j fails without showing the file', async (argv, given, code) => {
    const { exitCode, stderr } = await importing(['--from', 'temporal-env', ...argv], given);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code } });
  });
});
