import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { makeAuthority } from '../helpers/certificates.ts';
import { makeFolder } from '../helpers/folder.ts';
import { runBuilt } from '../helpers/run.ts';
import {
  buildTimeoutMs,
  noServer,
  serverBinary,
  serverName,
  startServer,
  type TemporalServer,
} from '../helpers/temporal-server.ts';

const variants = {
  plain: {},
  tls: { tls: 'server' },
  mtls: { tls: 'mutual' },
  jwt: { jwt: true },
  'mtls and jwt': { tls: 'mutual', jwt: true },
} as const;
type Name = keyof typeof variants;

const running = new Map<Name, TemporalServer>();
beforeAll(async () => {
  const started = Object.entries(variants).map(async ([name, variant]) => {
    const binary = await serverBinary(variant);
    if (binary !== null) running.set(name as Name, await startServer(binary, variant, ['orders', 'billing']));
  });
  await Promise.all(started);
}, buildTimeoutMs);
afterAll(async () => {
  await Promise.all([...running.values()].map((server) => server.close()));
});

function serverOf(name: Name, context: TestContext): TemporalServer {
  return running.get(name) ?? context.skip(noServer);
}

type Settings = Readonly<Record<string, string | undefined>>;

const epoch = (days: number): number => Math.floor(Date.now() / 1000) + days * 86_400;

/** Everything that is right for a variant; a test takes away or replaces. */
function healthy(name: Name, { address, files, token }: TemporalServer): Settings {
  const variant: { readonly tls?: string; readonly jwt?: boolean } = variants[name];
  return {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: 'orders',
    ...(variant.tls === undefined
      ? { TEMPORAL_TLS: 'false' }
      : { TEMPORAL_TLS_SERVER_CA_CERT_PATH: files.ca, TEMPORAL_TLS_SERVER_NAME: serverName }),
    ...(variant.tls === 'mutual'
      ? { TEMPORAL_TLS_CLIENT_CERT_PATH: files.clientCert, TEMPORAL_TLS_CLIENT_KEY_PATH: files.clientKey }
      : {}),
    ...(variant.jwt === true ? { TEMPORAL_API_KEY: token(['temporal-system:admin'], { exp: epoch(30) }) } : {}),
  };
}

interface Report {
  readonly primary: { readonly code: string; readonly summary: string } | null;
  readonly checks: readonly {
    readonly id: string;
    readonly findings: readonly { readonly code: string; readonly severity: string }[];
  }[];
}

async function connectTest(settings: Settings, ...flags: readonly string[]) {
  const env: Record<string, string> = {};
  for (const [variable, value] of Object.entries(settings)) if (value !== undefined) env[variable] = value;
  const inClear = env['TEMPORAL_TLS'] === 'false' ? ['--allow-plaintext-key', '127.0.0.1'] : [];
  const run = await runBuilt(['connect-test', '-o', 'json', ...inClear, ...flags], { env });
  expect(run.stderr).toBe('');
  return { exitCode: run.exitCode, report: JSON.parse(run.stdout) as Report };
}

function complaints({ checks }: Report): string[] {
  const all = checks.flatMap(({ id, findings }) => findings.map((found) => ({ id, ...found })));
  return all.filter(({ severity }) => severity !== 'info').map(({ id, code }) => `${id}: ${code}`);
}

describe('a real server that is healthy', () => {
  it.for(Object.keys(variants) as Name[])('%s gives nothing to complain about', async (name, context) => {
    const { exitCode, report } = await connectTest(healthy(name, serverOf(name, context)), '--strict');
    expect(complaints(report)).toEqual([]);
    expect(report.primary).toBeNull();
    expect(exitCode).toBe(0);
    const { findings } = report.checks.find(({ id }) => id === 'nexus')!;
    expect(findings.map(({ code }) => code)).toEqual(['NEX006']);
  });

  it('is reached as the tls-simple sample does it: from a profile', async (context) => {
    const { address, files } = serverOf('mtls', context);
    const folder = await makeFolder({
      'temporal.toml': `[profile.sample]
address = "${address}"
namespace = "orders"
[profile.sample.tls]
client_cert_path = "${files.clientCert}"
client_key_path = "${files.clientKey}"
server_ca_cert_path = "${files.ca}"
server_name = "${serverName}"
`,
    });
    const flags = ['--config-file', `${folder}/temporal.toml`, '--profile', 'sample', '--strict'];
    expect(await connectTest({}, ...flags)).toMatchObject({ exitCode: 0, report: { primary: null } });
  });

  it('is reached with the older names of the sample too, which are reported', async (context) => {
    const { address, files } = serverOf('mtls', context);
    const { exitCode, report } = await connectTest({
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: 'orders',
      TEMPORAL_CLIENT_CERT_PATH: files.clientCert,
      TEMPORAL_CLIENT_KEY_PATH: files.clientKey,
      TEMPORAL_SERVER_ROOT_CA_CERT_PATH: files.ca,
      TEMPORAL_SERVER_NAME_OVERRIDE: serverName,
    });
    expect(exitCode).toBe(0);
    expect(new Set(complaints(report))).toEqual(new Set(['configuration: CFG006']));
  });
});

