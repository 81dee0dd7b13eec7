import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lazyPorts } from '../../src/adapters/lazy.ts';
import type { NexusctlError } from '../../src/errors/nexusctl-error.ts';
import type { SecretSource } from '../../src/profile/profile.ts';
import { describeSecret, locateSecret, splitCommand } from '../../src/profile/secret.ts';
import { makeSecrets, type Secrets } from '../../src/profile/secrets.ts';
import { createRedactor, type Redactor } from '../../src/redact.ts';
import { host } from '../helpers/context.ts';
import { makeFolder } from '../helpers/folder.ts';

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly allowExec?: boolean;
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
}

function resolver(given: Given = {}): Secrets & { readonly redactor: Redactor } {
  const ports = lazyPorts(host);
  const redactor = createRedactor();
  const secrets = makeSecrets({
    files: ports.files,
    fetchers: ports.secretFetchers,
    env: { PATH: process.env['PATH'] ?? '', ...given.env },
    platform: 'linux',
    redactor,
    signal: given.signal ?? new AbortController().signal,
    allowExec: given.allowExec ?? false,
    offline: given.offline ?? false,
  });
  return { ...secrets, redactor };
}

const reference = (text: string, base = '/', mayRun = true): SecretSource => ({
  kind: 'reference',
  reference: text,
  base,
  mayRun,
});
const textOf = async (secrets: Secrets, source: SecretSource): Promise<string> =>
  Buffer.from(await secrets.resolve(source)).toString();

