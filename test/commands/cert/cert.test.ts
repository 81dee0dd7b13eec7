import { generateKeyPairSync } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createSecureServer, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { day, makeAuthority, type TestAuthority } from '../../helpers/certificates.ts';
import { makeFolder } from '../../helpers/folder.ts';
import type { Issued } from '../../../src/certificates/issue.ts';
import { manglers } from '../../certificates/manglings.ts';

let authority: TestAuthority;
let client: Issued;
let folder: string;
beforeAll(async () => {
  authority = await makeAuthority();
  client = await authority.leaf();
  folder = await mkdtemp(join(tmpdir(), 'nexusctl-cert-'));
  const files = {
    'client.pem': client.certificate,
    'client.key': client.key,
    'bundle.pem': authority.certificate + client.certificate,
    'spaces.pem': client.certificate.replaceAll('\n', ' '),
    'garbage.pem': 'garbage',
    'ca.pem': authority.certificate,
    'ca.key': authority.key,
    'old.pem': (
      await authority.leaf({ notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - day) })
    ).certificate,
    'soon.pem': (await authority.leaf({ notAfter: new Date(Date.now() + 10 * day) })).certificate,
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content, { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true }));

const run = (argv: string, given: Parameters<typeof runMain>[1] = {}) =>
  runMain(argv.split(' ').filter(Boolean), { cwd: folder, ...given });
const json = async (argv: string, given: Parameters<typeof runMain>[1] = {}) => {
  const { stdout, exitCode } = await run(`${argv} -o json`, given);
  return {
    exitCode,
    document: JSON.parse(stdout) as Record<string, unknown> & {
      items: Record<string, unknown>[];
      findings: { code: string }[];
    },
  };
};

describe('keys that look like keys and are none for TLS', () => {
  const ssh = Buffer.concat([Buffer.from('openssh-key-v1\0none'), Buffer.alloc(64)]).toString('base64');
  it.each([
    ['OPENSSH PRIVATE KEY', ssh, 'KEY001', 'ssh-keygen -p -m PKCS8'],
    ['ENCRYPTED PRIVATE KEY', encrypted(), 'KEY002', 'openssl pkey -in'],
  ])('%s: no SDK reads it, and it is said how to get one', async (label, body, code, command) => {
    const stdin = `-----BEGIN ${label}-----\n${body.replace(/(.{64})/g, '$1\n').trim()}\n-----END ${label}-----\n`;
    const { exitCode, document } = await json('cert inspect -', { stdin });
    expect(exitCode).toBe(1);
    expect(document['readBy']).toEqual({ 'typescript-client': false, core: false, go: false });
    expect(document.findings).toContainEqual(expect.objectContaining({ code }));
    expect(JSON.stringify(document.findings)).toContain(command);
  });
});

function encrypted(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const options = { type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  return privateKey.export(options).toString('base64');
}

describe('what is refused', () => {
  it.each<[argv: string, exitCode: number, code: string]>([
    ['cert inspect nothere.pem', 3, 'SECRET_UNREADABLE'],
    ['cert inspect garbage.pem', 3, 'INPUT_INVALID'],
    ['cert inspect exec:id', 3, 'EXEC_NOT_ALLOWED'],
    ['cert inspect vault:x', 3, 'SECRET_REFERENCE_INVALID'],
    ['cert inspect client.pem --as robot', 2, 'USAGE'],
    ['cert inspect client.pem --expires-in soon', 2, 'USAGE'],
    ['cert repair garbage.pem', 3, 'INPUT_INVALID'],
    ['cert repair exec:id', 3, 'EXEC_NOT_ALLOWED'],
    ['cert repair spaces.pem --key garbage.pem', 3, 'KEY_INVALID'],
    ['cert repair spaces.pem --out client.pem --no-input', 2, 'CONFIRMATION_NEEDED'],
    ['cert generate', 2, 'USAGE'],
    ['cert generate wildcard', 2, 'USAGE'],
    ['cert generate ca', 2, 'USAGE'],
    ['cert generate client --ca-cert client.pem', 3, 'INPUT_INVALID'],
    ['cert generate client --ca-key client.key', 3, 'KEY_INVALID'],
    ['cert generate client --ca-key garbage.pem', 3, 'KEY_INVALID'],
    ['cert generate client --no-input', 2, 'CONFIRMATION_NEEDED'],
    ['cert generate client --validity 9999d --out other', 2, 'INVALID_ARGUMENT'],
    ['cert generate client --key-type dsa', 2, 'USAGE'],
  ])('%s', async (argv, exitCode, code) => {
    const result = await run(`${argv} -o json`);
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { code, exitCode } });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).toBe('');
  });

  it('a certificate with the name of its CA', async () => {
    const { exitCode, stderr } = await runMain(
      ['cert', 'generate', 'client', '--common-name', 'Test CA', '--out', 'same'],
      { cwd: folder },
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('distinct names');
  });
});

