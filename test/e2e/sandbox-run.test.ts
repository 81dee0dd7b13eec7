import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program, runBuilt } from '../helpers/run.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'sandbox-test-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('sandbox run', () => {
  it('passes arguments, streams and the exit code on', async () => {
    const run = await runBuilt(
      [
        'sandbox',
        'run',
        '--quiet',
        '--',
        process.execPath,
        '-e',
        'process.stdin.pipe(process.stdout); process.exitCode = Number(process.argv[2])',
        '--',
        '--fault',
        '42',
      ],
      { stdin: 'through', env: { TMPDIR: folder } },
    );
    expect(run).toEqual({ exitCode: 42, signal: null, stdout: 'through', stderr: '' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('shows the paths of its files whole: they do not look like its key', async () => {
    const shown = await runBuilt(['sandbox', 'run', '--', process.execPath, program, 'config', 'show', '-o', 'json'], {
      env: { TMPDIR: folder },
    });
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout).toContain(JSON.stringify(folder).slice(0, -1));
    expect(shown.stdout).not.toContain('[redacted]');
  });

  it('says that it is not Temporal', async () => {
    const { stderr } = await runBuilt(['sandbox', 'run', 'true']);
    expect(stderr).toContain('not Temporal');
  });

  it('clears what could lead to a real account, to AWS or through a proxy, and keeps the rest', async () => {
    const leading = {
      TEMPORAL_ADDRESS: 'prod.a1b2c.tmprl.cloud:7233',
      TEMPORAL_PROFILE: 'prod',
      TEMPORAL_TLS_CLIENT_KEY_DATA: 'secret',
      temporal_debug: '1',
      NEXUSCTL_POLICY_FILE: '/etc/policy.json',
      AWS_PROFILE: 'prod',
      AWS_SECRET_ACCESS_KEY: 'secret',
      HTTPS_PROXY: 'http://proxy:3128',
      no_proxy: '*',
      grpc_proxy: 'http://proxy:3128',
      npm_config_https_proxy: 'http://proxy:3128',
    };
    const script = 'process.stdout.write(JSON.stringify(process.env))';
    const { stdout } = await runBuilt(['sandbox', 'run', '--', process.execPath, '-e', script], {
      env: { ...leading, MINE: 'kept', TMPDIR: folder },
    });
    const seen = JSON.parse(stdout) as Record<string, string>;
    for (const [name, value] of Object.entries(leading)) expect(seen[name]).not.toBe(value);
    expect(seen).toMatchObject({ MINE: 'kept', TEMPORAL_NAMESPACE: 'orders.sndbx', NEXUSCTL_BACKEND: 'cloud' });
    const own = Object.keys(seen).filter((name) => /^(AWS_|.*proxy)/i.test(name));
    expect(own).toEqual([]);
    // What nexusctl sets for its own lookups is not the child's.
    expect(seen).not.toHaveProperty('RES_OPTIONS');
    for (const name of ['TEMPORAL_CONFIG_FILE', 'NEXUSCTL_CONFIG_FILE']) expect(seen[name]).toContain(folder);
  });

  it('gives every run another key', async () => {
    const keyOf = async () =>
      (await runBuilt(['sandbox', 'run', '-q', '--', 'sh', '-c', 'echo $TEMPORAL_CLOUD_API_KEY'])).stdout.trim();
    const [one, two] = await Promise.all([keyOf(), keyOf()]);
    expect(one).toMatch(/^key-of-nexusctl-sandbox-[\w-]{32}$/);
    expect(two).not.toBe(one);
  });

  it('keeps what it writes to its owner', async () => {
    const list = 'cd "$(dirname "$TEMPORAL_CONFIG_FILE")" && stat -c %a . *';
    const { stdout } = await runBuilt(['sandbox', 'run', '-q', '--', 'sh', '-c', list], { env: { TMPDIR: folder } });
    expect(stdout.trim().split('\n')).toEqual(['700', '600', '600', '600', '600', '600']);
  });

  it.each([
    [['sandbox', 'run'], 2, "missing required argument 'command'"],
    [['sandbox', 'run', '--fault', 'nonsense', '--', 'true'], 2, "there is no fault 'nonsense'"],
    [['sandbox', 'run', '--fault', 'conflict=none', '--', 'true'], 2, "'conflict=none'"],
    [['sandbox', 'run', '--', './not-there'], 127, 'cannot run ./not-there'],
    [['sandbox', 'run', '--', '/etc/passwd'], 126, 'cannot run /etc/passwd'],
  ])('%j is exit %i', async (argv, code, message) => {
    const { exitCode, stderr } = await runBuilt(argv, { env: { TMPDIR: folder } });
    expect(stderr).toContain(message);
    expect(exitCode).toBe(code);
    expect(await readdir(folder)).toEqual([]);
  });

  it('ends what the command left behind', async () => {
    const script = `sleep 60 & echo $! > ${folder}/pid`;
    const { exitCode } = await runBuilt(['sandbox', 'run', '-q', '--', 'sh', '-c', script]);
    expect(exitCode).toBe(0);
    expect(isAlive(Number(await readFile(join(folder, 'pid'), 'utf8')))).toBe(false);
  });

  it('ends a command that takes longer than it may', async () => {
    const { exitCode, stderr } = await runBuilt(['sandbox', 'run', '--command-timeout', '1s', '--', 'sleep', '60'], {
      env: { TMPDIR: folder },
    });
    expect(exitCode).toBe(5);
    expect(stderr).toContain('longer than 1000 ms');
    expect(await readdir(folder)).toEqual([]);
  });

  it('lets the command decide what a signal means', async () => {
    const script = `trap 'echo caught; exit 3' USR2; echo ready; sleep 60 & wait`;
    const run = start(['sandbox', 'run', '-q', '--', 'sh', '-c', script]);
    await run.says('ready');
    run.child.kill('SIGUSR2');
    expect(await run.end).toMatchObject({ exitCode: 3 });
    expect(run.output()).toContain('caught');
  });
});

const catchable = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGABRT'] as const;

describe.each(catchable)('%s', (signal) => {
  it('reaches the command and all that it started, and nothing is left', async () => {
    const script = `sleep 61 & echo $! >> ${folder}/pids; echo $$ >> ${folder}/pids; echo ready; wait; true`;
    const run = start(['sandbox', 'run', '-q', '--', 'sh', '-c', script]);
    await run.says('ready');
    run.child.kill(signal);
    expect(await run.end).toEqual({ exitCode: 128 + constants.signals[signal], signal: null });
    const pids = (await readFile(join(folder, 'pids'), 'utf8')).trim().split('\n').map(Number);
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await readdir(folder)).toEqual(['pids']);
  });

  it('ends `sandbox start`, and nothing is left', async () => {
    const run = start(['sandbox', 'start', '-o', 'json']);
    await run.says('\n');
    expect(await readdir(folder)).toHaveLength(1);
    run.child.kill(signal);
    expect(await run.end).toEqual({ exitCode: 0, signal: null });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a signal while the sandbox is starting', () => {
  it.each([50, 150, 250, 300, 350, 400, 500])('after %i ms leaves nothing', async (ms) => {
    const run = start(['sandbox', 'run', '-q', '--', 'sleep', '62']);
    await sleep(ms);
    run.child.kill('SIGTERM');
    const { exitCode, signal } = await run.end;
    expect([signal, exitCode]).toSatisfy(([name, code]) => name === 'SIGTERM' || code === 130 || code === 143);
    expect(await readdir(folder)).toEqual([]);
  });

  it('twice leaves nothing', async () => {
    const run = start(['sandbox', 'start']);
    await run.says('TEMPORAL_ADDRESS');
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    await run.end;
    expect(await readdir(folder)).toEqual([]);
  });
});

function start(argv: readonly string[]) {
  const child = spawn(process.execPath, [program, ...argv], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const end = once(child, 'exit').then(([exitCode, signal]: unknown[]) => ({ exitCode, signal }));
  const says = async (text: string): Promise<void> => {
    while (!output.includes(text)) await once(child.stdout, 'data');
  };
  return { child, end, says, output: () => output };
}

function isAlive(pid: number): boolean {
  try {
    // A zombie that init has not collected yet is dead.
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
