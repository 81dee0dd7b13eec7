import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { folder, sealed, until } from '../helpers/codec-server.ts';
import { runBuilt } from '../helpers/run.ts';
import { installExtension, temporal, temporalCli } from '../helpers/temporal-cli.ts';

const key = randomBytes(32);
const files = folder({
  'one.key': key,
  'payload.json': JSON.stringify(sealed('SECRET', key, 'one')),
  'temporal.toml': '[profile.here]\naddress = "127.0.0.1:1"\nnamespace = "orders"\n',
  'nexus.yaml': `
version: 1
cluster: test
endpoints:
  - name: billing
    target: { namespace: billing, taskQueue: billing }
    allow: [orders]
`,
});
installExtension(files.path);
afterAll(() => files.remove());

const config = ['--config-file', 'temporal.toml'];
const decode = ['payload', 'decode', '--key', 'one=file:one.key'];

describe.skipIf(temporalCli === null)('temporal nexusctl', () => {
  const run = (argv: readonly string[], more: { readonly stdin?: string } = {}) =>
    temporal(argv, { folder: files.path, ...more });
  const direct = (argv: readonly string[], more: { readonly stdin?: string } = {}) =>
    runBuilt(argv, { cwd: files.path, env: { HOME: files.path }, ...more });

  it.each([
    ['its version', ['--version'], 0],
    ['a result', ['explain', 'CRT004', '-o', 'json'], 0],
    ['a value and nothing else', [...decode, 'payload.json'], 0],
    ['a no', ['endpoint', 'check', 'billing', '--from', 'legacy', '-f', 'nexus.yaml', '--offline'], 1],
    ['a usage error', ['endpoint', 'allow'], 2],
    ['a finding', ['config', 'show', ...config, '--profile', 'none'], 0],
    ['a missing file', ['payload', 'decode', 'none.json'], 3],
    ['nobody who listens', ['endpoint', 'list', ...config, '--profile', 'here'], 5],
    ['help of a verb', ['endpoint', 'allow', '--help'], 0],
    ['the nouns', [], 0],
  ])('passes on %s: output and exit code', async (_what, argv, exitCode) => {
    const through = await run(['nexusctl', ...argv]);
    expect(through).toMatchObject(await direct(argv));
    expect(through.exitCode).toBe(exitCode);
  });

  it('passes stdin on', async () => {
    const stdin = JSON.stringify(sealed({ a: 1 }, key, 'one'));
    expect(await run(['nexusctl', ...decode, '-'], { stdin })).toMatchObject({ exitCode: 0, stdout: '{"a":1}\n' });
  });

  const show = ['nexusctl', 'config', 'show'];
  it.each([
    ['-o', ['-o', 'json'], [...show, ...config, '--profile', 'here']],
    ['--output', ['--output', 'json'], [...show, ...config, '--profile', 'here']],
    ['--profile and --config-file', [...config, '--profile', 'here'], [...show, '-o', 'json']],
    [
      'flags that say nothing to it',
      ['--log-level', 'debug', '--time-format', 'iso'],
      ['-o', 'json', ...show, ...config, '--profile', 'here'],
    ],
  ])('takes %s before its name, where the CLI hoists them', async (_what, before, rest) => {
    const { exitCode, stdout, stderr } = await run([...before, ...rest]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ profile: 'here' });
  });

  it('answers the same with the flags on either side', async () => {
    const flags = ['-o', 'json', '--command-timeout', '30s', '--client-connect-timeout', '5s', '--color', 'never'];
    const before = await run([...flags, 'nexusctl', 'endpoint', 'list', ...config, '--profile', 'here']);
    const after = await run(['nexusctl', 'endpoint', 'list', ...config, '--profile', 'here', ...flags]);
    expect(before).toMatchObject({ exitCode: 5, stdout: '' });
    expect(after).toEqual(before);
    expect(JSON.parse(before.stderr)).toMatchObject({ error: { exitCode: 5 } });
  });

  it.each([
    ['after', ['nexusctl', 'endpoint', 'list', '--env', 'prod']],
    ['before', ['--env', 'prod', 'nexusctl', 'endpoint', 'list']],
  ])('refuses --env %s its name and tells how to import', async (_where, argv) => {
    const { exitCode, stderr } = await run(argv);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('nexusctl config import --from temporal-env');
  });

  it('refuses TEMPORAL_ENV too', async () => {
    const env = { TEMPORAL_ENV: 'prod' };
    const { exitCode, stderr } = await temporal(['nexusctl', 'endpoint', 'list'], { folder: files.path, env });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('nexusctl config import --from temporal-env');
  });

  it('helps through `temporal help` and is listed there', async () => {
    const help = await run(['help', 'nexusctl', 'endpoint', 'allow']);
    expect(help).toMatchObject(await direct(['endpoint', 'allow', '--help']));
    expect((await run(['help', '--all'])).stdout).toMatch(/^ +nexusctl +/m);
  });

  it('completes through `temporal __complete`', async () => {
    const { stdout } = await run(['__complete', 'nexusctl', 'endpoint', 'se']);
    expect(stdout).toMatch(/^set-callers\t/);
  });

  it('is gone after Ctrl-C', async () => {
    const leader: number[] = [];
    const serve = [
      'nexusctl',
      'codec-server',
      'start',
      '--listen',
      '127.0.0.1:0',
      '--key',
      'one=file:one.key',
      '-o',
      'jsonl',
    ];
    const interrupted = await temporal(serve, {
      folder: files.path,
      onOutput: (pid) => {
        leader.push(pid);
        process.kill(-pid, 'SIGINT');
      },
    });
    expect(interrupted.exitCode).not.toBe(0);
    const [group = 0] = leader;
    await until(() => {
      try {
        return !process.kill(-group, 0);
      } catch {
        return true;
      }
    });
  });
});