describe('what is wrong is named, with the words of the server', () => {
  type Case = readonly [Name, string, Given, exitCode: number, code: string, summary?: string];
  type Given = Settings | ((server: TemporalServer) => Settings | Promise<Settings>);
  const noCertificate = { TEMPORAL_TLS_CLIENT_CERT_PATH: undefined, TEMPORAL_TLS_CLIENT_KEY_PATH: undefined };
  const withoutTls = { TEMPORAL_TLS: 'false', TEMPORAL_TLS_SERVER_CA_CERT_PATH: undefined };
  const key =
    (permissions: readonly string[], days = 30) =>
    ({ token }: TemporalServer): Settings => ({ TEMPORAL_API_KEY: token(permissions, { exp: epoch(days) }) });
  const table: readonly Case[] = [
    ['plain', 'another namespace', { TEMPORAL_NAMESPACE: 'order' }, 7, 'NSP001', 'Namespace order is not found.'],
    ['plain', 'TLS', { TEMPORAL_TLS: 'true' }, 5, 'TLS001'],
    ['tls', 'no TLS', { ...withoutTls, TEMPORAL_TLS_SERVER_NAME: undefined }, 5, 'TLS002'],
    ['tls', 'no CA', { TEMPORAL_TLS_SERVER_CA_CERT_PATH: undefined }, 5, 'TLS010', 'Test server CA'],
    ['tls', 'no name', { TEMPORAL_TLS_SERVER_NAME: undefined }, 5, 'TLS012', serverName],
    ['tls', 'another name', { TEMPORAL_TLS_SERVER_NAME: 'other' }, 5, 'TLS012', serverName],
    ['mtls', 'no certificate', noCertificate, 4, 'MTL001', 'alert 116'],
    ['mtls', 'the certificate of another CA', () => certificate(-1, 365), 4, 'MTL002', 'alert 48'],
    ['mtls', 'an expired certificate', () => certificate(-30, -1), 3, 'CRT004', 'expired'],
    ['jwt', 'no token', { TEMPORAL_API_KEY: undefined }, 4, 'AUT003', 'Request unauthorized.'],
    ['jwt', 'an expired token', key(['temporal-system:admin'], -1), 3, 'TOK007', 'expired'],
    ['jwt', 'a token for another namespace', key(['billing:admin']), 4, 'AUT003', 'Request unauthorized.'],
    ['jwt', 'a token that may not read endpoints', key(['orders:write']), 0, 'NEX003', 'Request unauthorized.'],
    ['jwt', 'something else', { TEMPORAL_API_KEY: 'not-a-token' }, 4, 'AUT001', 'Request unauthorized.'],
    ['mtls and jwt', 'no token', { TEMPORAL_API_KEY: undefined }, 4, 'AUT004', 'Request unauthorized.'],
  ];
  it.for(table)('%s, given %s', async ([name, , given, exitCode, code, summary = ''], context) => {
    const server = serverOf(name, context);
    const change = typeof given === 'function' ? await given(server) : given;
    const run = await connectTest({ ...healthy(name, server), ...change });
    expect(run.report.primary).toMatchObject({ code, summary: expect.stringContaining(summary) as string });
    expect(run.exitCode).toBe(exitCode);
  });
});

/** A client certificate that is good in itself, of a CA that no server knows. */
async function certificate(firstDay: number, lastDay: number): Promise<Settings> {
  const authority = await makeAuthority('Another CA');
  const at = (days: number): Date => new Date(epoch(days) * 1000);
  const { certificate: text, key } = await authority.leaf({ notBefore: at(firstDay), notAfter: at(lastDay) });
  const folder = await makeFolder({ 'client.pem': text, 'client.key': key });
  return {
    TEMPORAL_TLS_CLIENT_CERT_PATH: `${folder}/client.pem`,
    TEMPORAL_TLS_CLIENT_KEY_PATH: `${folder}/client.key`,
  };
}
