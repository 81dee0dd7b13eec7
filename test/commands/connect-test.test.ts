import { describe, expect, it } from 'vitest';
import { runMain } from '../helpers/context.ts';
import { makeFolder } from '../helpers/folder.ts';

describe('usage', () => {
  it.each([
    ['connect-test --only dsn', "there is no check 'dsn'"],
    ['connect-test --timeout soon', 'A duration looks like'],
    ['connect-test --sdk java', '--sdk'],
    ['connect-test --tls-server-nam x', 'did you mean --tls-server-name?'],
  ])('%s', async (argv, message) => {
    const { exitCode, stdout, stderr } = await runMain(argv.split(' '));
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });
});

describe('formats', () => {
  const refused = ['connect-test', '--address', '127.0.0.1:1'];

  it('JSON has the fields of the contract', async () => {
    const { stdout, exitCode } = await runMain([...refused, '-o', 'json']);
    expect(exitCode).toBe(5);
    const report = JSON.parse(stdout) as { checks: object[]; primary: object };
    expect(Object.keys(report)).toEqual([
      'schemaVersion',
      'tool',
      'version',
      'startedAt',
      'durationMs',
      'target',
      'backend',
      'ok',
      'primary',
      'checks',
      'predictions',
      'warnings',
    ]);
    expect(Object.keys(report.primary)).toEqual(['code', 'severity', 'check', 'summary', 'fix']);
    expect(report.checks[0]).toMatchObject({
      id: 'configuration',
      layer: 'local',
      findings: expect.any(Array) as unknown,
    });
  });

  it('text ends with the verdict', async () => {
    const { stdout } = await runMain(refused);
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^✘ TCP001: 127\.0\.0\.1:1 refuses/);
  });

  it('JUnit counts its cases', async () => {
    const { stdout } = await runMain([...refused, '-o', 'junit']);
    const cases = stdout.match(/<testcase /g)?.length ?? 0;
    expect(stdout).toContain(`tests="${String(cases)}" failures="1"`);
    expect(stdout).toContain('<failure type="TCP001"');
    expect(stdout.match(/<skipped /g)?.length).toBe(Number(/skipped="(\d+)"/.exec(stdout)?.[1]));
  });

  it('SARIF names file and line of what stands in a file', async () => {
    const folder = await makeFolder({ 'temporal.toml': '[profile.default]\naddress = "127.0.0.1:1"\naddres = "x"\n' });
    const { stdout } = await runMain(['connect-test', '--config-file', `${folder}/temporal.toml`, '-o', 'sarif']);
    const { runs } = JSON.parse(stdout) as {
      runs: { results: { ruleId: string; locations?: { physicalLocation: { region: { startLine: number } } }[] }[] }[];
    };
    const result = runs[0]?.results.find(({ ruleId }) => ruleId === 'CFG005');
    expect(result?.locations?.[0]?.physicalLocation.region.startLine).toBe(3);
  });

  it('GitHub annotations cannot be broken out of', async () => {
    const { stdout } = await runMain(['connect-test', '--address', 'bad\n::error::x', '-o', 'github']);
    expect(stdout.split('\n').filter((line) => line.startsWith('::error::'))).toEqual([]);
    expect(stdout).toContain('title=nexusctl ADR');
  });
});

describe('several profiles', () => {
  it('are all tested, and the worst decides', async () => {
    const toml = '[profile.a]\naddress = "127.0.0.1:1"\n[profile.b]\naddress = "https://x"\n';
    const folder = await makeFolder({ 'temporal.toml': toml });
    const { stdout, exitCode } = await runMain([
      'connect-test',
      '--all-profiles',
      '--config-file',
      `${folder}/temporal.toml`,
      '-o',
      'json',
    ]);
    expect(exitCode).toBe(3);
    const { results } = JSON.parse(stdout) as { results: { primary: { code: string } }[] };
    expect(results.map(({ primary }) => primary.code)).toEqual(['TCP001', 'ADR001']);
  });
});

describe('choosing checks', () => {
  it('--offline sends nothing, --only takes what it needs along', async () => {
    const offline = await runMain(['connect-test', '--offline', '--address', '127.0.0.1:1', '-o', 'json']);
    expect(offline.exitCode).toBe(0);
    const only = await runMain(['connect-test', '--only', 'dns', '--address', '127.0.0.1:1', '-o', 'json']);
    const { checks } = JSON.parse(only.stdout) as { checks: { id: string; status: string }[] };
    expect(checks.filter(({ status }) => status !== 'skip').map(({ id }) => id)).toEqual([
      'address',
      'proxy-environment',
      'dns',
    ]);
  });

  it('--list names them', async () => {
    const { stdout } = await runMain(['connect-test', '--list']);
    expect(stdout).toContain('client-certificate');
  });
});