describe('a reference', () => {
  it.each<[string, object]>([
    ['a.pem', { kind: 'file', path: '/base/a.pem' }],
    ['/a.pem', { kind: 'file', path: '/a.pem' }],
    ['file:a.pem', { kind: 'file', path: '/base/a.pem' }],
    ['file:///a.pem', { kind: 'file', path: '/a.pem' }],
    ['env:X_1', { kind: 'env', name: 'X_1' }],
    ['s3://bucket/a/b.pem', { kind: 's3', bucket: 'bucket', key: 'a/b.pem' }],
    ['secretsmanager:prod/key', { kind: 'secretsmanager', id: 'prod/key' }],
    ['secretsmanager:prod/key#field', { kind: 'secretsmanager', id: 'prod/key', field: 'field' }],
    [
      'secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf#k',
      { kind: 'secretsmanager', id: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf', field: 'k' },
    ],
    ['exec:op read "op://a b/c"', { kind: 'exec', command: ['op', 'read', 'op://a b/c'], mayRun: true }],
    ['C:\\certs\\a.pem', { kind: 'file', path: '/base/C:\\certs\\a.pem' }],
    ['a:b', { kind: 'file', path: '/base/a:b' }],
  ])('%s', (text, expected) => {
    expect(locateSecret(reference(text, '/base'))).toEqual(expected);
  });

  it.each([
    '',
    'file:',
    'env:',
    'env:A-B',
    's3://',
    's3://bucket',
    's3://bucket/',
    's3:///key',
    'secretsmanager:',
    'secretsmanager:x#',
    'exec:',
    'exec:  ',
    "exec:cat 'x",
    'vault:secret/x',
    'https://x/y',
    'op://vault/x',
  ])('refuses %j and never repeats more than its scheme', (text) => {
    expect(() => locateSecret(reference(text))).toThrow(
      expect.objectContaining({ code: 'SECRET_REFERENCE_INVALID' }) as Error,
    );
  });

  it('is a Windows path on Windows', () => {
    expect(locateSecret(reference('certs\\a.pem', 'C:\\base'), 'win32')).toEqual({
      kind: 'file',
      path: 'C:\\base\\certs\\a.pem',
    });
  });

  it('is described without its arguments or data', () => {
    expect(describeSecret(reference('exec:vault -token=hunter22 read x'))).toBe('exec:vault …');
    expect(describeSecret(reference('-----BEGIN PRIVATE KEY-----\nabc'))).not.toContain('abc');
    expect(describeSecret({ kind: 'data', data: 'hunter22' })).not.toContain('hunter22');
  });
});

describe('splitting a command', () => {
  it('gives back what was quoted', () => {
    const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (rest) => {
        const words = ['program', ...rest];
        expect(splitCommand(words.map(quote).join(' '))).toEqual(words);
      }),
    );
  });

  it('agrees with a real shell', () => {
    const word = fc.stringMatching(/^[a-z0-9"'\\ ]{0,12}$/);
    fc.assert(
      fc.property(word, (text) => {
        const command = `x${text}`;
        let ours: readonly string[] | null = null;
        try {
          ours = splitCommand(command);
        } catch {
          return;
        }
        // A backslash at the very end joins lines in a shell.
        fc.pre(!/\\$/.test(command));
        const shell = execFileSync('sh', ['-c', `for a in ${command}; do printf '%s\\0' "$a"; done`]).toString();
        expect(`${ours.join('\0')}\0`).toBe(shell);
      }),
      { numRuns: 60 },
    );
  });

  it('knows no variable, glob or operator', () => {
    expect(splitCommand('echo $HOME * a;b | c && d > e `f`')).toEqual([
      'echo',
      '$HOME',
      '*',
      'a;b',
      '|',
      'c',
      '&&',
      'd',
      '>',
      'e',
      '`f`',
    ]);
  });
});

describe('resolving', () => {
  it('reads files byte by byte and variables', async () => {
    const folder = await makeFolder({ key: Buffer.from([0, 255, 10]) });
    const secrets = resolver({ env: { KEY: 'of-env' } });
    expect(await secrets.resolve(reference('key', folder))).toEqual(Buffer.from([0, 255, 10]));
    expect(await textOf(secrets, reference('env:KEY'))).toBe('of-env');
    expect(await textOf(secrets, { kind: 'data', data: 'itself' })).toBe('itself');
  });

  it.each([
    ['base64url without padding', 'Gd1cbvexM9yWHdLo9usvkE7hfrd9ZOsKyu0PfnlNdk8'],
    ['a text of 32 bytes', 'passphrasewhichneedstobe32bytes!'],
    ['base64', 'Gd1cbvexM9yWHdLo9usvkE7hfrd9ZOsKyu0Pfnl/dk8='],
    ['hex', 'ab'.repeat(32)],
  ])('does not show a key that stands where its path belongs: %s', async (_form, key) => {
    for (const text of [key, `file:${key}`, `./${key}`]) {
      const error = await resolver()
        .resolve(reference(text, '/nonexistent'))
        .then(
          () => expect.fail('it was read'),
          (caught: unknown) => caught as NexusctlError,
        );
      expect(error.code).toBe('SECRET_UNREADABLE');
      expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain(key);
    }
  });

  it('asks again for what was not there', async () => {
    const folder = await makeFolder({});
    const secrets = resolver();
    const late = reference('late.key', folder);
    await expect(secrets.resolve(late)).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    await writeFile(join(folder, 'late.key'), 'here');
    expect(Buffer.from(await secrets.resolve(late)).toString()).toBe('here');
  });

  it('asks once, and again only when told', async () => {
    const folder = await makeFolder({ key: 'first' });
    const secrets = resolver();
    const source = reference('key', folder);
    expect(await textOf(secrets, source)).toBe('first');
    await writeFile(join(folder, 'key'), 'second');
    expect(await textOf(secrets, source)).toBe('first');
    expect(Buffer.from(await secrets.resolveAgain(source)).toString()).toBe('second');
    expect(await textOf(secrets, source)).toBe('second');
  });

  it('hands every secret to the redactor, and public certificates not', async () => {
    const certificate = '-----BEGIN CERTIFICATE-----\nMIIBpublic\n-----END CERTIFICATE-----\n';
    const folder = await makeFolder({ key: 'hunter22-file', cert: certificate });
    const { redactor, ...secrets } = resolver({ env: { KEY: 'hunter22-env' } });
    await secrets.resolve(reference('key', folder));
    await secrets.resolve(reference('env:KEY'));
    await secrets.resolve(reference('cert', folder));
    await secrets.resolve(reference(`exec:printf %s-%s hunter22 exec`));
    const text = redactor.redact(`hunter22-file hunter22-env hunter22-exec ${certificate}`);
    expect(text).not.toContain('hunter22');
    expect(text).toContain('MIIBpublic');
  });

  it('warns of a key file that others can read', async () => {
    const folder = await makeFolder({ key: 'k', cert: '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----' });
    await chmod(join(folder, 'key'), 0o644);
    await chmod(join(folder, 'cert'), 0o644);
    const secrets = resolver();
    await secrets.resolve(reference('cert', folder));
    expect(secrets.warnings()).toEqual([]);
    await secrets.resolve(reference('key', folder));
    expect(secrets.warnings()).toEqual([expect.stringContaining(`chmod 600 ${join(folder, 'key')}`)]);
  });

  const failures: readonly [string, Given, string][] = [
    ['/nonexistent/key', {}, 'SECRET_UNREADABLE'],
    ['~/key', {}, 'SECRET_UNREADABLE'],
    ['/', {}, 'FILE_UNREADABLE'],
    ['env:NEXUSCTL_NOT_SET', {}, 'SECRET_UNREADABLE'],
    ['env:EMPTY', { env: { EMPTY: '' } }, 'SECRET_UNREADABLE'],
    ['exec:false', {}, 'SECRET_UNREADABLE'],
    ['exec:/nonexistent/program', {}, 'SECRET_UNREADABLE'],
    ['exec:head -c 2000000 /dev/zero', {}, 'SECRET_UNREADABLE'],
    ['exec:echo x', { offline: true }, 'EXEC_NOT_ALLOWED'],
    ['s3://b/k', { offline: true }, 'EXEC_NOT_ALLOWED'],
    ['secretsmanager:x', { offline: true }, 'EXEC_NOT_ALLOWED'],
  ];
  it.each(failures)('%s %j is %s', async (text, given, code) => {
    await expect(resolver(given).resolve(reference(text))).rejects.toMatchObject({ code });
  });
});

describe('exec:', () => {
  const run = (command: string, given?: Given, base = '/'): Promise<string> =>
    textOf(resolver(given), reference(`exec:${command}`, base));

  it('takes the whole output, less one final newline', async () => {
    expect(await run(String.raw`printf 'a\nb\n\n'`)).toBe('a\nb\n');
    expect(await run('printf x')).toBe('x');
    expect(await run(String.raw`printf 'x\r\n'`)).toBe('x');
  });

  it('says why a program cannot be run', async () => {
    const folder = await makeFolder({ program: '#!/bin/sh\n' });
    const told = (name: string) => expect(run(`${join(folder, name)} --token hunter22`)).rejects;
    await told('program').toMatchObject({
      message: `exec:${folder}/program may not be run`,
      hint: expect.stringContaining('chmod +x') as string,
    });
    await told('none').toMatchObject({ message: `exec:${folder}/none is not there` });
  });

  it('uses no shell', async () => {
    expect(await run('echo $(id) `id` $HOME ; echo *')).toBe('$(id) `id` $HOME ; echo *');
  });

  it('gets a minimal environment and the folder of its reference', async () => {
    const env = {
      TEMPORAL_API_KEY: 'hunter22',
      NEXUSCTL_X: 'hunter22',
      AWS_SECRET_ACCESS_KEY: 'hunter22',
      OTHER: 'hunter22',
      LANG: 'C',
    };
    const seen = await run('env', { env });
    expect(seen).not.toContain('hunter22');
    expect(seen).toContain('LANG=C');
    const folder = await makeFolder();
    expect(await run('pwd -P', {}, folder)).toBe(folder);
  });

  it('runs from a source that may, and from another only when allowed', async () => {
    const foreign = reference('exec:echo ran', '/', false);
    await expect(resolver().resolve(foreign)).rejects.toMatchObject({ code: 'EXEC_NOT_ALLOWED' });
    expect(await textOf(resolver({ allowExec: true }), foreign)).toBe('ran');
  });

  it('ends with everything it started when the command is interrupted', async () => {
    const folder = await makeFolder();
    const abort = new AbortController();
    const pending = run(`sh -c 'echo $$ > pid; sleep 60 & echo $! > child; wait'`, { signal: abort.signal }, folder);
    const files = await lazyPorts(host).files();
    const pidOf = async (name: string): Promise<number> => {
      for (;;) {
        const text = Buffer.from((await files.read(join(folder, name))) ?? []).toString();
        if (text.endsWith('\n')) return Number(text);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const pids = [await pidOf('pid'), await pidOf('child')];
    abort.abort(new Error('stopped'));
    await expect(pending).rejects.toThrow('stopped');
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const pid of pids) expect(isRunning(pid)).toBe(false);
  });
});

/** A zombie that nobody has waited for yet does not run. */
function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)])
      .toString()
      .startsWith('Z');
  } catch {
    return false;
  }
}
