import { describe, expect, it } from 'vitest';
import { isStraySandboxKey } from '../../src/profile/sandbox-key.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { runMain } from '../helpers/context.ts';

describe('the key of a rehearsal account', () => {
  const key = 'key-of-nexusctl-sandbox-0123456789abcdef';
  it.each([
    [key, '127.0.0.1', false],
    [key, '127.8.9.10', false],
    [key, '::1', false],
    [key, 'localhost', false],
    [key, 'saas-api.tmprl.cloud', true],
    [key, '127.0.0.1.example.com', true],
    [key, 'localhost.example.com', true],
    [key, '10.0.0.1', true],
    [key, '', true],
    ['eyJhbGciOi.a.b', 'saas-api.tmprl.cloud', false],
  ])('%s at %s: stray %s', (candidate, host, stray) => {
    expect(isStraySandboxKey(candidate, host)).toBe(stray);
  });

  it('is what a sandbox really gives out', async () => {
    const sandbox = await startSandbox();
    await sandbox.close();
    expect(isStraySandboxKey(sandbox.environment['TEMPORAL_API_KEY']!, 'example.com')).toBe(true);
  });

  it('is a finding of connect-test, which then does not send it', async () => {
    const env = { TEMPORAL_API_KEY: key, TEMPORAL_ADDRESS: 'frontend.invalid:7233', TEMPORAL_TLS: 'true' };
    const { exitCode, stdout } = await runMain(['connect-test', '--offline', '-o', 'json'], { env });
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, primary: { code: 'TOK011', severity: 'error' } });
    expect(stdout).not.toContain(key);
  });

  it.each([
    ['cloud', { NEXUSCTL_CLOUD_ADDRESS: 'saas-api.tmprl.cloud:443', TEMPORAL_CLOUD_API_KEY: key }],
    ['self-hosted', { TEMPORAL_ADDRESS: 'frontend.invalid:7233', TEMPORAL_API_KEY: key }],
  ])('stops a command that would send it: %s', async (backend, env) => {
    const run = await runMain(['endpoint', 'list', '--backend', backend, '-o', 'json'], { env });
    expect(run.exitCode).toBe(3);
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: 'INSECURE_CREDENTIAL' } });
    expect(run.stderr).not.toContain(key);
  });
});
