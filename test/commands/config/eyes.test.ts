import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseEnvFile } from '../../../src/profile/env-file.ts';
import { runMain } from '../../helpers/context.ts';
import { makeFolder } from '../../helpers/folder.ts';

const canary = 'canary-SECRET-0451';

describe('a file of variables', () => {
  const cases: readonly [string, Readonly<Record<string, string>>][] = [
    ['A=1\nB=2', { A: '1', B: '2' }],
    ['# comment\n\nexport A=1 # why\n  B = x y \n', { A: '1', B: 'x y' }],
    ['A="a b#c" # d\nB=\'$x "y"\'\nC=', { A: 'a b#c', B: '$x "y"', C: '' }],
    ['A="line\\nbreak"\nB="two\nlines"\n', { A: 'line\nbreak', B: 'two\nlines' }],
    ['\ufeffA=1\r\nB=a#b\r\n', { A: '1', B: 'a#b' }],
    ['', {}],
  ];
  it.each(cases)('%j', (text, expected) => {
    const values = [...parseEnvFile(text, 'f')].map(([name, { value }]) => [name, value]);
    expect(Object.fromEntries(values)).toEqual(expected);
  });

  it.each([`A=1\n${canary}\n`, `A=1\n-----END ${canary}`, `1A=${canary}`])('%j is refused without its text', (text) => {
    expect(() => parseEnvFile(text, 'f')).toThrow(/^f:\d is no NAME=VALUE line$/);
  });
});

interface Shown {
  readonly items: readonly { readonly setting: string; readonly value: string }[];
}

const valueOf = (stdout: string, name: string): string | undefined =>
  (JSON.parse(stdout) as Shown).items.find(({ setting }) => setting === name)?.value;

describe('config show', () => {
  it('--env-file shows what a process with those variables would see, and nothing of this shell', async () => {
    const cwd = await makeFolder({ '.env': `TEMPORAL_ADDRESS=of-file:1\nTEMPORAL_API_KEY="${canary}"\n` });
    const env = { TEMPORAL_ADDRESS: 'of-shell:1', TEMPORAL_NAMESPACE: 'of-shell' };
    const { stdout, exitCode } = await runMain(['config', 'show', '--env-file', '.env', '-o', 'json'], { env, cwd });
    expect(exitCode).toBe(0);
    expect(valueOf(stdout, 'address')).toBe('of-file:1');
    expect(valueOf(stdout, 'namespace')).toBe('default');
    expect(stdout).not.toContain(canary);
  });

  it.runIf(process.platform === 'linux')('--env-from-pid shows what that process sees, its files too', async () => {
    const folder = await makeFolder({
      '.config/temporalio/temporal.toml': '[profile.default]\naddress = "of-its-file:1"\n',
    });
    const child = spawn('sleep', ['60'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, TEMPORAL_NAMESPACE: 'of-its-environment' },
    });
    onTestFinished(() => void child.kill());
    await once(child, 'spawn');
    const argv = ['config', 'show', '--env-from-pid', String(child.pid), '-o', 'json'];
    const { stdout, exitCode } = await runMain(argv, { env: { TEMPORAL_ADDRESS: 'of-shell:1' } });
    expect(exitCode).toBe(0);
    expect(valueOf(stdout, 'address')).toBe('of-its-file:1');
    expect(valueOf(stdout, 'namespace')).toBe('of-its-environment');
  });

  const failures: readonly [string[], number, string][] = [
    [['--env-file', 'none'], 3, 'FILE_UNREADABLE'],
    [['--env-file', 'store.yaml'], 3, 'ENV_STORE_UNSUPPORTED'],
    [['--env-from-pid', '4194999'], 7, 'NOT_FOUND'],
    [['--env-from-pid', 'x'], 2, 'USAGE'],
    [['--env-from-pid', '1', '--env-file', 'x'], 2, 'USAGE'],
  ];
  it.each(failures)('%j', async (argv, exit, code) => {
    const cwd = await makeFolder({ 'store.yaml': 'env:\n  prod:\n    address: x\n' });
    const { exitCode, stderr } = await runMain(['config', 'show', '-o', 'json', ...argv], { cwd });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code } });
    expect(exitCode).toBe(exit);
  });

  it('the same flag before a verb that does not know it is refused', async () => {
    const { exitCode, stderr } = await runMain(['--env-file', join('x', 'y'), 'config', 'path']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('--env-file');
  });
});

