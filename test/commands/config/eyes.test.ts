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
    expect(parseEnvFile(text, 'f')).toEqual(expected);
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
