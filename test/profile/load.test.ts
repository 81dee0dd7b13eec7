import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lazyPorts } from '../../src/adapters/lazy.ts';
import type { ConnectionFlags } from '../../src/profile/flags.ts';
import { loadProfile } from '../../src/profile/load.ts';
import { originText, usesTls, type Profile } from '../../src/profile/profile.ts';
import { host } from '../helpers/context.ts';
import { makeFolder } from '../helpers/folder.ts';

interface Given {
  readonly flags?: ConnectionFlags;
  readonly env?: Readonly<Record<string, string>>;
  readonly temporal?: string;
  readonly nexusctl?: string;
}

/** Loads from real files at their default places. */
async function load({
  flags = {},
  env = {},
  temporal,
  nexusctl,
}: Given): Promise<Profile & { readonly folder: string }> {
  const folder = await makeFolder({
    ...(temporal === undefined ? {} : { 'temporalio/temporal.toml': temporal }),
    ...(nexusctl === undefined ? {} : { 'temporalio/nexusctl.toml': nexusctl }),
  });
  const files = await lazyPorts(host).files();
  const around = {
    env: { XDG_CONFIG_HOME: folder, ...env },
    platform: 'linux',
    home: '/nonexistent',
    cwd: '/work dir',
  } as const;
  return { ...(await loadProfile(files, around, flags)), folder };
}

const codes = ({ findings }: Profile): readonly string[] => findings.map(({ code }) => code);

describe('precedence', () => {
  const temporal = '[profile.default]\naddress = "file:7233"\nnamespace = "of-file"\n';
  it.each<[string, Given, string, string]>([
    ['default', {}, 'localhost:7233', 'default'],
    ['file', { temporal }, 'file:7233', 'temporal.toml:2 (profile.default.address)'],
    ['environment over file', { temporal, env: { TEMPORAL_ADDRESS: 'env:7233' } }, 'env:7233', 'TEMPORAL_ADDRESS'],
    ['an empty variable counts as unset', { temporal, env: { TEMPORAL_ADDRESS: '' } }, 'file:7233', 'address'],
    [
      'flag over environment',
      { temporal, env: { TEMPORAL_ADDRESS: 'env:7233' }, flags: { address: 'flag:7233' } },
      'flag:7233',
      '--address',
    ],
    ['no file', { temporal, flags: { disableConfigFile: true } }, 'localhost:7233', 'default'],
    [
      'no environment',
      { temporal, env: { TEMPORAL_ADDRESS: 'env:7233' }, flags: { disableConfigEnv: true } },
      'file:7233',
      'address',
    ],
  ])('%s', async (_, given, value, origin) => {
    const { address } = await load(given);
    expect(address.value).toBe(value);
    expect(originText(address.origin)).toContain(origin);
  });

  it('chooses the profile by flag, then variable, then default', async () => {
    const two = '[profile.a]\nnamespace = "na"\n[profile.b]\nnamespace = "nb"\n';
    expect(
      (await load({ temporal: two, flags: { profile: 'a' }, env: { TEMPORAL_PROFILE: 'b' } })).namespace.value,
    ).toBe('na');
    expect((await load({ temporal: two, env: { TEMPORAL_PROFILE: 'b' } })).namespace.value).toBe('nb');
    expect((await load({ temporal: two })).namespace.value).toBe('default');
  });

  it('says the nearest name when a profile is missing', async () => {
    const profile = await load({ temporal: '[profile.production]\n', flags: { profile: 'produktion' } });
    expect(profile.findings).toContainEqual(
      expect.objectContaining({ code: 'CFG004', error: 'PROFILE_NOT_FOUND', fix: 'did you mean production?' }),
    );
  });
});