describe('cert inspect', () => {
  it('has the Certificate of the contract', async () => {
    const { document, exitCode } = await json('cert inspect client.pem --key client.key');
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ schemaVersion: 1, source: 'client.pem', findings: [], warnings: [] });
    expect(document.items).toEqual([
      {
        subject: 'CN=client',
        issuer: 'CN=Test CA',
        serial: expect.stringMatching(/^[0-9A-F]{32}$/) as unknown,
        fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) as unknown,
        notBefore: expect.stringMatching(/Z$/) as unknown,
        notAfter: expect.stringMatching(/Z$/) as unknown,
        names: [],
        key: { type: 'ec', curve: 'prime256v1' },
        isCa: false,
        usages: ['digitalSignature', 'clientAuth'],
        findings: [],
      },
    ]);
  });

  it.each<[argv: string, exitCode: number, codes: readonly string[]]>([
    ['cert inspect client.pem', 0, []],
    ['cert inspect ca.pem', 0, []],
    ['cert inspect client.key', 0, []],
    ['cert inspect bundle.pem', 0, []],
    ['cert inspect bundle.pem --key client.key', 1, ['CRT011']],
    ['cert inspect client.pem --key ca.key', 1, ['KEY003']],
    ['cert inspect spaces.pem', 1, ['CRT002']],
    ['cert inspect old.pem', 1, ['CRT004']],
    ['cert inspect soon.pem', 0, ['CRT006']],
    ['cert inspect soon.pem --expires-in 14d', 1, ['CRT006']],
    ['cert inspect soon.pem --expires-in 5d', 0, []],
    ['cert inspect ca.pem --as client', 0, ['CRT007']],
    ['cert inspect ca.pem --as client --cloud', 1, ['CRT007']],
    ['cert inspect client.pem --as server', 1, ['TLS021', 'TLS018']],
  ])('%s', async (argv, exitCode, codes) => {
    const result = await json(argv);
    const all = [
      ...result.document.findings,
      ...result.document.items.flatMap((item) => item['findings'] as { code: string }[]),
    ];
    expect(all.map(({ code }) => code)).toEqual(codes);
    expect(result.exitCode).toBe(exitCode);
  });

  it('reads a variable and stdin, and names what was done to them', async () => {
    const mangled = client.certificate.replaceAll('\n', '\\n');
    for (const [argv, given] of [
      ['cert inspect env:CERT', { env: { CERT: mangled } }],
      ['cert inspect -', { stdin: mangled }],
      ['cert inspect', { stdin: mangled }],
    ] as const)
      expect((await json(argv, given)).document).toMatchObject({
        manglings: [{ name: 'escaped-newlines' }],
        readBy: { 'typescript-client': false, core: false, go: false },
      });
  });

  it('shows nothing of a private key', async () => {
    const secret = client.key.split('\n')[1] ?? '';
    for (const { mangle } of manglers) {
      const { stdout, stderr } = await run('cert inspect -', { stdin: mangle(client.key) });
      expect(stdout + stderr).not.toContain(secret.slice(0, 20));
    }
  });

  describe('a server', () => {
    let close: () => void;
    let port: number;
    let plain: number;
    beforeAll(async () => {
      const { certificate, key } = await authority.leaf({
        commonName: 'server',
        usages: ['serverAuth'],
        names: ['localhost', '127.0.0.1'],
      });
      const server = createSecureServer({
        cert: certificate,
        key,
        requestCert: true,
        rejectUnauthorized: true,
        ca: authority.certificate,
      });
      const clear = createServer();
      await Promise.all([server, clear].map((one) => new Promise<void>((done) => one.listen(0, '127.0.0.1', done))));
      port = (server.address() as AddressInfo).port;
      plain = (clear.address() as AddressInfo).port;
      close = () => {
        server.close();
        clear.close();
      };
    });
    afterAll(() => close());

    it('shows its chain, whether it is trusted, and which client CAs it accepts', async () => {
      const { document, exitCode } = await json(`cert inspect localhost:${String(port)} --ca ca.pem`);
      expect(exitCode).toBe(0);
      expect(document.items[0]).toMatchObject({ subject: 'CN=server', names: ['localhost', '127.0.0.1'] });
      expect(document['server']).toMatchObject({
        verdict: null,
        name: null,
        clientCertificate: { requested: true, acceptedAuthorities: ['CN=Test CA'] },
      });
      expect(document['warnings']).toEqual([]);
    });

    it('says when it is not trusted here, or for another name', async () => {
      const { document } = await json(`cert inspect 127.0.0.1:${String(port)} --server-name other.example`);
      expect(document['warnings']).toHaveLength(2);
    });

    it('is exit 5 when it speaks no TLS, or is not there', async () => {
      expect((await run(`cert inspect 127.0.0.1:${String(plain)}`)).exitCode).toBe(5);
      expect((await run('cert inspect 127.0.0.1:1')).exitCode).toBe(5);
    });
  });
});

