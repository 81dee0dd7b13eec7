import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { olderNames } from '../../src/profile/older-names.ts';
import { runMain } from '../helpers/context.ts';
import { makeFolder } from '../helpers/folder.ts';

/** What a configuration says, as seen by both commands that report it. */
async function codesOf(env: Readonly<Record<string, string>>, toml?: string, args: readonly string[] = []) {
  const folder = await makeFolder(toml === undefined ? {} : { 'temporalio/temporal.toml': toml });
  const given = { env: { ...env, XDG_CONFIG_HOME: folder }, cwd: folder };
  const show = await runMain(['config', 'show', '-o', 'json', ...args], given);
  const test = await runMain(['connect-test', '--offline', '-o', 'json', ...args], given);
  const shown = (JSON.parse(show.stdout) as { findings: { code: string; message: string }[] }).findings;
  const tested = (
    JSON.parse(test.stdout) as { checks: { findings: { code: string; message: string }[] }[] }
  ).checks.flatMap(({ findings }) => findings);
  return { shown, tested };
}

const file = (...lines: readonly string[]) => ['[profile.default]', 'address = "orders:7233"', ...lines].join('\n');

interface Case {
  readonly what: string;
  readonly code: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly toml?: string;
  /** A word of the message. */
  readonly says?: string;
}

const key = { TEMPORAL_API_KEY: 'k-0123456789' };