describe('findings of connect-test', () => {
  const env = [
    '# of the deployment',
    'TEMPORAL_ADDRESS=https://orders:7233',
    '',
    'export TEMPORAL_API_KEY="two',
    `lines ${canary}"`,
    'TEMPORAL_TLS=yes # on?',
    'TEMPORAL_CLIENT_CERT_PATH=./none.pem',
    'TEMPORAL_GRPC_META_AUTHORIZATION=x',
  ].join('\n');
  const wished = [
    ['ADR001', 2],
    ['CFG006', 7],
    ['CFG009', 7],
    ['CFG012', 6],
    ['CFG014', 8],
    ['CFG015', 7],
    ['TOK002', 4],
  ] as const;
  const run = async (format: string) => {
    const cwd = await makeFolder({ 'deploy/prod.env': env });
    const argv = ['connect-test', '--offline', '--env-file', 'deploy/prod.env', '-o', format];
    const { stdout, stderr } = await runMain(argv, { cwd, env: { TEMPORAL_TLS: 'true' } });
    expect(stdout + stderr).not.toContain(canary);
    return stdout;
  };

  it('name file and line of an --env-file in SARIF', async () => {
    interface Place {
      readonly artifactLocation: { readonly uri: string };
      readonly region: { readonly startLine: number };
    }
    const { runs } = JSON.parse(await run('sarif')) as {
      runs: { results: { ruleId: string; locations?: { physicalLocation: Place }[] }[] }[];
    };
    const places = runs.flatMap(({ results }) =>
      results.map(({ ruleId, locations }) => {
        const place = locations?.[0]?.physicalLocation;
        return [ruleId, place?.artifactLocation.uri, place?.region.startLine];
      }),
    );
    for (const [code, line] of wished) expect(places).toContainEqual([code, 'deploy/prod.env', line]);
  });

  it.each([
    ['github', (line: number) => `file=deploy/prod.env,line=${String(line)},`],
    ['text', (line: number) => `deploy/prod.env:${String(line)}`],
    ['json', (line: number) => `deploy/prod.env",\n            "line": ${String(line)}`],
  ] as const)('and as %s', async (format, place) => {
    const stdout = await run(format);
    for (const [code, line] of wished) {
      expect(stdout).toContain(code);
      expect(stdout).toContain(place(line));
    }
  });

  it.runIf(process.platform === 'linux')('are those of the process, with its files, for --env-from-pid', async () => {
    const folder = await makeFolder({ 'tls.pem': 'no certificate', 'its/own.key': canary });
    const child = spawn('sleep', ['60'], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        TEMPORAL_ADDRESS: 'its-address:1:2',
        TEMPORAL_TLS_CLIENT_CERT_PATH: 'tls.pem',
        TEMPORAL_TLS_CLIENT_KEY_PATH: './its/own.key',
        TEMPORAL_API_KEY: `Bearer ${canary}`,
      },
    });
    onTestFinished(() => void child.kill());
    await once(child, 'spawn');
    const argv = ['connect-test', '--offline', '--env-from-pid', String(child.pid), '-o', 'json'];
    const { stdout, stderr } = await runMain(argv, { env: { TEMPORAL_ADDRESS: 'of-shell:1' } });
    for (const code of ['ADR002', 'CFG011', 'TOK003', 'CRT002', 'KEY001']) expect(stdout).toContain(`"${code}"`);
    expect(stdout + stderr).not.toContain(canary);
    expect(stdout).not.toContain('of-shell');
  });
});