describe('cert generate', () => {
  it('makes what OpenSSL verifies, readable by its owner alone, and never replaces it unasked', async () => {
    const cwd = await makeFolder({});
    expect(
      (
        await runMain(['cert', 'generate', 'ca', '--common-name', 'Orders CA', '--organization', 'Örders, Inc. + Co'], {
          cwd,
        })
      ).exitCode,
    ).toBe(0);
    for (const kind of ['client', 'server'])
      expect(
        (await runMain(['cert', 'generate', kind, '--name', 'example.com', '--name', '::1'], { cwd })).exitCode,
      ).toBe(0);
    for (const name of ['ca.pem', 'ca.key', 'client.pem', 'client.key', 'server.key'])
      expect((await stat(join(cwd, name))).mode & 0o777, name).toBe(0o600);
    const verify = (purpose: string, file: string): string =>
      execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', 'ca.pem', '-purpose', purpose, file], {
        cwd,
        encoding: 'utf8',
      });
    expect(verify('sslclient', 'client.pem')).toContain('OK');
    expect(verify('sslserver', 'server.pem')).toContain('OK');
    const before = await readFile(join(cwd, 'client.key'), 'utf8');
    expect((await runMain(['cert', 'generate', 'client'], { cwd })).exitCode).toBe(2);
    expect(await readFile(join(cwd, 'client.key'), 'utf8')).toBe(before);
    expect((await runMain(['cert', 'generate', 'client', '--yes'], { cwd })).exitCode).toBe(0);
    expect(await readFile(join(cwd, 'client.key'), 'utf8')).not.toBe(before);
  });

  it.each(['ecdsa-p256', 'ecdsa-p384', 'rsa-2048'])(
    '%s is what Temporal Cloud accepts, from CA to client',
    async (keyType) => {
      const cwd = await makeFolder({});
      await runMain(['cert', 'generate', 'ca', '--common-name', 'Orders CA', '--key-type', keyType], { cwd });
      await runMain(['cert', 'generate', 'client', '--key-type', keyType, '--validity', '90d'], { cwd });
      for (const [file, purpose] of [
        ['ca.pem', 'ca'],
        ['client.pem', 'client'],
      ] as const) {
        const { stdout, exitCode } = await runMain(
          ['cert', 'inspect', file, '--as', purpose, '--cloud', '-o', 'json'],
          { cwd },
        );
        expect(exitCode).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({ items: [{ findings: [] }], findings: [] });
      }
    },
  );

  it('writes nothing with --dry-run', async () => {
    const cwd = await makeFolder({});
    const { stdout } = await runMain(['cert', 'generate', 'ca', '--common-name', 'X', '--dry-run', '-o', 'json'], {
      cwd,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      changed: false,
      dryRun: true,
      files: { certificate: 'ca.pem', key: 'ca.key' },
    });
    await expect(stat(join(cwd, 'ca.pem'))).rejects.toThrow('ENOENT');
  });

  it('never outlives its CA by default', async () => {
    const cwd = await makeFolder({});
    await runMain(['cert', 'generate', 'ca', '--common-name', 'Short', '--validity', '5d'], { cwd });
    const { stdout } = await runMain(['cert', 'generate', 'client', '-o', 'json'], { cwd });
    const { certificate } = JSON.parse(stdout) as { certificate: { notAfter: string } };
    expect(Date.parse(certificate.notAfter)).toBeLessThan(Date.now() + 5.1 * day);
  });
});

describe('cert repair', () => {
  it('gives the PEM on stdout and says on stderr what it mended', async () => {
    const { exitCode, stdout, stderr } = await run('cert repair spaces.pem');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(client.certificate);
    expect(stderr).toContain('its line breaks became spaces');
  });

  it('says so when nothing had to be mended', async () => {
    const { stdout, stderr } = await run('cert repair client.pem');
    expect(stdout).toBe(client.certificate);
    expect(stderr).toContain('nothing had to be mended');
  });

  it('writes a key 0600 and shows none of it', async () => {
    await writeFile(join(folder, 'mangled.key'), client.key.replaceAll('\n', '\\n'));
    const { exitCode, stdout, stderr } = await run('cert repair mangled.key --out mended.key -o json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      changed: true,
      out: 'mended.key',
      complete: true,
      mended: [{ name: 'escaped-newlines' }],
    });
    expect(stdout + stderr).not.toContain(client.key.slice(40, 60));
    expect(await readFile(join(folder, 'mended.key'), 'utf8')).toBe(client.key);
    expect((await stat(join(folder, 'mended.key'))).mode & 0o777).toBe(0o600);
  });

  it('prints no key on a terminal', async () => {
    const { exitCode, stdout, stderr } = await run('cert repair client.key', { terminal: 100 });
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('--out');
  });

  it('puts the leaf first', async () => {
    const { stdout } = await run('cert repair bundle.pem --key client.key');
    expect(stdout).toBe(client.certificate + authority.certificate);
  });

  it('is exit 1 when a block was lost', async () => {
    const { exitCode, stdout } = await run('cert repair -', {
      stdin: client.certificate + authority.certificate.slice(0, 300),
    });
    expect(exitCode).toBe(1);
    expect(stdout).toBe(client.certificate);
  });
});
