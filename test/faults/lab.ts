import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCa } from '../../src/certificates/issue.ts';
import { day, makeAuthority, type TestAuthority } from '../helpers/certificates.ts';

/** A credential that must never be seen where it does not belong. */
export const canary = 'canary-key-6f1d2c9b8a7e';

/** Certificates in files, made once for a test file, and what must be closed after each test. */
export interface Lab {
  /** The path of a file of the lab: `ca.pem`, `client.pem`, `client.key` … */
  readonly path: (name: string) => string;
  readonly pem: (name: string) => string;
  readonly write: (name: string, content: string | Uint8Array) => Promise<string>;
  readonly onClose: (close: () => unknown) => void;
  /** Ends what was started since the last call. */
  readonly close: () => Promise<void>;
  /** Closes, and removes the folder. */
  readonly remove: () => Promise<void>;
}

/** A lab in a folder of its own. */
export async function openLab(): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'nexusctl-faults-'));
  return makeLab(folder);
}

async function makeLab(folder: string): Promise<Lab> {
  const contents = new Map<string, string>();
  const closers: (() => unknown)[] = [];
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content, { mode: 0o600 });
    if (typeof content === 'string') contents.set(name, content);
    return path;
  };
  const pair = async (name: string, issued: { certificate: string; key: string }): Promise<void> => {
    await write(`${name}.pem`, issued.certificate);
    await write(`${name}.key`, issued.key);
  };
  await certificates(pair);
  await openssl(folder, write);
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  return {
    path: (name) => join(folder, name),
    pem: (name) => contents.get(name) ?? '',
    write,
    onClose: (one) => void closers.push(one),
    close,
    remove: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const serverNames = ['localhost', '127.0.0.1'];

async function certificates(
  pair: (name: string, issued: { certificate: string; key: string }) => Promise<void>,
): Promise<void> {
  const [ca, other, clients, inspector] = await Promise.all([
    makeAuthority('Lab Server CA'),
    makeAuthority('Another CA'),
    makeAuthority('Lab Client CA'),
    makeAuthority('Zscaler Intermediate Root CA'),
  ]);
  const now = Date.now();
  const server = (authority: TestAuthority, order: Parameters<TestAuthority['leaf']>[0] = {}) =>
    authority.leaf({ commonName: 'server', usages: ['serverAuth'], names: serverNames, ...order });
  await pair('ca', ca);
  await pair('other-ca', other);
  await pair('client-ca', clients);
  await pair('server', await server(ca));
  await pair('other-server', await server(other));
  await pair('inspected', await server(inspector));
  await pair(
    'expired-server',
    await server(ca, { notBefore: new Date(now - 30 * day), notAfter: new Date(now - 2 * day) }),
  );
  await pair(
    'early-server',
    await server(ca, { notBefore: new Date(now + 2 * day), notAfter: new Date(now + 30 * day) }),
  );
  await pair('wrong-name', await server(ca, { names: ['other.example.com'] }));
  await pair('dns-only', await server(ca, { names: ['localhost'] }));
  await pair('cn-only', await server(ca, { commonName: 'localhost', names: [] }));
  await pair('client-usage-server', await server(ca, { usages: ['clientAuth'] }));
  await pair('cloud-server', await server(ca, { names: ['orders.a1b2c.tmprl.cloud'] }));
  await pair(
    'expired-ca',
    await issueCa({
      commonName: 'Lab Server CA',
      keyKind: 'ecdsa-p256',
      notBefore: new Date(now - 400 * day),
      notAfter: new Date(now - 2 * day),
    }),
  );
  await pair('client', await clients.leaf());
  await pair('other-client', await other.leaf());
  await pair(
    'expired-client',
    await clients.leaf({ notBefore: new Date(now - 30 * day), notAfter: new Date(now - 2 * day) }),
  );
  await pair(
    'early-client',
    await clients.leaf({ notBefore: new Date(now + 2 * day), notAfter: new Date(now + 30 * day) }),
  );
  await pair('soon-client', await clients.leaf({ notAfter: new Date(now + 5 * day) }));
  await pair('server-usage-client', await clients.leaf({ usages: ['serverAuth'] }));
  await pair('rsa-client', await clients.leaf({ keyKind: 'rsa-2048' }));
}

/** What only openssl makes: intermediates, self-signed leaves, weak and old things. */
async function openssl(folder: string, write: Lab['write']): Promise<void> {
  const run = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  await write(
    'x.cnf',
    '[req]\ndistinguished_name=dn\n[dn]\n[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n' +
      '[leaf]\nbasicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n' +
      '[selfca]\nbasicConstraints=critical,CA:TRUE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n' +
      '[narrow]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\nnameConstraints=critical,permitted;DNS:corp.example\n' +
      '[client]\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n' +
      '[anything]\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=anyExtendedKeyUsage\n' +
      'subjectAltName=DNS:localhost,IP:127.0.0.1\n' +
      '[encipher]\nbasicConstraints=CA:FALSE\nkeyUsage=keyEncipherment\nextendedKeyUsage=clientAuth\n',
  );
  const key = (name: string): void =>
    run('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', name);
  const request = (name: string, subject: string): void =>
    run('req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`, '-config', 'x.cnf');
  const sign = (name: string, by: string, extensions: string, ...more: string[]): void =>
    run(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${by}.pem`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      '-days',
      '90',
      '-extfile',
      'x.cnf',
      '-extensions',
      extensions,
      '-out',
      `${name}.pem`,
      ...more,
    );
  const selfSign = (name: string, subject: string, extensions: string): void => {
    key(`${name}.key`);
    run(
      ...`req -x509 -key ${name}.key -days 90 -config x.cnf -extensions ${extensions} -out ${name}.pem -subj`.split(
        ' ',
      ),
      subject,
    );
  };
  for (const [name, by, subject, extensions] of [
    ['middle', 'ca', '/CN=Lab Intermediate CA', 'ca'],
    ['chained-server', 'middle', '/CN=chained', 'leaf'],
    ['client-middle', 'client-ca', '/CN=Client Intermediate CA', 'ca'],
    ['chained-client', 'client-middle', '/CN=chained client', 'client'],
    ['encipher-client', 'client-ca', '/CN=may not sign', 'encipher'],
    ['anything-client', 'client-ca', '/CN=for anything', 'anything'],
    ['anything-server', 'ca', '/CN=for anything', 'anything'],
    ['below-expired-ca', 'expired-ca', '/CN=below an expired CA', 'leaf'],
    ['nameless-client', 'client-ca', '/', 'client'],
    ['same-name-client', 'client-ca', '/CN=Lab Client CA', 'client'],
  ] as const) {
    key(`${name}.key`);
    request(name, subject);
    sign(name, by, extensions);
  }
  for (const part of ['pem', 'key'])
    await write(
      `whole-client.${part}`,
      readFileSync(join(folder, `chained-client.${part}`), 'utf8') +
        (part === 'pem' ? readFileSync(join(folder, 'client-middle.pem'), 'utf8') : ''),
    );
  for (const [name, extensions] of [
    ['self-signed', 'leaf'],
    ['self-signed-ca', 'selfca'],
    ['narrow', 'narrow'],
  ] as const) {
    selfSign(name, '/CN=localhost', extensions);
  }
  selfSign('namesake', '/CN=Lab Server CA', 'ca');
  run('genrsa', '-out', 'weak-server.key', '1024');
  request('weak-server', '/CN=weak server');
  sign('weak-server', 'ca', 'leaf');
  key('outside.key');
  request('outside', '/CN=outside');
  sign('outside', 'narrow', 'leaf');
  selfSign('self-signed-client', '/CN=me', 'client');
  run('genrsa', '-out', 'weak-client.key', '1024');
  request('weak-client', '/CN=weak');
  sign('weak-client', 'client-ca', 'client');
  key('sha1-client.key');
  request('sha1-client', '/CN=sha1');
  sign('sha1-client', 'client-ca', 'client', '-sha1');
  run('pkey', '-in', 'client.key', '-aes256', '-passout', 'pass:secret', '-out', 'encrypted.key');
  run('pkey', '-in', 'client.key', '-pubout', '-out', 'public.key');
  run('x509', '-in', 'client.pem', '-outform', 'der', '-out', 'client.der');
  run('pkcs12', '-export', '-in', 'client.pem', '-inkey', 'client.key', '-passout', 'pass:', '-out', 'client.p12');
}
