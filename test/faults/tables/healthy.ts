import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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
    notes: 'NEX005',
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
  { name: 'a client certificate without a name', scene: mtls('nameless-client', 'TLSv1.3') },
  { name: 'mTLS with RSA', scene: mtls('rsa-client', 'TLSv1.3') },
  {
    name: 'client certificate that nobody asks for',
    notes: 'MTL006',
    scene: async (lab) => {
      const s = await shows('server')(lab);
      return { args: [...(s.args ?? []), ...pair(lab, 'client')] };
    },
  },
  {
    name: 'a key that a group may read, as Kubernetes mounts secrets',
    notes: 'KEY006',
    scene: async (lab) => {
      const s = await mtls('client', 'TLSv1.3')(lab);
      const open = await lab.write('open.key', lab.pem('client.key'));
      await chmod(open, 0o640);
      return { args: [...(s.args ?? []).slice(0, -1), open] };
    },
  },
  {
    name: 'a path that starts from the folder of the configuration file',
    notes: 'CFG020',
    scene: async (lab) => {
      const { address } = await startTemporal(lab, {}, tlsOf(lab));
      const text = `[profile.default]\naddress = "${address}"\n[profile.default.tls]\nserver_ca_cert_path = "ca.pem"\n`;
      return { args: ['--config-file', await lab.write('relative.toml', text)], cwd: tmpdir() };
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
