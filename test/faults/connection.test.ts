import { afterEach, describe, expect, it } from 'vitest';
import { testFaults, useLab } from './assert.ts';
import { test } from './fault.ts';
import { ca, material } from './scenes.ts';
import { startWithoutAlpn } from './server.ts';
import { clientCertificateFaults } from './tables/client-certificate.ts';
import { http2Faults } from './tables/http2.ts';
import { tcpFaults } from './tables/tcp.ts';
import { tlsFaults } from './tables/tls.ts';

const { lab } = useLab();

it('names with --sdk the reason first, and beside it that this SDK will not connect', async () => {
  const server = await startWithoutAlpn(lab(), material(lab(), 'server'));
  const { report, exitCode } = await test({ args: ['--address', server.address, ...ca(lab()), '--sdk', 'go'] });
  expect(report.primary).toMatchObject({ code: 'TLS006', severity: 'error', check: 'tls' });
  expect(report.checks.at(-1)).toMatchObject({ id: 'sdk', findings: [{ code: 'SDK001', severity: 'error' }] });
  expect(exitCode).toBe(5);
});

afterEach(() => lab().close());

describe('TCP and protocols', () => testFaults(tcpFaults, lab));
describe('TLS', () => testFaults(tlsFaults, lab));
describe('client certificates', () => testFaults(clientCertificateFaults, lab));
describe('HTTP/2', () => testFaults(http2Faults, lab));
