import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { assertFault, test, type Fault, type Scene } from './fault.ts';
import { canary, useLab, type Lab } from './lab.ts';
import { startTcp, startTemporal, startTls, startWithoutAlpn, type Answer, type Behaviour } from './server.ts';

const { lab } = useLab();
afterEach(() => lab().close());

const tlsOf = (lab: Lab, name = 'server', more: object = {}) => ({
  ...material(lab, name),
  ALPNProtocols: ['h2'],
  ...more,
});

function material(lab: Lab, name: string): { key: Buffer; cert: Buffer } {
  return { key: read(lab, `${name}.key`), cert: read(lab, `${name}.pem`) };
}

function read(lab: Lab, name: string): Buffer {
  return readFileSync(lab.path(name));
}

const ca = (lab: Lab): string[] => ['--tls-ca-path', lab.path('ca.pem')];
const pair = (lab: Lab, name: string): string[] => [
  '--tls-cert-path',
  lab.path(`${name}.pem`),
  '--tls-key-path',
  lab.path(`${name}.key`),
];

/** A TLS frontend that shows this certificate; the client trusts the lab's CA. */
const shows =
  (name: string, more: object = {}, args: readonly string[] = []) =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTemporal(lab, {}, tlsOf(lab, name, more));
    return { args: ['--address', server.address, ...ca(lab), ...args] };
  };

/** The same, with an API key that must not arrive. */
const hides =
  (name: string, args: (lab: Lab) => readonly string[] = ca) =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTemporal(lab, {}, tlsOf(lab, name));
    return {
      args: ['--address', server.address, ...args(lab)],
      env: { TEMPORAL_API_KEY: canary },
      strangers: [server],
    };
  };

const mtls =
  (client: string | null, version: 'TLSv1.2' | 'TLSv1.3') =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTemporal(
      lab,
      {},
      tlsOf(lab, 'server', {
        requestCert: true,
        rejectUnauthorized: true,
        ca: read(lab, 'client-ca.pem'),
        maxVersion: version,
      }),
    );
    return { args: ['--address', server.address, ...ca(lab), ...(client === null ? [] : pair(lab, client))] };
  };

const answers =
  (behaviour: Behaviour, args: readonly string[] = []) =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTemporal(lab, behaviour);
    return { args: ['--address', server.address, ...args], strangers: [server] };
  };
const everything = (everything: Answer) => answers({ everything });

const tcpPlain =
  (onConnection: Parameters<typeof startTcp>[1], tls = false) =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTcp(lab, onConnection);
    const env = tls ? { TEMPORAL_API_KEY: canary } : {};
    return { args: ['--address', server.address, ...(tls ? ['--tls'] : [])], env, strangers: [server] };
  };

const http1 = (body: string) => (socket: Socket) =>
  void socket.once('data', () =>
    socket.end(`HTTP/1.1 400 Bad Request\r\nServer: lab\r\nContent-Type: text/html\r\n\r\n${body}`),
  );

