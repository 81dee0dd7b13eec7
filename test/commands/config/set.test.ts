import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { makeFolder } from '../../helpers/folder.ts';

const canary = 'canary-SECRET-0451';

describe('config set: refused', () => {
  const table: readonly [argv: string[], exitCode: number, message: string][] = [
    [['config', 'set'], 2, 'setting'],
    [['config', 'set', 'adress', 'x:1'], 2, 'did you mean address?'],
    [['config', 'set', 'address'], 2, 'wants a value'],
    [['config', 'set', 'tls', 'maybe'], 2, 'true or false'],
    [['config', 'set', 'backend', 'aws'], 2, 'cloud or self-hosted'],
    [['config', 'set', 'address', 'a\nb'], 2, 'one line'],
    [['config', 'set', 'address', 'https://a:1'], 2, 'write it as a:1'],
    [['config', 'set', 'cloud_address', 'http://a/'], 2, 'write it as a:7233'],
    [['config', 'set', 'codec.endpoint', 'localhost:8888'], 3, 'for example http://localhost:8888'],
    [['config', 'set', 'api_key', canary], 2, 'not taken from the command line'],
    [['config', 'set', 'grpc_meta.x', canary], 2, 'not taken from the command line'],
    [['config', 'set', 'cloud_api_key', `eyJ${canary}.x`], 2, 'looks like the value itself'],
    [['config', 'set', 'cloud_api_key', 'vault:x'], 3, 'no kind of reference'],
    [['config', 'set', 'api_key'], 2, 'no value for api_key'],
    [['config', 'unset'], 2, 'settings'],
    [['config', 'unset', 'apikey'], 2, 'did you mean api_key?'],
  ];
  it.each(table)('%j', async (argv, code, message) => {
    const { exitCode, stdout, stderr } = await runMain(argv);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(canary);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
  });
});

it.each([
  ['x'.repeat(300), 'the name is too long'],
  ['file/below', 'a file has that name'],
])('config set: a file that cannot be made is one error: %s', async (name, why) => {
  const cwd = await makeFolder({ file: '' });
  const { exitCode, stderr } = await runMain(['config', 'set', 'address', 'a:1', '--config-file', name], { cwd });
  expect(exitCode).toBe(3);
  expect(stderr).toContain(why);
});

describe('config set and unset', () => {
  const start = async (text?: string) => {
    const folder = await makeFolder(text === undefined ? {} : { 'temporalio/temporal.toml': text });
    const run = (argv: readonly string[], stdin = '') =>
      runMain(['config', ...argv], { env: { XDG_CONFIG_HOME: folder }, stdin });
    const read = (file = 'temporal.toml') => readFile(join(folder, 'temporalio', file), 'utf8');
    return { folder, run, read };
  };

  it('make the file with 0600 in a folder with 0700', async () => {
    const { folder, run, read } = await start();
    const { stdout, exitCode } = await run(['set', 'address', 'a:1', '-o', 'json']);
    expect(exitCode).toBe(0);
    const path = join(folder, 'temporalio/temporal.toml');
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      changed: true,
      dryRun: false,
      profile: 'default',
      changes: [{ setting: 'address', file: path, value: 'a:1' }],
      warnings: [],
    });
    expect(await read()).toBe('[profile.default]\naddress = "a:1"\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'temporalio'))).mode & 0o777).toBe(0o700);
  });

  it('keep comments and unknown keys, and say when nothing changes', async () => {
    const { run, read } = await start('# mine\n[profile.default]\nfuture = 1 # keep\naddress = "a:1"\n');
    await run(['set', 'address', 'b:2']);
    expect(await read()).toBe('# mine\n[profile.default]\nfuture = 1 # keep\naddress = "b:2"\n');
    const again = await run(['set', 'address', 'b:2', '-o', 'json']);
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: false });
    await run(['unset', 'address']);
    expect(await read()).toBe('# mine\n[profile.default]\nfuture = 1 # keep\n');
  });

  it('take a secret from stdin and never show it', async () => {
    const { run, read } = await start();
    const { stdout, stderr } = await run(['set', 'api_key', '--profile', 'prod'], `${canary}\n`);
    expect(stdout + stderr).not.toContain(canary);
    expect(await read()).toBe(`[profile.prod]\napi_key = "${canary}"\n`);
  });

  it('write references into nexusctl.toml and warn when both files hold the item', async () => {
    const { run, read } = await start();
    await run(['set', 'api_key'], canary);
    const { stdout } = await run(['set', 'api_key', 'env:KEY', '-o', 'json']);
    expect(await read('nexusctl.toml')).toBe('[profile.default]\napi_key = "env:KEY"\n');
    expect((JSON.parse(stdout) as { warnings: string[] }).warnings).toEqual([expect.stringContaining('CFG008')]);
    await run(['unset', 'api_key']);
    expect(await read('nexusctl.toml')).toBe('[profile.default]\n');
    expect(await read()).toBe('[profile.default]\n');
  });

  it.each([
    ['true', 'false'],
    ['false', 'true'],
  ])('write tls %s as tls.disabled', async (value, written) => {
    const { run, read } = await start('[profile.default]\n');
    await run(['set', 'tls', value]);
    expect(await read()).toContain(`disabled = ${written}`);
  });

  it('write nothing on a dry run', async () => {
    const { folder, run } = await start();
    const { stdout } = await run(['set', 'address', 'a:1', '--dry-run', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ changed: true, dryRun: true });
    await expect(stat(join(folder, 'temporalio'))).rejects.toThrow();
  });

  it('leave a broken file alone', async () => {
    const text = `[profile.default\napi_key = "${canary}"\n`;
    const { run, read } = await start(text);
    const { exitCode, stderr } = await run(['set', 'address', 'a:1']);
    expect(exitCode).toBe(3);
    expect(stderr).not.toContain(canary);
    expect(await read()).toBe(text);
  });

  it('lose no change when many are made at once', async () => {
    const { run, read } = await start();
    const names = Array.from({ length: 12 }, (_, index) => `p${String(index)}`);
    await Promise.all(names.map((name) => run(['set', 'address', 'a:1', '--profile', name])));
    for (const name of names) expect(await read()).toContain(`[profile.${name}]`);
  });
});
