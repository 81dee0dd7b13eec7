import { readFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, Scene } from '../fault.ts';
import { canary, type Lab } from '../lab.ts';
import { startTemporal } from '../server.ts';

const closed = ['--address', '127.0.0.1:1'];
const pem = (lab: Lab, name: string): string => readFileSync(lab.path(name), 'utf8');

/** A client pair as files, against a port where nobody listens: what is wrong with it is proven here. */
const files =
  (cert: (lab: Lab) => Promise<string> | string, key: (lab: Lab) => Promise<string> | string) =>
  async (lab: Lab): Promise<Scene> => ({
    args: [...closed, '--tls-cert-path', await cert(lab), '--tls-key-path', await key(lab)],
  });
const named =
  (name: string) =>
  (lab: Lab): string =>
    lab.path(name);
const mangled =
  (name: string, mangle: (text: string) => string | Uint8Array) =>
  (lab: Lab): Promise<string> =>
    lab.write(`mangled-${name}`, mangle(pem(lab, name)));
const client = named('client.pem');
const key = named('client.key');

const env =
  (variables: Readonly<Record<string, string>>, args: readonly string[] = closed): (() => Scene) =>
  () => ({ args, env: variables });
const profile =
  (toml: string, ...args: string[]) =>
  async (lab: Lab): Promise<Scene> => ({ args: ['--config-file', await lab.write('temporal.toml', toml), ...args] });

const forCloud =
  (name: string) =>
  (lab: Lab): Scene => ({
    args: [
      '--offline',
      '--address',
      'orders.a1b2c.tmprl.cloud:7233',
      '-n',
      'orders.a1b2c',
      '--tls-cert-path',
      lab.path(`${name}.pem`),
      '--tls-key-path',
      lab.path(`${name}.key`),
    ],
  });

const token = (part: object): string =>
  `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${Buffer.from(JSON.stringify(part)).toString('base64url')}.c2ln`;
const seconds = Math.floor(Date.now() / 1000);

/** Offline, with the client certificate as another writer left it. */
const rewritten =
  (file: string, change: (text: string) => string) =>
  async (lab: Lab): Promise<Scene> => {
    const certificate = await lab.write(file, change(pem(lab, 'client.pem')));
    return {
      args: ['--offline', ...closed, '--tls-cert-path', certificate, '--tls-key-path', lab.path('client.key')],
    };
  };

