import type { Healthy } from '../fault.ts';
import { canary } from '../lab.ts';
import { answers, ca, mtls, pair, shows, tlsOf } from '../scenes.ts';
import { startTemporal } from '../server.ts';

export const healthy: readonly Healthy[] = [
  { name: 'in clear', scene: answers({}) },
  {
    name: 'localhost in clear',
    scene: async (lab) => ({ args: ['--address', `localhost:${String((await startTemporal(lab)).port)}`] }),
  },
  { name: 'another namespace', scene: answers({}, ['-n', 'orders']) },
  { name: 'TLS 1.3', scene: shows('server') },
  { name: 'TLS 1.2', scene: shows('server', { maxVersion: 'TLSv1.2' }) },
  {
    name: 'TLS by name',
    scene: async (lab) => ({
      args: [
        '--address',
        `localhost:${String((await startTemporal(lab, {}, tlsOf(lab, 'dns-only'))).port)}`,
        ...ca(lab),
      ],
    }),
  },
  { name: 'server name override', scene: shows('dns-only', {}, ['--tls-server-name', 'localhost']) },
  {
    name: 'Cloud name by override',
    scene: shows('cloud-server', {}, [
      '--tls-server-name',
      'orders.a1b2c.tmprl.cloud',
      '-n',
      'orders.a1b2c',
      '--backend',
      'self-hosted',
    ]),
  },
  { name: 'mTLS 1.3', scene: mtls('client', 'TLSv1.3') },
  { name: 'mTLS 1.2', scene: mtls('client', 'TLSv1.2') },
  { name: 'mTLS with RSA', scene: mtls('rsa-client', 'TLSv1.3') },
  {
    name: 'client certificate that nobody asks for',
    scene: async (lab) => {
      const s = await shows('server')(lab);
      return { args: [...(s.args ?? []), ...pair(lab, 'client')] };
    },
  },
  {
    name: 'self-signed leaf that is trusted',
    scene: async (lab) => ({
      args: [
        '--address',
        (await startTemporal(lab, {}, tlsOf(lab, 'self-signed'))).address,
        '--tls-ca-path',
        lab.path('self-signed.pem'),
      ],
    }),
  },
  {
    name: 'API key over TLS',
    scene: async (lab) => {
      const server = await startTemporal(lab, { apiKey: canary }, tlsOf(lab));
      return { args: ['--address', server.address, ...ca(lab)], env: { TEMPORAL_API_KEY: canary } };
    },
  },
  {
    name: 'API key in clear on loopback, allowed by name',
    scene: async (lab) => {
      const server = await startTemporal(lab, { apiKey: canary });
      return {
        args: ['--address', server.address, '--no-tls', '--allow-plaintext-key', '127.0.0.1'],
        env: { TEMPORAL_API_KEY: canary },
      };
    },
  },
  {
    name: 'behind Envoy',
    scene: answers({ headers: { server: 'envoy', 'x-envoy-upstream-service-time': '3' } }),
  },
];
