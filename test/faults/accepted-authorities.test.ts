import { afterEach, describe, expect, it } from 'vitest';
import { useLab } from './assert.ts';
import { test, type Build } from './fault.ts';
import { startGo } from './go-server.ts';
import { missing } from './needs.ts';
import { ca, pair, read, tlsOf } from './scenes.ts';
import { startTemporal } from './server.ts';

const { lab } = useLab();
afterEach(() => lab().close());

const node =
  (more: object): Build =>
  async (lab) => {
    const wants = { requestCert: true, rejectUnauthorized: true, ca: read(lab, 'client-ca.pem') };
    const server = await startTemporal(lab, {}, tlsOf(lab, 'server', { ...wants, ...more }));
    return { args: ['--address', server.address, ...ca(lab), ...pair(lab, 'other-client')] };
  };

const go =
  (min: string, max: string): Build =>
  async (lab) => {
    const port = await startGo(lab, { clientCa: 'client-ca', clientAuth: 'require-and-verify', min, max });
    return { args: ['--address', `127.0.0.1:${String(port)}`, ...ca(lab), ...pair(lab, 'other-client')] };
  };

async function evidenceOf(build: Build) {
  const { report } = await test(await build(lab()));
  const found = report.checks.flatMap(({ findings }) => findings).find(({ code }) => code === 'MTL002');
  return found?.evidence;
}

describe('the authorities that a server accepts stand beside the issuer of yours', () => {
  const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];
  const byNode: readonly (readonly [string, Build])[] = [
    ['Node, TLS 1.2', node({ maxVersion: 'TLSv1.2' })],
    ...suites.map((ciphers) => [`Node, ${ciphers}`, node({ minVersion: 'TLSv1.3', ciphers })] as const),
    ['Node, after a second greeting', node({ minVersion: 'TLSv1.3', ecdhCurve: 'secp384r1' })],
  ];
  it.each(byNode)('%s', async (_name, build) => {
    expect(await evidenceOf(build)).toMatchObject({
      acceptedAuthorities: ['CN=Lab Client CA'],
      yourIssuer: 'CN=Another CA',
    });
  });

  it.skipIf(missing('go') !== null).each([
    ['Go, TLS 1.2', go('1.2', '1.2')],
    ['Go, TLS 1.3 only', go('1.3', '1.3')],
  ])('%s', async (_name, build) => {
    expect(await evidenceOf(build)).toMatchObject({ acceptedAuthorities: ['CN=Lab Client CA'] });
  });

  it('an empty list is no list', async () => {
    const port = await startGo(lab(), { clientAuth: 'require-any', refuse: 'no', min: '1.3', max: '1.3' });
    const { report } = await test({
      args: ['--address', `127.0.0.1:${String(port)}`, ...ca(lab()), ...pair(lab(), 'client')],
    });
    expect(report.primary).toMatchObject({ code: 'MTL002' });
    expect(report.primary?.summary).not.toContain('accepts');
  });
});