describe('secret sources', () => {
  it('take paths of variables literally and references of flags and nexusctl.toml as such', async () => {
    const { tls, cloud } = await load({
      env: { TEMPORAL_TLS_CLIENT_CERT_PATH: 'exec:rm', TEMPORAL_TLS_CLIENT_KEY_DATA: 'KEY' },
      flags: { tlsCaPath: 's3://b/k' },
      nexusctl: '[profile.default]\ncloud_api_key = "exec:key now"\n',
    });
    expect(tls.clientCert?.value).toEqual({ kind: 'reference', reference: 'file:exec:rm', base: '/work dir' });
    expect(tls.clientKey?.value).toEqual({ kind: 'data', data: 'KEY' });
    expect(tls.serverCa?.value).toEqual({ kind: 'reference', reference: 's3://b/k', base: '/work dir', mayRun: true });
    expect(cloud.apiKey?.value).toMatchObject({ reference: 'exec:key now', mayRun: true });
  });

  it('start relative paths of a file at that file', async () => {
    const { tls, folder } = await load({
      temporal: '[profile.default.tls]\nclient_cert_path = "c.pem"\nclient_key_path = "k.pem"\n',
    });
    expect(tls.clientCert?.value).toMatchObject({ base: join(folder, 'temporalio') });
  });

  it('read the older names when the modern one is unset', async () => {
    const older = await load({
      env: { TEMPORAL_CLIENT_CERT_PATH: '/c', TEMPORAL_TLS_KEY: '/k', TEMPORAL_CLIENT_API_KEY: 'secret-key' },
    });
    expect(older.tls.clientCert?.origin).toEqual({ kind: 'environment', name: 'TEMPORAL_CLIENT_CERT_PATH' });
    expect(older.tls.clientKey?.origin).toEqual({ kind: 'environment', name: 'TEMPORAL_TLS_KEY' });
    expect(older.apiKey?.value).toEqual({ kind: 'data', data: 'secret-key' });
    expect(codes(older).filter((code) => code === 'CFG006')).toHaveLength(3);
    const both = await load({
      env: { TEMPORAL_TLS_CERT: '/old', TEMPORAL_TLS_CLIENT_CERT_PATH: '/new', TEMPORAL_TLS_KEY: '/k' },
    });
    expect(both.tls.clientCert?.value).toMatchObject({ reference: 'file:/new' });
    expect(codes(both)).toContain('CFG007');
  });
});

describe('the same item in both files', () => {
  it.each(['[profile.default]\napi_key = "env:K"\n', '[profile.default.tls]\nclient_cert = "c.pem"\n'])(
    '%j',
    async (nexusctl) => {
      const temporal =
        '[profile.default]\napi_key = "k"\n[profile.default.tls]\nclient_cert_path = "/c"\nclient_key_path = "/k"\n';
      const { findings } = await load({ temporal, nexusctl });
      expect(findings).toContainEqual(expect.objectContaining({ error: 'SETTING_INVALID', code: 'CFG008' }));
    },
  );
});

