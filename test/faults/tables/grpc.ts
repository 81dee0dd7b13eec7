import { connect } from 'node:net';
import type { Fault } from '../fault.ts';
import { canary } from '../lab.ts';
import { answers, ca, everything, pair, read, tlsOf } from '../scenes.ts';
import { namespaceReply, startTcp, startTemporal } from '../server.ts';

/** Istio and Envoy mark every answer that they pass on. */
const behindEnvoy = { server: 'istio-envoy', 'x-envoy-upstream-service-time': '3' };

export const grpcFaults: readonly Fault[] = [
  ...[400, 401, 403, 404, 429, 464, 500, 502, 503, 504].map((status): Fault => ({
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
    name: 'gRPC-Web',
    code: 'RPC006',
    scene: everything({ http: { status: 200, headers: { 'content-type': 'application/grpc-web+proto' } } }),
  },
  {
    name: 'Linkerd without an endpoint',
    code: 'RPC007',
    scene: everything({
      status: 14,
      message: 'no available endpoints',
      headers: { 'l5d-proxy-error': 'no available endpoints' },
    }),
  },
  {
    name: 'a page of Linkerd',
    code: 'RPC007',
    scene: everything({ http: { status: 504, headers: { 'l5d-proxy-error': 'connect timed out after 1s' } } }),
  },
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
  ...[1, 2, 7, 8, 11, 12, 13].map((reset): Fault => ({
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
    code: 'AUT001',
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
    name: 'a key that the server finds too young',
    code: 'AUT002',
    scene: async (lab) => {
      const server = await startTemporal(
        lab,
        { systemInfo: { status: 16, message: 'Token used before issued' } },
        tlsOf(lab),
      );
      return { args: ['--address', server.address, ...ca(lab)], env: { TEMPORAL_API_KEY: canary } };
    },
  },
  {
    name: 'an empty key, and a server that wants one',
    code: 'TOK001',
    scene: async (lab) => {
      const server = await startTemporal(lab, { apiKey: canary }, tlsOf(lab));
      return { args: ['--address', server.address, '--tls', ...ca(lab)], env: { TEMPORAL_API_KEY: '' } };
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
    name: 'a server from before Nexus',
    code: 'NEX002',
    works: true,
    scene: answers({
      nexusCapability: false,
      nexus: { status: 12, message: 'unknown method ListNexusEndpoints for service temporal.api.operatorservice.v1' },
    }),
  },
  {
    name: 'Nexus not permitted',
    code: 'NEX003',
    works: true,
    scene: answers({ nexus: { status: 7, message: 'Request unauthorized.' } }),
  },
  ...[2, 3].map((state): Fault => ({
    name: state === 2 ? 'namespace deprecated' : 'namespace being deleted',
    code: 'NSP003',
    works: true,
    scene: answers({ namespace: { reply: namespaceReply('default', state) } }),
  })),
  {
    name: 'far away',
    code: 'QOS001',
    works: true,
    within: 4000,
    scene: async (lab) => {
      const server = await startTemporal(lab);
      const front = await startTcp(lab, (socket) => {
        const inside = connect(server.port, '127.0.0.1');
        inside.on('error', () => socket.destroy());
        socket.on('data', (bytes) => setTimeout(() => inside.write(bytes), 300));
        inside.on('data', (bytes) => socket.write(bytes));
        socket.once('close', () => inside.destroy());
      });
      return { args: ['--address', front.address, '--step-timeout', '4s'] };
    },
  },
  {
    name: 'allowlist enforced, callers not authenticated',
    code: 'NEX006',
    works: true,
    scene: answers({ headers: { 'nexusctl-policy-state': 'callers-not-authenticated' } }),
  },
  {
    name: 'allowlist enforced, its files broken',
    code: 'NEX007',
    works: true,
    scene: answers({ headers: { 'nexusctl-policy-state': 'enforced', 'nexusctl-policy-problem': 'SYNTAX' } }),
  },
  {
    name: 'no such namespace, behind Envoy',
    code: 'NSP001',
    scene: answers({
      namespace: { status: 5, message: 'Namespace default is not found.', headers: behindEnvoy },
    }),
  },
  {
    name: 'denied by the server, behind Istio',
    code: 'AUT003',
    scene: answers({ namespace: { status: 7, message: 'Request unauthorized.', headers: behindEnvoy } }),
  },
  {
    name: 'Jwt is missing, says Envoy itself',
    code: 'RPC007',
    scene: everything({ status: 16, message: 'Jwt is missing', headers: { server: 'envoy' } }),
  },
  {
    name: 'namespace in a state that cannot be used',
    code: 'NSP003',
    scene: answers({ namespace: { status: 9, message: 'Namespace default is in state deleted' } }),
  },
  {
    name: 'a server that does not know DescribeNamespace',
    code: 'TMP002',
    scene: answers({ namespace: { status: 12, message: 'unknown method DescribeNamespace' } }),
  },
  {
    name: 'Web UI over HTTP/2',
    code: 'ADR005',
    scene: everything({ http: { status: 200, body: '<!doctype html><title>Temporal</title>' } }),
  },
  {
    name: 'JSON of a gRPC gateway',
    code: 'RPC001',
    scene: everything({
      http: {
        status: 404,
        headers: { 'content-type': 'application/json' },
        body: '{"code":5,"message":"Not Found","details":[]}',
      },
    }),
  },
  ...[301, 302, 308, 415, 421, 426, 520].map((status): Fault => ({
    name: `HTTP ${String(status)}`,
    code: 'RPC001',
    scene: everything({ http: { status } }),
  })),
];