const tcpFaults: readonly Fault[] = [
  { name: 'refused', code: 'TCP001', scene: () => ({ args: ['--address', '127.0.0.1:1'] }) },
  { name: 'refused, TLS', code: 'TCP001', scene: () => ({ args: ['--address', '127.0.0.1:1', '--tls'] }) },
  { name: 'nothing configured and nothing there', code: ['CFG001', 'TCP001'], scene: () => ({}) },
  {
    name: 'localhost in a pod',
    code: 'ADR010',
    scene: () => ({ args: ['--address', 'localhost:1'], env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }),
  },
  { name: 'no such host', code: 'DNS001', scene: () => ({ args: ['--address', 'no-such-host.invalid:7233'] }) },
  { name: '0.0.0.0 closed', code: 'TCP001', scene: () => ({ args: ['--address', '0.0.0.0:1'] }) },
  { name: 'closes at once', code: 'TCP006', scene: tcpPlain((socket) => void socket.end()) },
  { name: 'closes at once, TLS', code: 'TCP006', scene: tcpPlain((socket) => void socket.end(), true) },
  { name: 'resets at once', code: 'TCP003', scene: tcpPlain((socket) => void socket.resetAndDestroy()) },
  { name: 'resets at once, TLS', code: 'TCP003', scene: tcpPlain((socket) => void socket.resetAndDestroy(), true) },
  { name: 'silent', code: 'TCP008', within: 2500, scene: tcpPlain(() => undefined) },
  { name: 'silent, TLS', code: 'TCP008', within: 2500, scene: tcpPlain(() => undefined, true) },
  { name: 'SSH', code: 'TCP007', scene: tcpPlain((socket) => void socket.write('SSH-2.0-OpenSSH_9.2p1\r\n')) },
  {
    name: 'SSH, TLS',
    code: 'TCP007',
    scene: tcpPlain((socket) => void socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'), true),
  },
  {
    name: 'SMTP',
    code: 'TCP007',
    scene: tcpPlain((socket) => void socket.write('220 mail.example ESMTP Postfix\r\n')),
  },
  {
    name: 'MySQL',
    code: 'TCP007',
    scene: tcpPlain((socket) => void socket.write(Buffer.from('4a0000000a382e302e3336000b000000', 'hex'))),
  },
  {
    name: 'closes after the first bytes',
    code: 'H2004',
    scene: tcpPlain((socket) => void socket.once('data', () => socket.end())),
  },
  {
    name: 'closes after the first bytes, TLS',
    code: 'TLS014',
    scene: tcpPlain((socket) => void socket.once('data', () => socket.end()), true),
  },
  { name: 'HTTP/1 server', code: 'H2001', scene: tcpPlain(http1('<html>hello</html>')) },
  { name: 'HTTP/1 server, TLS asked', code: 'TLS001', scene: tcpPlain(http1('<html>hello</html>'), true) },
  { name: 'Web UI', code: 'ADR005', scene: tcpPlain(http1('<html><title>Temporal</title></html>')) },
];

const tlsFaults: readonly Fault[] = [
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
];

const http2Faults: readonly Fault[] = [
  {
    name: 'HTTP/1 over TLS',
    code: 'H2001',
    scene: async (lab) => ({ args: ['--address', (await startTls(lab, tlsOf(lab), http1('x'))).address, ...ca(lab)] }),
  },
  {
    name: 'silent after TLS',
    code: 'H2002',
    within: 2500,
    scene: async (lab) => ({
      args: ['--address', (await startTls(lab, tlsOf(lab), () => undefined)).address, ...ca(lab)],
    }),
  },
  {
    name: 'closed after TLS',
    code: 'H2004',
    scene: async (lab) => ({
      args: ['--address', (await startTls(lab, tlsOf(lab), (socket) => void socket.end())).address, ...ca(lab)],
    }),
  },
  { name: 'too many pings', code: 'H2005', scene: everything({ goaway: 11 }) },
  { name: 'goodbye', code: 'H2003', scene: everything({ goaway: 0 }) },
];

const clientCertificateFaults: readonly Fault[] = (['TLSv1.2', 'TLSv1.3'] as const).flatMap((version) => [
  { name: `none sent, ${version}`, code: 'MTL001', scene: mtls(null, version) },
  { name: `issuer not accepted, ${version}`, code: 'MTL002', scene: mtls('other-client', version) },
  { name: `self-signed, ${version}`, code: ['CRT013', 'MTL002'], scene: mtls('self-signed-client', version) },
  { name: `without its intermediate, ${version}`, code: ['MTL002', 'CRT012'], scene: mtls('chained-client', version) },
  { name: `expired, ${version}`, code: 'CRT004', scene: mtls('expired-client', version) },
  { name: `not yet valid, ${version}`, code: 'CRT005', scene: mtls('early-client', version) },
  { name: `for servers, ${version}`, code: 'CRT008', scene: mtls('server-usage-client', version) },
  { name: `CA as client, ${version}`, code: 'CRT007', scene: mtls('client-ca', version) },
]);

const grpcFaults: readonly Fault[] = [
  ...[400, 401, 403, 404, 429, 464, 500, 502, 503, 504].map((status) => ({
    name: `HTTP ${String(status)}`,
    code: 'RPC001',
    scene: everything({ http: { status } }),
  })),
  { name: 'HTML with 200', code: 'RPC001', scene: everything({ http: { status: 200 } }) },
  {
    name: 'JSON with 200',
    code: 'RPC001',
    scene: everything({
      http: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"message":"no"}' },
    }),
  },
  { name: 'HTTP 413', code: 'RPC013', scene: everything({ http: { status: 413 } }) },
  {
    name: 'nginx wants a certificate',
    code: 'MTL001',
    scene: everything({ http: { status: 400, body: '<center>No required SSL certificate was sent</center>' } }),
  },
  {
    name: 'nginx refuses the certificate',
    code: 'MTL002',
    scene: everything({ http: { status: 400, body: '<center>The SSL certificate error</center>' } }),
  },
  {
    name: 'haproxy without proto h2',
    code: 'RPC012',
    scene: everything({ http: { status: 502, body: 'The server returned an invalid or incomplete response.' } }),
  },
  {
    name: 'not Temporal',
    code: 'RPC003',
    scene: everything({ status: 12, message: 'unknown service temporal.api.workflowservice.v1.WorkflowService' }),
  },
  {
    name: 'older than GetSystemInfo',
    code: 'TMP002',
    works: true,
    scene: answers({ systemInfo: { status: 12, message: 'unknown method GetSystemInfo' } }),
  },
  ...[1, 2, 7, 8, 11, 12, 13].map((reset) => ({
    name: `reset ${String(reset)}`,
    code: 'RPC005',
    scene: everything({ reset }),
  })),
  { name: 'no trailers', code: 'RPC006', scene: everything({ noTrailers: true, reply: Buffer.from('0a0131', 'hex') }) },
  {
    name: 'Envoy upstream',
    code: 'RPC007',
    scene: everything({
      status: 14,
      message: 'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
    }),
  },
  {
    name: 'Envoy no healthy upstream',
    code: 'RPC007',
    scene: everything({ status: 14, message: 'no healthy upstream' }),
  },
  { name: 'Istio RBAC', code: 'RPC007', scene: everything({ status: 7, message: 'RBAC: access denied' }) },
  {
    name: 'Envoy 503 page',
    code: 'RPC007',
    scene: everything({
      http: { status: 503, headers: { server: 'envoy', 'content-type': 'text/plain' }, body: 'no healthy upstream' },
    }),
  },
  { name: 'rate limit', code: 'RPC008', scene: everything({ status: 8, message: 'namespace rate limit exceeded' }) },
  { name: 'unreadable body', code: 'RPC009', scene: everything({ reply: Buffer.from('ffffffffffffff', 'hex') }) },
  { name: 'body cut', code: 'RPC009', scene: everything({ raw: Buffer.from('00000000ff0a', 'hex') }) },
  { name: 'no answer', code: 'RPC010', within: 3000, scene: everything({ hang: true }) },
  { name: 'internal error', code: 'RPC004', scene: everything({ status: 13, message: 'boom' }) },
  {
    name: 'still starting',
    code: 'TMP001',
    scene: everything({ status: 14, message: 'Not enough hosts to serve the request' }),
  },
  {
    name: 'shard status',
    code: 'TMP001',
    scene: answers({ namespace: { status: 14, message: 'shard status unknown' } }),
  },
  { name: 'unauthenticated', code: 'AUT001', scene: everything({ status: 16, message: 'Request unauthorized.' }) },
  {
    name: 'denied at once',
    code: ['AUT001', 'AUT003'],
    scene: everything({ status: 7, message: 'Request unauthorized.' }),
  },
  {
    name: 'namespace denied',
    code: 'AUT003',
    scene: answers({ namespace: { status: 7, message: 'Request unauthorized.' } }),
  },
  {
    name: 'namespace unauthenticated',
    code: 'AUT001',
    scene: answers({ namespace: { status: 16, message: 'Jwt is missing' } }),
  },
  {
    name: 'certificate not for this namespace',
    code: 'AUT004',
    scene: async (lab) => {
      const server = await startTemporal(
        lab,
        { namespace: { status: 7, message: 'Request unauthorized.' } },
        tlsOf(lab, 'server', { requestCert: true, rejectUnauthorized: true, ca: read(lab, 'client-ca.pem') }),
      );
      return { args: ['--address', server.address, ...ca(lab), ...pair(lab, 'client')] };
    },
  },
  {
    name: 'clock',
    code: 'AUT002',
    scene: async (lab) => {
      const server = await startTemporal(
        lab,
        {
          namespace: {
            status: 7,
            message: 'Request unauthorized.',
            headers: { date: new Date(Date.now() + 3_600_000).toUTCString() },
          },
        },
        tlsOf(lab),
      );
      return { args: ['--address', server.address, ...ca(lab)], env: { TEMPORAL_API_KEY: canary } };
    },
  },
  { name: 'no such namespace', code: 'NSP001', scene: answers({}, ['-n', 'nope']) },
  {
    name: 'no default namespace',
    code: 'NSP001',
    scene: answers({ namespace: { status: 5, message: 'Namespace default is not found.' } }),
  },
  {
    name: 'invalid namespace',
    code: 'NSP002',
    scene: answers({ namespace: { status: 3, message: 'Invalid NamespaceName' } }),
  },
  { name: 'no Nexus capability', code: 'NEX001', works: true, scene: answers({ nexusCapability: false }) },
  {
    name: 'Nexus disabled',
    code: 'NEX002',
    works: true,
    scene: answers({ nexus: { status: 9, message: 'nexus is disabled' } }),
  },
  {
    name: 'no Nexus API',
    code: 'NEX002',
    works: true,
    scene: answers({ nexus: { status: 12, message: 'unknown method ListNexusEndpoints' } }),
  },
  {
    name: 'Nexus not permitted',
    code: 'NEX003',
    works: true,
    scene: answers({ nexus: { status: 7, message: 'Request unauthorized.' } }),
  },
];

const healthy: readonly { name: string; scene: Fault['scene'] }[] = [
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
];

describe('TCP and protocols', () => {
  it.each(tcpFaults)('$name → $code', (fault) => assertFault(fault, lab()));
});
describe('TLS', () => {
  it.each(tlsFaults)('$name → $code', (fault) => assertFault(fault, lab()));
});
describe('client certificates', () => {
  it.each(clientCertificateFaults)('$name → $code', (fault) => assertFault(fault, lab()));
});
describe('HTTP/2', () => {
  it.each(http2Faults)('$name → $code', (fault) => assertFault(fault, lab()));
});
describe('gRPC and Temporal', () => {
  it.each(grpcFaults)('$name → $code', (fault) => assertFault(fault, lab()));
});
describe('healthy', () => {
  it.each(healthy)('$name', async ({ scene }) => {
    const { report, exitCode } = await test(await scene(lab()));
    expect(report.primary).toBeNull();
    expect({ ok: report.ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
  });
});
