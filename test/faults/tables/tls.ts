import { connect } from 'node:net';
import type { Fault, Scene } from '../fault.ts';
import { canary, type Lab } from '../lab.ts';
import { ca, hides, material, mtls, read, shows, tlsOf } from '../scenes.ts';
import { startTcp, startTemporal, startTls, startWithoutAlpn } from '../server.ts';

/** No CA is configured; these variables say who is trusted. */
const knownTo =
  (env: (lab: Lab) => Readonly<Record<string, string>>) =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTemporal(lab, {}, tlsOf(lab));
    return { args: ['--address', server.address, '--tls'], env: env(lab), process: {} };
  };

export const tlsFaults: readonly Fault[] = [
  {
    name: 'plaintext gRPC, TLS asked',
    code: 'TLS001',
    scene: async (lab) => {
      const server = await startTemporal(lab);
      return { args: ['--address', server.address], env: { TEMPORAL_API_KEY: canary }, strangers: [server] };
    },
  },
  {
    name: 'TLS server, plaintext asked',
    code: 'TLS002',
    scene: async (lab) => ({ args: ['--address', (await startTemporal(lab, {}, tlsOf(lab))).address] }),
  },
  {
    name: 'mTLS server, plaintext asked',
    code: 'TLS002',
    scene: async (lab) => ({
      args: [
        '--address',
        (
          await startTemporal(
            lab,
            {},
            tlsOf(lab, 'server', {
              requestCert: true,
              rejectUnauthorized: true,
              maxVersion: 'TLSv1.2',
              ca: read(lab, 'client-ca.pem'),
            }),
          )
        ).address,
      ],
    }),
  },
  {
    name: 'TLS 1.1 only',
    code: 'TLS003',
    scene: shows('server', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  },
  {
    name: 'no common cipher',
    code: 'TLS004',
    scene: async (lab) => {
      const only = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' } as const;
      const server = await startTls(lab, tlsOf(lab, 'server', only), () => undefined);
      return { args: ['--address', server.address, ...ca(lab)] };
    },
  },
  {
    name: 'ALPN refused',
    code: 'TLS005',
    scene: async (lab) => {
      const server = await startTls(lab, tlsOf(lab, 'server', { ALPNProtocols: ['http/1.1'] }), () => undefined);
      return { args: ['--address', server.address, ...ca(lab)] };
    },
  },
  {
    name: 'no ALPN',
    code: 'TLS006',
    works: true,
    scene: async (lab) => {
      const server = await startWithoutAlpn(lab, material(lab, 'server'));
      return { args: ['--address', server.address, ...ca(lab)] };
    },
  },
  { name: 'expired', code: 'TLS007', scene: hides('expired-server') },
  {
    name: 'below a root that has expired, which is the server CA',
    code: 'CA004',
    scene: hides('below-expired-ca', (lab) => ['--tls-ca-path', lab.path('expired-ca.pem')]),
  },
  { name: 'not yet valid', code: 'TLS008', scene: hides('early-server') },
  { name: 'self-signed', code: 'TLS009', scene: hides('self-signed', () => []) },
  { name: 'self-signed, another CA given', code: 'TLS009', scene: hides('self-signed') },
  {
    name: 'self-signed CA certificate, trusted',
    code: 'TLS009',
    works: true,
    scene: async (lab) => ({
      args: [
        '--address',
        (await startTemporal(lab, {}, tlsOf(lab, 'self-signed-ca'))).address,
        '--tls-ca-path',
        lab.path('self-signed-ca.pem'),
      ],
    }),
  },
  { name: 'unknown issuer', code: 'TLS010', scene: hides('server', () => []) },
  {
    name: 'another CA given',
    code: 'TLS010',
    scene: hides('server', (lab) => ['--tls-ca-path', lab.path('other-ca.pem')]),
  },
  {
    name: 'only the intermediate given',
    code: 'TLS010',
    scene: hides('chained-server', (lab) => ['--tls-ca-path', lab.path('middle.pem')]),
  },
  { name: 'intermediate not sent', code: 'TLS011', scene: hides('chained-server') },
  {
    name: 'the leaf given as CA',
    code: 'CA002',
    scene: hides('server', (lab) => ['--tls-ca-path', lab.path('server.pem')]),
  },
  {
    name: 'a client certificate given as CA',
    code: 'CA002',
    scene: hides('server', (lab) => ['--tls-ca-path', lab.path('client.pem')]),
  },
  {
    name: 'the CA of the clients given',
    code: 'CA002',
    scene: async (lab) => {
      const s = await mtls('client', 'TLSv1.3')(lab);
      return { args: [...(s.args ?? []), '--tls-ca-path', lab.path('client-ca.pem')] };
    },
  },
  {
    name: 'another CA of the same name given',
    code: 'CA002',
    scene: hides('server', (lab) => ['--tls-ca-path', lab.path('namesake.pem')]),
  },
  { name: 'a small RSA key of the server', code: 'TLS021', works: true, scene: shows('weak-server') },
  {
    name: 'a file of roots for gRPC that is not there',
    code: 'CFG015',
    works: true,
    scene: async (lab) => {
      const trusted = { NODE_EXTRA_CA_CERTS: lab.path('ca.pem'), SSL_CERT_FILE: lab.path('ca.pem') };
      const env = { ...trusted, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: lab.path('none.pem') };
      const { address } = await startTemporal(lab, {}, tlsOf(lab));
      return { args: ['--address', address, '--tls'], env, process: {} };
    },
  },
  {
    name: 'a name outside of what the CA may certify',
    code: 'TLS021',
    scene: hides('outside', (lab) => ['--tls-ca-path', lab.path('narrow.pem')]),
  },
  { name: 'wrong name', code: 'TLS012', scene: hides('wrong-name') },
  { name: 'an IP that is not in the certificate', code: 'TLS012', scene: hides('dns-only') },
  {
    name: 'wrong server name configured',
    code: 'TLS012',
    scene: hides('server', (lab) => [...ca(lab), '--tls-server-name', 'temporal.example']),
  },
  {
    name: 'Cloud certificate at another address',
    code: 'ADR009',
    scene: hides('cloud-server', (lab) => [...ca(lab), '-n', 'orders.a1b2c']),
  },
  {
    name: 'common name only',
    code: 'TLS018',
    works: true,
    scene: shows('cn-only', {}, ['--tls-server-name', 'localhost']),
  },
  { name: 'certificate for anything', code: 'TLS021', scene: hides('anything-server') },
  { name: 'certificate for clients', code: 'TLS021', scene: hides('client-usage-server') },
  { name: 'inspecting proxy', code: 'PRX009', scene: hides('inspected') },
  {
    name: 'old ciphers only',
    code: 'TLS004',
    works: true,
    scene: shows('server', {
      maxVersion: 'TLSv1.2',
      ciphers: 'ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA',
    }),
  },
  {
    name: 'name refused',
    code: 'TLS013',
    scene: async (lab) => {
      const { createSecureContext } = await import('node:tls');
      const good = createSecureContext(material(lab, 'server'));
      const server = await startTemporal(
        lab,
        {},
        tlsOf(lab, 'server', {
          SNICallback: (
            name: string,
            done: (error: Error | null, context?: ReturnType<typeof createSecureContext>) => void,
          ) => (name === 'localhost' ? done(null, good) : done(new Error('unknown name'))),
        }),
      );
      return {
        args: ['--address', `localhost:${String(server.port)}`, ...ca(lab), '--tls-server-name', 'temporal.example'],
      };
    },
  },
  {
    name: 'greetings of normal size are dropped on the way',
    code: 'TLS015',
    within: 2500,
    scene: async (lab) => {
      const server = await startTemporal(lab, {}, tlsOf(lab));
      const front = await startTcp(lab, (socket) =>
        socket.once('data', (greeting) => {
          if (greeting.length > 366) return;
          const inside = connect(server.port, '127.0.0.1');
          inside.on('error', () => socket.destroy());
          socket.once('close', () => inside.destroy());
          inside.write(greeting);
          socket.pipe(inside).pipe(socket);
        }),
      );
      return { args: ['--address', `localhost:${String(front.port)}`, ...ca(lab)] };
    },
  },
  {
    name: 'only Node knows the issuer',
    code: 'TLS016',
    works: true,
    scene: knownTo((lab) => ({ NODE_EXTRA_CA_CERTS: lab.path('ca.pem'), SSL_CERT_FILE: lab.path('other-ca.pem') })),
  },
  {
    name: 'only gRPC for Node knows the issuer',
    code: 'TLS016',
    works: true,
    scene: knownTo((lab) => ({
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: lab.path('ca.pem'),
      SSL_CERT_FILE: lab.path('other-ca.pem'),
    })),
  },
  {
    name: 'only the system knows the issuer',
    code: 'TLS016',
    works: true,
    scene: knownTo((lab) => ({ SSL_CERT_FILE: lab.path('ca.pem') })),
  },
  {
    name: 'a system without roots',
    code: 'TLS017',
    works: true,
    scene: knownTo((lab) => ({ NODE_EXTRA_CA_CERTS: lab.path('ca.pem'), SSL_CERT_FILE: '/nonexistent/roots.pem' })),
  },
  {
    name: 'verification switched off for Node, which gRPC does not honour',
    code: 'TLS010',
    scene: knownTo((lab) => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0', SSL_CERT_FILE: lab.path('other-ca.pem') })),
  },
];