describe('backend', () => {
  const cases: readonly [string, Readonly<Record<string, string>>, string | null][] = [
    ['nothing', {}, 'self-hosted'],
    ['a namespace endpoint', { TEMPORAL_ADDRESS: 'ns.acct1.tmprl.cloud:7233' }, 'cloud'],
    ['a regional endpoint', { TEMPORAL_ADDRESS: 'us-west-2.aws.api.temporal.io:7233' }, 'cloud'],
    [
      'a private link',
      { TEMPORAL_ADDRESS: 'vpce-1.example:7233', TEMPORAL_TLS_SERVER_NAME: 'a.b.tmprl.cloud' },
      'cloud',
    ],
    ['a look-alike', { TEMPORAL_ADDRESS: 'eviltmprl.cloud:7233' }, 'self-hosted'],
    ['a look-alike label', { TEMPORAL_ADDRESS: 'tmprl.cloud.evil.example:7233' }, 'self-hosted'],
    ['a Cloud key alone', { TEMPORAL_CLOUD_API_KEY: 'k' }, 'cloud'],
    ['a control plane alone', { NEXUSCTL_CLOUD_ADDRESS: 'x.tmprl.cloud:443' }, 'cloud'],
    ['another address', { TEMPORAL_ADDRESS: 'temporal.example:7233' }, 'self-hosted'],
    ['a Cloud key beside another address', { TEMPORAL_ADDRESS: 't.example:7233', TEMPORAL_CLOUD_API_KEY: 'k' }, null],
    ['named', { TEMPORAL_ADDRESS: 't.example:7233', TEMPORAL_CLOUD_API_KEY: 'k', NEXUSCTL_BACKEND: 'cloud' }, 'cloud'],
    [
      'a rehearsal account',
      { TEMPORAL_ADDRESS: '127.0.0.1:1', NEXUSCTL_CLOUD_ADDRESS: '127.0.0.1:2', TEMPORAL_CLOUD_API_KEY: 'k' },
      'cloud',
    ],
  ];
  it.each(cases)('%s', async (_, env, expected) => {
    expect((await load({ env })).backend?.value ?? null).toBe(expected);
  });

  it("shares a profile's key with Cloud on a Cloud profile only", async () => {
    const key = { TEMPORAL_API_KEY: 'profile-key' };
    const at = async (env: Readonly<Record<string, string>>) =>
      (await load({ env: { ...key, ...env } })).cloud.apiKey?.value;
    expect(await at({ TEMPORAL_ADDRESS: 'ns.acct1.tmprl.cloud:7233' })).toEqual({ kind: 'data', data: 'profile-key' });
    expect(await at({ TEMPORAL_ADDRESS: 't.example:7233' })).toBeUndefined();
    expect(await at({ TEMPORAL_ADDRESS: 't.example:7233', NEXUSCTL_BACKEND: 'cloud' })).toBeUndefined();
  });
});

describe('findings', () => {
  const cases: readonly [string, Given, string, boolean?][] = [
    ['a file that is not there', { env: { TEMPORAL_CONFIG_FILE: '/nonexistent/x.toml' } }, 'CFG002'],
    ['syntax', { temporal: '[profile.default\n' }, 'CFG003'],
    ['[profiles.default]', { temporal: '[profiles.default]\naddress="x:1"\n' }, 'CFG005'],
    ['apikey', { temporal: '[profile.default]\napikey="x"\n' }, 'CFG005'],
    ['namespace at the top', { temporal: 'namespace="x"\n[profile.default]\n' }, 'CFG005'],
    ['tls.cert_path', { temporal: '[profile.default.tls]\ncert_path="x"\n' }, 'CFG005'],
    ['a number for a string', { temporal: '[profile.default]\naddress=7233\n' }, 'CFG019'],
    ['path and data', { env: { TEMPORAL_TLS_CLIENT_CERT_PATH: '/c', TEMPORAL_TLS_CLIENT_CERT_DATA: 'x' } }, 'CFG008'],
    ['half a pair', { env: { TEMPORAL_TLS_CLIENT_CERT_PATH: '/c' } }, 'CFG009'],
    ['a key without TLS', { env: { TEMPORAL_API_KEY: 'some-key', TEMPORAL_TLS: 'false' } }, 'CFG010'],
    [
      'two credentials',
      { env: { TEMPORAL_API_KEY: 'k', TEMPORAL_TLS_CLIENT_CERT_PATH: '/c', TEMPORAL_TLS_CLIENT_KEY_PATH: '/k' } },
      'CFG011',
    ],
    ['TEMPORAL_TLS=True', { env: { TEMPORAL_TLS: 'True' } }, 'CFG012'],
    ['TEMPORAL_TLS=yes', { env: { TEMPORAL_TLS: 'yes' } }, 'CFG012'],
    ['TEMPORAL_TLS empty', { env: { TEMPORAL_TLS: '' } }, 'CFG012'],
    ['disable_host_verification', { temporal: '[profile.default.tls]\ndisable_host_verification=true\n' }, 'CFG013'],
    ['oauth', { temporal: '[profile.default.oauth]\nclient_id="x"\n' }, 'CFG013'],
    ['a blank in a metadata name', { flags: { grpcMeta: ['bad key=x'] } }, 'CFG014'],
    ['three underscores', { temporal: '[profile.default.grpc_meta]\nx_my_custom_header="x"\n' }, 'CFG014'],
    ['metadata beside the key', { env: { TEMPORAL_API_KEY: 'k', TEMPORAL_GRPC_META_AUTHORIZATION: 'x' } }, 'CFG014'],
    ['an empty API key', { env: { TEMPORAL_API_KEY: '' } }, 'TOK001'],
    ['an empty profile name', { env: { TEMPORAL_PROFILE: '' } }, 'CFG004'],
    ['a template', { env: { TEMPORAL_ADDRESS: '${namespace}.tmprl.cloud:7233' } }, 'ADR006'],
    ['an older name', { env: { TEMPORAL_HOST_URL: 'x' } }, 'CFG006'],
    [
      'a hidden address',
      { temporal: '[profile.default]\naddress="a:1"\n', env: { TEMPORAL_ADDRESS: 'b:1' } },
      'CFG007',
    ],
    ['a relative path', { temporal: '[profile.default.tls]\nclient_cert_path="c"\nclient_key_path="/k"\n' }, 'CFG020'],
  ];
  it.each(cases)('%s', async (_, given, code) => {
    expect(codes(await load(given))).toContain(code);
  });

  it('are empty for an ordinary profile', async () => {
    const temporal =
      '[profile.default]\naddress = "ns.acct1.tmprl.cloud:7233"\nnamespace = "ns.acct1"\napi_key = "abcdef"\n[profile.default.codec]\nendpoint = "http://localhost"\n';
    expect(codes(await load({ temporal })).filter((code) => code !== 'CFG013')).toEqual([]);
  });

  it('report a key of the environment that meets an address of a file which is not the default one', async () => {
    const foreign = await makeFolder({ 'foreign.toml': '[profile.default]\naddress = "t.example:7233"\n' });
    const given = { env: { TEMPORAL_API_KEY: 'some-key' }, flags: { configFile: join(foreign, 'foreign.toml') } };
    const warned = (await load(given)).findings.find(({ code }) => code === 'CFG018');
    expect(warned?.severity).toBe('warning');
    const refused = await load({ ...given, flags: { ...given.flags, strict: true } });
    expect(refused.findings.find(({ code }) => code === 'CFG018')?.severity).toBe('error');
  });
});

