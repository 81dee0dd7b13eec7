import { describe, expect, it } from 'vitest';
import { runMain } from './helpers/context.ts';

describe('usage errors', () => {
  const table: readonly [argv: string, message: string, hint: string][] = [
    ['confg', "unknown command 'confg'", 'did you mean config?'],
    ['config pth', "unknown command 'pth'", 'did you mean path?'],
    ['config path --config-fil x', "unknown option '--config-fil'", 'did you mean --config-file?'],
    ['config path surplus', 'too many arguments', 'nexusctl config path [flags]; nexusctl config path --help'],
    ['allow billing orders', "unknown command 'allow'", 'did you mean nexusctl endpoint allow?'],
    ['init', "unknown command 'init'", 'did you mean nexusctl endpoint policy init?'],
    ['inspect x.pem', "unknown command 'inspect'", 'did you mean nexusctl cert inspect or nexusctl payload inspect?'],
    ['payload allow', "unknown command 'allow'", 'did you mean nexusctl endpoint allow?'],
    ['version', "unknown command 'version'", 'did you mean nexusctl --version?'],
    ['kms prove', "unknown command 'prove'", 'nexusctl kms --help shows its commands'],
    ['wat', "unknown command 'wat'", 'nexusctl --help shows its commands'],
    ['endpoint allow', "missing required argument 'endpoint'", 'endpoint allow [flags] <endpoint> [namespaces...];'],
    ['completion', "missing required argument 'shell'", '<bash|zsh|fish|powershell>'],
    ['connect-test localhost:7233', 'too many arguments', 'did you mean --address localhost:7233?'],
    ['connect-test [::1]:7233 --deep', 'too many arguments', 'did you mean --address [::1]:7233?'],
    ['endpoint plan nexus.yaml', 'too many arguments', 'did you mean -f nexus.yaml?'],
    ['connect-test surplus', 'too many arguments', 'nexusctl connect-test [flags];'],
    ['payload decode -o out.json p.json', "argument 'out.json' is invalid", 'written with --out FILE'],
    ['endpoint list -o ./out', "argument './out' is invalid", 'written with > FILE'],
    ['codec-server start --port 1', "unknown option '--port'", 'nexusctl codec-server start --help'],
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
  it.each([
    [[]],
    [['--help']],
    [['help']],
    [['config']],
    [['help', 'config', 'path']],
    [['config', 'help', 'path']],
    [['config', 'help']],
    [['config', 'path', '-h']],
  ])('%j goes to stdout with exit 0', async (argv) => {
    const { exitCode, stdout, stderr } = await runMain(argv);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Usage: nexusctl/);
    expect(stderr).toBe('');
  });
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

describe('what people type, and what they are told', () => {
  it.each([
    ['explain TLS999', 1, 'there is no such code; all of them: nexusctl explain --list'],
    ['explain tls12345', 1, 'nothing in this text is known'],
    ['config import old.yaml', 2, '--from temporal-env FILE'],
    ['cert inspect https://temporal.example', 3, 'nexusctl cert inspect temporal.example:443'],
    ['cert inspect http://[::1]:7233/x', 3, 'nexusctl cert inspect [::1]:7233'],
    ['kms check nope', 3, 'the keyring has none'],
  ])('%s', async (line, code, words) => {
    const { exitCode, stdout, stderr } = await runMain(line.split(' '));
    expect(exitCode).toBe(code);
    expect(stdout + stderr).toContain(words);
  });
});
