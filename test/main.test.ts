import { describe, expect, it } from 'vitest';
import { runMain } from './helpers/context.ts';

describe('usage errors', () => {
  const table: readonly [argv: string, message: string, hint: string][] = [
    ['confg', "unknown command 'confg'", 'did you mean config?'],
    ['config pth', "unknown command 'pth'", 'did you mean path?'],
    ['config path --config-fil x', "unknown option '--config-fil'", 'did you mean --config-file?'],
    ['config path surplus', "too many arguments for 'path'. Expected 0 arguments but got 1.", '--help'],
    ['config path -o xml', "option '-o, --output <format>' argument 'xml' is invalid", '--help'],
    ['-o csv config path', "option '-o, --output <format>' argument 'csv' is invalid", 'one of: text, json'],
  ];
  it.each(table)('%s', async (argv, message, hint) => {
    const { exitCode, stdout, stderr } = await runMain(argv.split(' '));
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  it('is one JSON document on stderr when JSON is wished for, before or after the verb', async () => {
    for (const argv of [
      ['-o', 'json', 'config', 'path', '--wat'],
      ['config', 'path', '--wat', '--output=json'],
    ]) {
      const { exitCode, stdout, stderr } = await runMain(argv);
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'USAGE', exitCode: 2 } });
    }
  });
});

describe('help', () => {
  it.each([[[]], [['--help']], [['help']], [['config']], [['help', 'config', 'path']], [['config', 'path', '-h']]])(
    '%j goes to stdout with exit 0',
    async (argv) => {
      const { exitCode, stdout, stderr } = await runMain(argv);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^Usage: nexusctl/);
      expect(stderr).toBe('');
    },
  );
});

describe('flags that the temporal CLI hoists', () => {
  it('count before the verb as they do after it', async () => {
    const before = await runMain(['-o', 'json', '--config-file', '/x.toml', 'config', 'path']);
    const after = await runMain(['config', 'path', '-o', 'json', '--config-file', '/x.toml']);
    expect(before).toEqual(after);
    expect(before.stdout).toContain('/x.toml');
  });

  it('yield to the same flag after the verb', async () => {
    const { stdout } = await runMain(['--config-file', '/one.toml', 'config', 'path', '--config-file', '/two.toml']);
    expect(stdout).toContain('/two.toml');
  });
});
