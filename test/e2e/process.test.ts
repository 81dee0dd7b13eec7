import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { program, runBuilt } from '../helpers/run.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

describe('the process', () => {
  it('prints its version and nothing else', async () => {
    expect(await runBuilt(['--version'])).toEqual({
      exitCode: 0,
      signal: null,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  it('ends quietly when its reader has gone (EPIPE)', () => {
    const line = `"${process.execPath}" "${program}" completion bash | head -c 1; echo " exit \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
    expect(stdout).toBe('# exit 0\n');
    expect(stderr).toBe('');
  });

  it.runIf(process.platform === 'linux').each(['--help', 'config list', 'connect-test --list', 'completion bash'])(
    'says that the disk is full: %s',
    (words) => {
      const line = `"${process.execPath}" "${program}" ${words} > /dev/full`;
      const { status, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
      expect(stderr).toMatch(/^error: cannot write to stdout: the disk is full\n/);
      expect(status).toBe(3);
    },
  );

  it.each([
    'payload decode',
    'payload inspect -',
    'payload encrypt --preset go',
    'payload audit',
    'explain -',
    'cert inspect -',
    'config set api_key',
    'endpoint allow x --namespace-file -',
  ])('does not wait for the end of stdin when it is told to stop: %s', async (words) => {
    const child = spawn(process.execPath, [program, ...words.split(' '), '--command-timeout', '300ms'], {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const stderr: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    await once(child, 'close');
    expect(Buffer.concat(stderr).toString()).toContain('took longer than 300 ms');
    expect(child.exitCode).toBe(5);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s is the clean end of a command that serves', async (signal) => {
    const child = spawn(process.execPath, [program, 'sandbox', 'start'], {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child.stdout, 'data');
    child.kill(signal);
    const [exitCode, killedBy] = (await once(child, 'exit')) as [number | null, string | null];
    expect(killedBy).toBeNull();
    expect(exitCode).toBe(0);
  });

  it('stops at --command-timeout with exit 5 and says which flag to raise', async () => {
    const { exitCode, stderr } = await runBuilt(['sandbox', 'run', '--command-timeout', '300ms', '--', 'sleep', '30']);
    expect(stderr).toContain('--command-timeout');
    expect(exitCode).toBe(5);
  });

  it('gives temporal’s second name the same program', () => {
    const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: Record<string, string> };
    expect(bin['temporal-nexusctl']).toBe(bin['nexusctl']);
  });
});
