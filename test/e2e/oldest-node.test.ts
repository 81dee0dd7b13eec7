import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { program, type Run } from '../helpers/run.ts';

/** What package.json allows; scripts/neighbours.mjs installs it where npm has it. */
const oldest = resolve('.cache/node/20.3.1/bin/node');
const here = process.platform === 'linux' && process.arch === 'x64';
if (here && process.env['CI'] === 'true' && !existsSync(oldest))
  throw new Error('the oldest Node is not installed, and in CI no test that needs it may be skipped');

const folder = mkdtempSync(join(tmpdir(), 'nexusctl-oldest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(node: string, argv: readonly string[], stdin = ''): Promise<Run> {
  return new Promise((done) => {
    const env = { PATH: process.env['PATH'], HOME: folder };
    const child = execFile(
      node,
      [program, ...argv],
      { cwd: folder, env, timeout: 20_000 },
      (_error, stdout, stderr) => {
        done({ exitCode: child.exitCode, signal: child.signalCode, stdout, stderr });
      },
    );
    child.stdin?.end(stdin);
  });
}

describe.skipIf(!existsSync(oldest))('on Node 20.3.1', () => {
  const old = (argv: readonly string[], stdin?: string) => run(oldest, argv, stdin);
  const inSandbox = (...argv: readonly string[]) => old(['sandbox', 'run', '--', oldest, program, ...argv]);

  it('encrypts, looks and decodes with keys and payloads in files', async () => {
    expect(await old(['payload', 'keygen', '--out', 'one.key'])).toMatchObject({ exitCode: 0 });
    const key = ['--key', 'one=file:one.key'];
    const sealed = await old(['payload', 'encrypt', ...key, '-'], '{"n":12345678901234567890}');
    expect(sealed.exitCode).toBe(0);
    expect(await old(['payload', 'decode', ...key, '-'], sealed.stdout)).toMatchObject({
      exitCode: 0,
      stdout: '{"n":12345678901234567890}\n',
    });
    const seen = await old(['payload', 'inspect', '-o', 'json', '-'], sealed.stdout);
    expect(seen.stdout).toContain('"keyId": "one"');
  });

  it('tests a connection with TLS and a client certificate', async () => {
    const tested = await inSandbox('connect-test', '-o', 'json');
    expect(JSON.parse(tested.stdout)).toMatchObject({ ok: true, primary: null });
    expect(tested.exitCode).toBe(0);
  });

  it('changes an endpoint of the sandbox', async () => {
    const made = ['--target-namespace', 'billing.sndbx', '--target-task-queue', 'q', '-o', 'json'];
    const { exitCode, stdout } = await inSandbox('endpoint', 'create', 'billing', ...made);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ action: 'create', changed: true });
  });

  it('issues and reads certificates', async () => {
    expect(await old(['cert', 'generate', 'ca', '--common-name', 'Orders', '--out', 'certs'])).toMatchObject({
      exitCode: 0,
    });
  });

  it.each([
    ['a profile', ['config', 'set', 'address', 'temporal.example:7233', '-o', 'json']],
    ['what a code means', ['explain', 'CRT004']],
    ['help', ['endpoint', 'plan', '--help']],
  ])('says the same as on this Node: %s', async (_what, argv) => {
    const first = await old(argv);
    rmSync(join(folder, '.config'), { recursive: true, force: true });
    expect(first).toMatchObject(await run(process.execPath, argv));
    rmSync(join(folder, '.config'), { recursive: true, force: true });
    expect(first.exitCode).toBe(0);
  });
});