export const localFaults: readonly Fault[] = [
  {
    name: 'configuration file that is not there',
    code: 'CFG002',
    scene: () => ({ args: ['--config-file', '/nonexistent/temporal.toml', ...closed] }),
  },
  {
    name: 'TOML syntax',
    code: 'CFG003',
    scene: profile(`[profile.default]\napi_key = "${canary}"\naddress = "C:\\Users"\n`),
  },
  {
    name: 'profile that is not there',
    code: 'CFG004',
    scene: profile('[profile.prod]\naddress = "127.0.0.1:1"\n', '--profile', 'prdo'),
  },
  {
    name: 'unknown table',
    code: 'CFG005',
    scene: profile('[profiles.default]\naddress = "127.0.0.1:7233"\n', '--address', '127.0.0.1:1'),
  },
  ...['[profiles.default]\naddress', '[profile.default]\nadress'].map((written): Fault => ({
    name: `an address written as ${written.replace('\n', ' ')}`,
    code: 'CFG005',
    scene: profile(`${written} = "frontend.lab.example:7233"\n`),
  })),
  {
    name: 'path and data',
    code: 'CFG008',
    scene: (lab) => ({
      args: closed,
      env: {
        TEMPORAL_TLS_CLIENT_CERT_PATH: lab.path('client.pem'),
        TEMPORAL_TLS_CLIENT_CERT_DATA: pem(lab, 'client.pem'),
        TEMPORAL_TLS_CLIENT_KEY_PATH: lab.path('client.key'),
      },
    }),
  },
  {
    name: 'certificate without key',
    code: 'CFG009',
    scene: (lab) => ({ args: [...closed, '--tls-cert-path', lab.path('client.pem')] }),
  },
  {
    name: 'key without certificate',
    code: 'CFG009',
    scene: (lab) => ({ args: [...closed, '--tls-key-path', lab.path('client.key')] }),
  },
  {
    name: 'API key in clear',
    code: 'CFG010',
    scene: async (lab) => {
      const server = await startTemporal(lab);
      return {
        args: ['--address', server.address],
        env: { TEMPORAL_API_KEY: canary, TEMPORAL_TLS: 'false' },
        strangers: [server],
      };
    },
  },
  {
    name: 'API key, TLS spelled so that it is off',
    code: 'CFG012',
    scene: env({ TEMPORAL_API_KEY: canary, TEMPORAL_TLS: 'yes' }),
  },
  {
    name: 'capital Authorization beside a key',
    code: 'CFG014',
    scene: () => ({ args: [...closed, '--grpc-meta', 'bad key=x'] }),
  },
  { name: 'file that is not there', code: 'CFG015', scene: files(() => '/nonexistent/client.pem', key) },
  {
    name: 'file that is in the working folder and not beside the configuration file',
    code: 'CFG020',
    scene: async (lab) => {
      const text =
        '[profile.default]\naddress = "127.0.0.1:1"\n[profile.default.tls]\nserver_ca_cert_path = "elsewhere.pem"\n';
      const cwd = lab.path('working-folder');
      await mkdir(cwd, { recursive: true });
      await copyFile(lab.path('ca.pem'), join(cwd, 'elsewhere.pem'));
      return { args: ['--config-file', await lab.write('elsewhere.toml', text)], cwd };
    },
  },
  { name: 'folder in place of a file', code: 'CFG015', scene: files(() => '/tmp', key) },
  {
    name: 'path in a data variable',
    code: 'CFG016',
    scene: (lab) => ({
      args: closed,
      env: {
        TEMPORAL_TLS_CLIENT_CERT_DATA: lab.path('client.pem'),
        TEMPORAL_TLS_CLIENT_KEY_PATH: lab.path('client.key'),
      },
    }),
  },
  {
    name: 'default namespace on Cloud',
    code: 'CFG017',
    scene: env({ TEMPORAL_ADDRESS: 'orders.a1b2c.tmprl.cloud:7233', TEMPORAL_NAMESPACE: 'default' }, ['--offline']),
  },
  {
    name: 'another namespace on Cloud',
    code: 'CFG017',
    scene: env({ TEMPORAL_ADDRESS: 'orders.a1b2c.tmprl.cloud:7233', TEMPORAL_NAMESPACE: 'billing.a1b2c' }, [
      '--offline',
    ]),
  },
  ...(
    [
      ['https://localhost:7233', 'ADR001'],
      ['localhost:7233/path', 'ADR001'],
      ['dns:///localhost:7233', 'ADR001'],
      ['localhost:7233:7233', 'ADR002'],
      ['localhost:99999', 'ADR002'],
      ['localhost:', 'ADR002'],
      ['::1:7233', 'ADR003'],
      [' localhost:7233', 'ADR004'],
      ['localhost,7233', 'ADR004'],
      ['"localhost:7233"', 'ADR004'],
      ['cloud.temporal.io:443', 'ADR005'],
      ['https://cloud.temporal.io/namespaces/orders.a1b2c', 'ADR005'],
      ['{{ .Values.address }}:7233', 'ADR006'],
      ['saas-api.tmprl.cloud:443', 'ADR007'],
      ['orders.tmprl.cloud:7233', 'ADR007'],
    ] as const
  ).map(([address, code]): Fault => ({
    name: `address ${address}`,
    code,
    scene: env({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'orders.a1b2c' }, ['--offline']),
  })),
  { name: 'certificate as DER', code: 'CRT002', scene: files(named('client.der'), key) },
  { name: 'certificate as PKCS#12', code: 'CRT002', scene: files(named('client.p12'), key) },
  {
    name: 'certificate with \\n escapes',
    code: 'CRT002',
    scene: files(
      mangled('client.pem', (text) => text.replaceAll('\n', '\\n')),
      key,
    ),
  },
  {
    name: 'certificate in base64',
    code: 'CRT002',
    scene: files(
      mangled('client.pem', (text) => Buffer.from(text).toString('base64')),
      key,
    ),
  },
  {
    name: 'certificate on one line',
    code: 'CRT002',
    scene: files(
      mangled('client.pem', (text) => text.replaceAll('\n', ' ')),
      key,
    ),
  },
  {
    name: 'certificate empty',
    code: 'CRT002',
    scene: files(
      mangled('client.pem', () => ''),
      key,
    ),
  },
  {
    name: 'certificate cut',
    code: 'CRT003',
    scene: files(
      mangled('client.pem', (text) => text.slice(0, 200)),
      key,
    ),
  },
  {
    name: 'certificate expired',
    code: 'CRT004',
    scene: files(named('expired-client.pem'), named('expired-client.key')),
  },
  {
    name: 'certificate not yet valid',
    code: 'CRT005',
    scene: files(named('early-client.pem'), named('early-client.key')),
  },
  {
    name: 'for servers',
    code: 'CRT008',
    scene: files(named('server-usage-client.pem'), named('server-usage-client.key')),
  },
  { name: 'SHA-1', code: 'CRT010', scene: files(named('sha1-client.pem'), named('sha1-client.key')) },
  {
    name: 'bundle in the wrong order',
    code: 'CRT011',
    scene: files(async (lab) => lab.write('reversed.pem', pem(lab, 'client-ca.pem') + pem(lab, 'client.pem')), key),
  },
  {
    name: 'key garbled',
    code: 'KEY001',
    scene: files(
      client,
      mangled('client.key', (text) => text.replace(/[A-Za-z]{8}/g, 'AAAAAAAA')),
    ),
  },
  { name: 'key encrypted', code: 'KEY002', scene: files(client, named('encrypted.key')) },
  { name: 'another key', code: 'KEY003', scene: files(client, named('other-client.key')) },
  { name: 'swapped', code: 'KEY004', scene: files(key, client) },
  { name: 'public key', code: 'KEY005', scene: files(client, named('public.key')) },
  {
    name: 'empty server CA',
    code: 'CA001',
    scene: async (lab) => ({ args: [...closed, '--tls-ca-path', await lab.write('empty.pem', '')] }),
  },
  {
    name: 'garbage as server CA',
    code: 'CA001',
    scene: async (lab) => ({ args: [...closed, '--tls-ca-path', await lab.write('garbage.pem', 'hello\n')] }),
  },
  { name: 'key of blanks', code: 'TOK001', scene: env({ TEMPORAL_API_KEY: '   ' }) },
  { name: 'setting of another type', code: 'CFG019', scene: profile('[profile.default]\naddress = 7233\n') },
  {
    name: 'certificate that may not sign, for Cloud',
    code: 'CRT009',
    scene: forCloud('encipher-client'),
  },
  {
    name: 'certificate with the name of its issuer, for Cloud',
    code: 'CRT016',
    scene: forCloud('same-name-client'),
  },
  {
    name: 'CA as client, for Cloud',
    code: 'CRT007',
    scene: forCloud('client-ca'),
  },
  { name: 'weak key, for Cloud', code: 'CRT015', scene: forCloud('weak-client') },
  {
    name: 'server CA that has expired',
    code: 'CA004',
    scene: (lab) => ({ args: [...closed, '--tls-ca-path', lab.path('expired-ca.pem')] }),
  },
  { name: 'key with a newline inside', code: 'TOK002', scene: env({ TEMPORAL_API_KEY: `${canary}\n${canary}` }) },
  { name: 'key with a trailing newline', code: 'TOK002', scene: env({ TEMPORAL_API_KEY: `${canary}\n` }) },
  { name: 'key with Bearer', code: 'TOK003', scene: env({ TEMPORAL_API_KEY: `Bearer ${canary}` }) },
  { name: 'key in quotes', code: 'TOK004', scene: env({ TEMPORAL_API_KEY: `"${canary}"` }) },
  ...['null', 'undefined', 'changeme', '${API_KEY}', '<api key>', '{"token":"abc"}'].map((key): Fault => ({
    name: `key ${key}`,
    code: 'TOK005',
    scene: env({ TEMPORAL_API_KEY: key }),
  })),
  ...(
    [
      ['indented', 'CRT002', (text: string) => text.replace(/^/gm, '  ')],
      ['in quotes', 'CRT002', (text: string) => `"${text}"`],
      ['without its BEGIN line', 'CRT002', (text: string) => text.replace(/-----BEGIN.*\n/, '')],
      ['without its END line', 'CRT003', (text: string) => text.replace(/-----END.*\n/, '')],
      ['with typographic dashes', 'CRT002', (text: string) => text.replaceAll('-----', '——')],
      ['in UTF-16', 'CRT002', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
      ['percent-encoded', 'CRT002', (text: string) => encodeURIComponent(text)],
      ['inside JSON', 'CRT002', (text: string) => JSON.stringify({ cert: text })],
      ['inside YAML', 'CRT002', (text: string) => `cert: |\n${text.replace(/^/gm, '  ')}`],
      ['with bytes changed', 'CRT003', (text: string) => text.replace(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA')],
      ['that is a page', 'CRT002', () => '<html><body>Sign in</body></html>'],
    ] as const
  ).map(([name, code, mangle]): Fault => ({
    name: `certificate ${name}`,
    code,
    scene: files(mangled('client.pem', mangle), key),
  })),
  ...(
    [
      ['with \\n escapes', (text: string) => text.replaceAll('\n', '\\n')],
      ['in base64', (text: string) => Buffer.from(text).toString('base64')],
      ['cut', (text: string) => text.slice(0, 100)],
      ['empty', () => ''],
      ['in quotes', (text: string) => `'${text}'`],
    ] as const
  ).map(([name, mangle]): Fault => ({
    name: `key file ${name}`,
    code: 'KEY001',
    scene: files(client, mangled('client.key', mangle)),
  })),
  { name: 'masked key', code: 'TOK005', scene: env({ TEMPORAL_API_KEY: 'abc…xyz' }) },
  { name: 'key expired', code: 'TOK007', scene: env({ TEMPORAL_API_KEY: token({ exp: seconds - 3600 }) }) },
  {
    name: 'key not yet valid',
    code: 'TOK008',
    scene: env({ TEMPORAL_API_KEY: token({ nbf: seconds + 3600, exp: seconds + 864_000_00 }) }),
  },
];

export const localWarnings: readonly Fault[] = [
  {
    name: 'CA as client',
    code: 'CRT007',
    works: true,
    scene: (lab) => ({
      args: [
        '--offline',
        ...closed,
        '--tls-cert-path',
        lab.path('client-ca.pem'),
        '--tls-key-path',
        lab.path('client-ca.key'),
      ],
    }),
  },
  {
    name: 'server CA for Cloud',
    code: 'CA003',
    works: true,
    scene: (lab) => ({
      args: [
        '--offline',
        '--address',
        'orders.a1b2c.tmprl.cloud:7233',
        '-n',
        'orders.a1b2c',
        '--tls-ca-path',
        lab.path('ca.pem'),
      ],
    }),
  },
  {
    name: 'expires soon',
    code: 'CRT006',
    works: true,
    scene: (lab) => ({
      args: [
        '--offline',
        ...closed,
        '--tls-cert-path',
        lab.path('soon-client.pem'),
        '--tls-key-path',
        lab.path('soon-client.key'),
      ],
    }),
  },
  {
    name: 'key of another account',
    code: 'TOK011',
    works: true,
    scene: env({ TEMPORAL_API_KEY: token({ account_id: 'zzzzz', exp: seconds + 864_000_00 }) }, [
      '--offline',
      '--address',
      'orders.a1b2c.tmprl.cloud:7233',
      '-n',
      'orders.a1b2c',
    ]),
  },
  {
    name: 'key empty',
    code: 'TOK001',
    works: true,
    scene: env({ TEMPORAL_API_KEY: '', TEMPORAL_TLS: 'true' }, ['--offline', ...closed]),
  },
  {
    name: 'template that only the CLI fills in',
    code: 'ADR006',
    works: true,
    scene: env({ TEMPORAL_ADDRESS: '${namespace}.tmprl.cloud:7233', TEMPORAL_NAMESPACE: 'orders.a1b2c' }, [
      '--offline',
    ]),
  },
  {
    name: 'key and certificate both',
    code: 'CFG011',
    works: true,
    scene: (lab) => ({
      args: [
        '--offline',
        ...closed,
        '--tls-cert-path',
        lab.path('client.pem'),
        '--tls-key-path',
        lab.path('client.key'),
      ],
      env: { TEMPORAL_API_KEY: token({ exp: seconds + 864_000_00 }) },
    }),
  },
  {
    name: 'key expires soon',
    code: 'TOK009',
    works: true,
    scene: env({ TEMPORAL_API_KEY: token({ exp: seconds + 86_400 }) }, ['--offline', ...closed]),
  },
  {
    name: 'weak key',
    code: 'CRT015',
    works: true,
    scene: (lab) => ({
      args: [
        '--offline',
        ...closed,
        '--tls-cert-path',
        lab.path('weak-client.pem'),
        '--tls-key-path',
        lab.path('weak-client.key'),
      ],
    }),
  },
  {
    name: 'byte order mark',
    code: 'CRT014',
    works: true,
    scene: rewritten('bom.pem', (text) => `\ufeff${text}`),
  },
  {
    name: 'a label of OpenSSL alone',
    code: 'CRT014',
    works: true,
    scene: rewritten('trusted.pem', (text) => text.replaceAll(' CERTIFICATE', ' TRUSTED CERTIFICATE')),
  },
  {
    name: 'older variable',
    code: 'CFG006',
    works: true,
    scene: (lab) => ({
      args: ['--offline', ...closed],
      env: { TEMPORAL_CLIENT_CERT_PATH: lab.path('client.pem'), TEMPORAL_CLIENT_KEY_PATH: lab.path('client.key') },
    }),
  },
  { name: 'boolean', code: 'CFG012', works: true, scene: env({ TEMPORAL_TLS: 'yes' }, ['--offline', ...closed]) },
  {
    name: 'host verification off',
    code: 'CFG013',
    works: true,
    scene: env({ TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' }, ['--offline', ...closed]),
  },
];