describe('values', () => {
  it('expand ${namespace}', async () => {
    const { address } = await load({
      env: { TEMPORAL_ADDRESS: '${namespace}.tmprl.cloud:7233', TEMPORAL_NAMESPACE: 'a.b12345' },
    });
    expect(address.value).toBe('a.b12345.tmprl.cloud:7233');
  });

  it('merge metadata of file, variables and flags; an empty variable removes a name', async () => {
    const { grpcMeta } = await load({
      temporal: '[profile.default.grpc_meta]\nx_one = "1"\nx-two = "2"\n',
      env: { TEMPORAL_GRPC_META_X_TWO: '', TEMPORAL_GRPC_META_X_THREE: '3' },
      flags: { grpcMeta: ['X-One=flag=1'] },
    });
    expect(grpcMeta.map(({ name, value }) => [name, value])).toEqual([
      ['x-one', 'flag=1'],
      ['x-three', '3'],
    ]);
  });

  it.each<[Readonly<Record<string, string>>, boolean]>([
    [{}, false],
    [{ TEMPORAL_API_KEY: 'k' }, true],
    [{ TEMPORAL_TLS: 'true' }, true],
    [{ TEMPORAL_TLS: 'True' }, true],
    [{ TEMPORAL_TLS: '0', TEMPORAL_API_KEY: 'k' }, false],
    [{ TEMPORAL_TLS_SERVER_NAME: 'x' }, true],
  ])('%j: TLS %s', async (env, expected) => {
    expect(usesTls(await load({ env }))).toBe(expected);
  });

  it('resolve paths of nexusctl.toml from its folder', async () => {
    const { policyFile, keyring, folder } = await load({
      nexusctl: '[profile.default]\npolicy_file = "p.json"\nkeyring = "../k.toml"\n',
    });
    expect(policyFile?.value).toBe(join(folder, 'temporalio/p.json'));
    expect(keyring?.value).toBe(join(folder, 'k.toml'));
  });
});
