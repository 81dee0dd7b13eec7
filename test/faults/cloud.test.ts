import { afterEach, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { test } from './fault.ts';
import { useLab } from './assert.ts';
import { canary } from './lab.ts';
import { startTemporal } from './server.ts';

const { lab } = useLab();
afterEach(() => lab().close());

const secured = () => ({
  key: readFileSync(lab().path('server.key')),
  cert: readFileSync(lab().path('server.pem')),
  ALPNProtocols: ['h2'],
});

describe('--cloud', () => {
  it('names a control plane that does not take the key, and sends it only over TLS that it verified', async () => {
    const frontend = await startTemporal(lab());
    const cloud = await startTemporal(lab(), { everything: { status: 16, message: 'invalid key' } }, secured());
    const args = [
      '--cloud',
      '--only',
      'cloud-control-plane',
      '--address',
      frontend.address,
      '--cloud-address',
      cloud.address,
    ];
    const { report } = await test({
      args: [...args, '--cloud-tls-ca-path', lab().path('ca.pem')],
      env: { TEMPORAL_CLOUD_API_KEY: canary },
    });
    expect(report.primary?.code).toBe('AUT001');
    expect(cloud.seen()).toContain(canary);
    const untrusted = await startTemporal(lab(), {}, secured());
    const again = [...args.slice(0, -1), untrusted.address];
    const second = await test({ args: again, env: { TEMPORAL_CLOUD_API_KEY: canary }, strangers: [untrusted] });
    expect(second.report.primary?.code).toBe('TLS010');
  });

  it('refuses a control plane that a file or variable moved elsewhere', async () => {
    const env = { TEMPORAL_CLOUD_API_KEY: canary, NEXUSCTL_CLOUD_ADDRESS: 'saas-api.tmprl.cloud.evil.example:443' };
    const { report } = await test({
      args: ['--cloud', '--only', 'cloud-control-plane', '--address', '127.0.0.1:1'],
      env,
    });
    expect(report.primary?.code).toBe('CFG018');
  });

  it('is not tested without the flag', async () => {
    const frontend = await startTemporal(lab());
    const { report } = await test({ args: ['--address', frontend.address] });
    expect(report.checks.find(({ id }) => id === 'cloud-control-plane')?.skippedBecause).toBe('only with --cloud');
  });
});

describe('--deep', () => {
  it('finds the size at which a proxy stops', async () => {
    const server = await startTemporal(lab(), { largest: 1_500_000 });
    const { report } = await test({ args: ['--address', server.address, '--only', 'message-size'] });
    expect(report.primary).toMatchObject({ code: 'RPC013', severity: 'warning' });
    const whole = await startTemporal(lab());
    expect((await test({ args: ['--address', whole.address, '--only', 'message-size'] })).report.primary).toBeNull();
  });
});