/** Where the readers of one configuration disagree: connections 1.3, row by row. */
const divergences: readonly Case[] = [
  ...['True', 'TRUE', 'yes', 'on', ''].map((value) => ({
    what: `TEMPORAL_TLS=${JSON.stringify(value)}`,
    code: 'CFG012',
    env: { TEMPORAL_TLS: value },
    says: 'TypeScript',
  })),
  {
    what: 'TEMPORAL_TLS=True with a key: in clear by TypeScript',
    code: 'CFG012',
    env: { ...key, TEMPORAL_TLS: 'True' },
    says: 'clear',
  },
  { what: 'an empty key', code: 'TOK001', env: { TEMPORAL_API_KEY: '' }, says: 'TypeScript' },
  { what: 'an empty profile name', code: 'CFG004', env: { TEMPORAL_PROFILE: '' }, says: 'TypeScript' },
  { what: 'an empty file name', code: 'CFG002', env: { TEMPORAL_CONFIG_FILE: '' }, says: 'TypeScript' },
  {
    what: 'no verification, by variable',
    code: 'CFG013',
    env: { TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' },
    says: 'Go',
  },
  {
    what: 'no verification, by file',
    code: 'CFG013',
    toml: file('[profile.default.tls]', 'disable_host_verification = true'),
    says: 'Go',
  },
  { what: 'a certificate alone', code: 'CFG009', env: { TEMPORAL_TLS_CLIENT_CERT_PATH: '/c.pem' } },
  { what: 'a key alone', code: 'CFG009', toml: file('[profile.default.tls]', 'client_key_path = "/k"') },
  {
    what: 'path and data by variables',
    code: 'CFG008',
    env: { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/ca', TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'x' },
  },
  {
    what: 'path and data in the file',
    code: 'CFG008',
    toml: file('[profile.default.tls]', 'client_cert_path = "/c"', 'client_cert_data = "x"', 'client_key_path = "/k"'),
  },
  {
    what: 'data by variable on top of a path in the file',
    code: 'CFG008',
    env: { TEMPORAL_TLS_CLIENT_CERT_DATA: 'x' },
    toml: file('[profile.default.tls]', 'client_cert_path = "/c"', 'client_key_path = "/k"'),
  },
  { what: 'codec', code: 'CFG013', toml: file('codec = { endpoint = "https://c" }'), says: 'codec' },
  { what: 'authority', code: 'CFG013', toml: file('authority = "a"'), says: 'authority' },
  { what: 'oauth', code: 'CFG013', toml: file('[profile.default.oauth]', 'client_id = "x"'), says: 'oauth' },
  {
    what: 'metadata with three underscores',
    code: 'CFG014',
    toml: file('grpc_meta = { x_my_custom_header = "v" }'),
    says: 'x_my_custom_header',
  },
  { what: '[profiles.default]', code: 'CFG005', toml: '[profiles.default]\naddress = "a:1"', says: '[profiles]' },
  {
    what: 'authorization in metadata beside a key',
    code: 'CFG014',
    env: { ...key, TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer x' },
    says: 'replaces the API key',
  },
  {
    what: 'Authorization with a capital, in the file, beside a key',
    code: 'CFG014',
    env: key,
    toml: file('grpc_meta = { Authorization = "Bearer x" }'),
  },
  { what: 'a template in the address', code: 'ADR006', env: { TEMPORAL_ADDRESS: '${namespace}.x:7233' } },
];

describe('where readers of the configuration disagree, both commands say so', () => {
  it.each(divergences)('$what: $code', async ({ code, env = {}, toml, says = '' }) => {
    const { shown, tested } = await codesOf(env, toml);
    const expected = expect.objectContaining({ code, message: expect.stringContaining(says) as string }) as object;
    expect(shown).toContainEqual(expected);
    expect(tested).toContainEqual(expected);
  });

  it('a profile that is asked for and missing', async () => {
    const { shown, tested } = await codesOf({ TEMPORAL_PROFILE: 'prd' }, '[profile.prod]\naddress = "a:1"');
    for (const findings of [shown, tested])
      expect(findings).toContainEqual(
        expect.objectContaining({ code: 'CFG004', message: expect.any(String) as string }),
      );
  });

  it('nothing is said of a plain configuration', async () => {
    const { shown, tested } = await codesOf({ TEMPORAL_TLS: 'true' }, file('namespace = "orders"'));
    expect(shown).toEqual([]);
    expect(tested).toEqual([]);
  });
});

/** The older names of connections 1.4. */
const older = `
  TEMPORAL_CLIENT_CERT_PATH TEMPORAL_CLIENT_KEY_PATH TEMPORAL_SERVER_NAME_OVERRIDE TEMPORAL_SERVER_ROOT_CA_CERT_PATH
  TEMPORAL_CLIENT_API_KEY TEMPORAL_TLS_CERT TEMPORAL_TLS_KEY TEMPORAL_TLS_CA TEMPORAL_TLS_CERT_DATA TEMPORAL_TLS_KEY_DATA
  TEMPORAL_TLS_CA_DATA TEMPORAL_MTLS_TLS_CERT TEMPORAL_MTLS_TLS_KEY TEMPORAL_MTLS_TLS_CA TEMPORAL_HOST_URL
  TEMPORAL_CLIENT_CERT TEMPORAL_CLIENT_KEY TEMPORAL_CERT_PATH TEMPORAL_KEY_PATH TEMPORAL_CERT TEMPORAL_CERT_KEY
  TEMPORAL_ENDPOINT TEMPORAL_HOST TEMPORAL_HOST_PORT TEMPORAL_CLI_ADDRESS TEMPORAL_CLI_NAMESPACE TEMPORAL_CLI_TLS_CA
  TEMPORAL_CLI_TLS_CERT TEMPORAL_CLI_TLS_KEY TEMPORAL_CLI_TLS_SERVER_NAME TEMPORAL_CLI_TLS_DISABLE_HOST_VERIFICATION
  TEMPORAL_CLI_TLS_ENABLE_HOST_VERIFICATION TEMPORAL_CLI_AUTH TEMPORAL_TLS_ENABLE_HOST_VERIFICATION
  TEMPORAL_CLOUD_NAMESPACE TEMPORAL_CLOUD_API_SERVER TEMPORAL_CLOUD_INSECURE_CONNECTION TEMPORAL_CLOUD_CONFIG_DIR`
  .trim()
  .split(/\s+/);

describe('older names', () => {
  it('are all known', () => {
    expect(olderNames.map(({ name }) => name).sort()).toEqual([...older].sort());
  });

  it('are each reported by both commands, with the modern name where there is one', async () => {
    // One at a time would run eighty commands: each has a message of its own.
    const env = Object.fromEntries(older.map((name) => [name, join('/', 'x')]));
    const { shown, tested } = await codesOf(env);
    for (const { name, modern } of olderNames) {
      const its = ({ code, message }: { code: string; message: string }) =>
        code === 'CFG006' && message.startsWith(`${name} `);
      const found = shown.find(its) as { fix?: string } | undefined;
      expect(found, name).toBeDefined();
      expect(tested.some(its), name).toBe(true);
      if (modern !== null) expect(found?.fix).toContain(modern);
    }
  });
});
