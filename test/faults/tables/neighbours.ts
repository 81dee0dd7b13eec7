import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { freePorts } from '../../helpers/free-ports.ts';
import { neighbour } from '../../helpers/neighbour.ts';
import type { Fault, Healthy, Need, Scene } from '../fault.ts';
import type { Lab } from '../lab.ts';
import { startTcp, startTemporal } from '../server.ts';

async function startProgram(lab: Lab, program: string, args: readonly string[], port: number): Promise<void> {
  const child: ChildProcess = spawn(program, args, { stdio: 'ignore', cwd: lab.path('') });
  lab.onClose(() => {
    child.kill('SIGKILL');
  });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await opens(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${program} does not listen`);
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const trust = (lab: Lab): string[] => ['--tls-ca-path', lab.path('ca.pem')];
const pair = (lab: Lab, name: string): string[] => [
  '--tls-cert-path',
  lab.path(`${name}.pem`),
  '--tls-key-path',
  lab.path(`${name}.key`),
];

/** `openssl s_server`, which judges client certificates as OpenSSL does; it speaks no HTTP/2. */
const sServer =
  (client: string | null, ...more: string[]) =>
  async (lab: Lab): Promise<Scene> => {
    const port = (await freePorts(1))[0] ?? 0;
    const args = [
      's_server',
      '-accept',
      `127.0.0.1:${String(port)}`,
      '-cert',
      'server.pem',
      '-key',
      'server.key',
      '-CAfile',
      'client-ca.pem',
      '-Verify',
      '3',
      '-verify_return_error',
      '-alpn',
      'h2',
      '-quiet',
      ...more,
    ];
    await startProgram(lab, 'openssl', args, port);
    return {
      args: ['--address', `127.0.0.1:${String(port)}`, ...trust(lab), ...(client === null ? [] : pair(lab, client))],
    };
  };

const judged: readonly Fault[] = ['-tls1_2', '-tls1_3'].flatMap((version) => [
  { name: `openssl ${version}: none`, code: 'MTL001', scene: sServer(null, version) },
  { name: `openssl ${version}: another issuer`, code: 'MTL002', scene: sServer('other-client', version) },
  {
    name: `openssl ${version}: self-signed`,
    code: 'CRT013',
    scene: sServer('self-signed-client', version),
  },
  {
    name: `openssl ${version}: without intermediate`,
    code: 'CRT012',
    scene: sServer('chained-client', version),
  },
  { name: `openssl ${version}: expired`, code: 'CRT004', scene: sServer('expired-client', version) },
  { name: `openssl ${version}: not yet valid`, code: 'CRT005', scene: sServer('early-client', version) },
  { name: `openssl ${version}: for servers`, code: 'CRT008', scene: sServer('server-usage-client', version) },
]);

/** The clock of the server, or the purpose that it wants, differ from ours: only its alert tells. */
const otherwise: readonly Fault[] = ['-tls1_2', '-tls1_3'].flatMap((version): readonly Fault[] => [
  {
    name: `openssl ${version}: expired by the server's clock`,
    code: 'MTL003',
    scene: sServer('client', version, '-attime', String(Math.floor(Date.now() / 1000) + 500 * 86_400)),
  },
  {
    name: `openssl ${version}: not yet valid by the server's clock`,
    code: 'MTL009',
    scene: sServer('client', version, '-attime', String(Math.floor(Date.now() / 1000) - 500 * 86_400)),
  },
  {
    name: `openssl ${version}: another purpose`,
    code: 'MTL004',
    scene: sServer('client', version, '-purpose', 'smimesign'),
  },
]);

async function startNginx(lab: Lab, server: string): Promise<number> {
  const port = (await freePorts(1))[0] ?? 0;
  const config = `daemon off; master_process off; worker_processes 1; error_log /dev/null; pid ${lab.path('nginx.pid')};
events {} http { access_log off; client_body_temp_path ${lab.path('t1')}; proxy_temp_path ${lab.path('t2')};
fastcgi_temp_path ${lab.path('t3')}; uwsgi_temp_path ${lab.path('t4')}; scgi_temp_path ${lab.path('t5')};
server { listen 127.0.0.1:${String(port)} ${server} } }`;
  const path = await lab.write(`nginx-${String(port)}.conf`, config);
  await startProgram(lab, neighbour('nginx') ?? 'nginx', ['-c', path], port);
  return port;
}

const nginx =
  (server: (lab: Lab) => string, args: (lab: Lab) => string[] = () => []) =>
  async (lab: Lab): Promise<Scene> => {
    const text = server(lab);
    const port = await startNginx(lab, text);
    return { args: ['--address', `127.0.0.1:${String(port)}`, ...args(lab)] };
  };
const certificate = (lab: Lab): string =>
  `ssl_certificate ${lab.path('server.pem')}; ssl_certificate_key ${lab.path('server.key')};`;
const wantsClient = (lab: Lab): string =>
  `ssl http2; ${certificate(lab)} ssl_client_certificate ${lab.path('client-ca.pem')}; ssl_verify_client on; location / { return 200; }`;

const behindNginx: readonly Fault[] = [
  {
    name: 'static site over HTTP/2',
    code: 'RPC001',
    scene: nginx((lab) => `ssl http2; ${certificate(lab)} root /nonexistent;`, trust),
  },
  { name: 'HTTPS without http2', code: 'TLS005', scene: nginx((lab) => `ssl; ${certificate(lab)}`, trust) },
  { name: 'plain HTTP/1', code: 'H2001', scene: nginx(() => ';') },
  { name: 'dead upstream', code: 'RPC001', scene: nginx(() => 'http2; location / { grpc_pass grpc://127.0.0.1:1; }') },
  {
    name: 'proxy_pass to a gRPC server',
    code: 'RPC011',
    within: 2500,
    scene: async (lab) => {
      const upstream = await startTemporal(lab);
      return nginx(() => `http2; location / { proxy_pass http://${upstream.address}; }`)(lab);
    },
  },
  {
    name: 'proxy_pass to a gRPC server whose first frame is cut short',
    code: 'RPC011',
    scene: async (lab) => {
      const upstream = await startTcp(lab, (socket) =>
        socket.once('data', () => socket.end(Buffer.from([0, 0, 18, 4]))),
      );
      return nginx(() => `http2; location / { proxy_pass http://${upstream.address}; }`)(lab);
    },
  },
  { name: 'client certificate missing', code: 'MTL001', scene: nginx(wantsClient, trust) },
  {
    name: 'no body of more than one byte',
    code: 'RPC013',
    scene: async (lab) => {
      const upstream = await startTemporal(lab);
      return nginx(() => `http2; client_max_body_size 1; location / { grpc_pass grpc://${upstream.address}; }`)(lab);
    },
  },
  {
    name: 'client certificate of another issuer',
    code: 'MTL002',
    scene: nginx(wantsClient, (lab) => [...trust(lab), ...pair(lab, 'other-client')]),
  },
  {
    name: 'client certificate expired',
    code: 'CRT004',
    scene: nginx(wantsClient, (lab) => [...trust(lab), ...pair(lab, 'expired-client')]),
  },
];

const haproxy =
  (
    bind: (lab: Lab) => string,
    backend: (lab: Lab) => Promise<string>,
    args: (lab: Lab) => string[] = () => [],
    mode = 'http',
  ) =>
  async (lab: Lab): Promise<Scene> => {
    await lab.write(
      'haproxy-server.pem',
      readFileSync(lab.path('server.pem'), 'utf8') + readFileSync(lab.path('server.key'), 'utf8'),
    );
    const port = (await freePorts(1))[0] ?? 0;
    const line = await backend(lab);
    const config = `defaults
  mode ${mode}
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend f
  bind 127.0.0.1:${String(port)} ${bind(lab)}
  default_backend b
backend b
  server s ${line}
`;
    const path = await lab.write(`haproxy-${String(port)}.cfg`, config);
    await startProgram(lab, neighbour('haproxy') ?? 'haproxy', ['-db', '-f', path], port);
    return { args: ['--address', `127.0.0.1:${String(port)}`, ...args(lab)] };
  };
const secured =
  (more: string) =>
  (lab: Lab): string =>
    `ssl crt ${lab.path('haproxy-server.pem')} ${more}`;
const frontend =
  (more: string) =>
  async (lab: Lab): Promise<string> =>
    `${(await startTemporal(lab)).address} ${more}`;

const wantsClientCertificate = (lab: Lab): string =>
  `ssl crt ${lab.path('haproxy-server.pem')} alpn h2 verify required ca-file ${lab.path('client-ca.pem')}`;
const asClient =
  (name: string) =>
  (lab: Lab): string[] => [...trust(lab), ...pair(lab, name)];

const behindHaproxy: readonly Fault[] = [
  { name: 'haproxy: none', code: 'MTL001', scene: haproxy(wantsClientCertificate, frontend('proto h2'), trust) },
  {
    name: 'haproxy: another issuer',
    code: 'MTL002',
    scene: haproxy(wantsClientCertificate, frontend('proto h2'), asClient('other-client')),
  },
  {
    name: 'haproxy: expired',
    code: 'CRT004',
    scene: haproxy(wantsClientCertificate, frontend('proto h2'), asClient('expired-client')),
  },
  {
    name: 'haproxy: for servers',
    code: 'CRT008',
    scene: haproxy(wantsClientCertificate, frontend('proto h2'), asClient('server-usage-client')),
  },
  {
    name: 'haproxy in TCP mode without a backend',
    code: 'TCP006',
    scene: haproxy(
      () => '',
      () => Promise.resolve('127.0.0.1:1'),
      () => [],
      'tcp\n  retries 0',
    ),
  },
  {
    name: 'no ALPN',
    code: 'TLS006',
    works: true,
    scene: haproxy(secured(''), frontend('proto h2'), trust),
  },
  {
    name: 'upstream down',
    code: 'RPC001',
    within: 4000,
    // haproxy tries for three seconds before it answers 503.
    scene: haproxy(
      () => 'proto h2',
      () => Promise.resolve('127.0.0.1:1'),
      () => ['--step-timeout', '6s'],
    ),
  },
  { name: 'backend without proto h2', code: 'RPC012', scene: haproxy(() => 'proto h2', frontend('')) },
  {
    name: 'strict SNI',
    code: 'TLS013',
    scene: haproxy(secured('alpn h2 strict-sni'), frontend('proto h2'), (lab) => [
      ...trust(lab),
      '--tls-server-name',
      'temporal.example',
    ]),
  },
];

const needing =
  (needs: Need) =>
  <T extends Fault | Healthy>(one: T): T => ({ ...one, needs });

export const neighbourFaults: readonly Fault[] = [
  ...[...judged, ...otherwise].map(needing('openssl')),
  ...behindNginx.map(needing('nginx')),
  ...behindHaproxy.map(needing('haproxy')),
];

export const healthyNeighbours: readonly Healthy[] = [
  {
    name: 'nginx with grpc_pass',
    needs: 'nginx',
    scene: async (lab) => {
      const upstream = await startTemporal(lab);
      const port = await startNginx(lab, `http2; location / { grpc_pass grpc://${upstream.address}; }`);
      return { args: ['--address', `127.0.0.1:${String(port)}`] };
    },
  },
  {
    name: 'haproxy with h2 on both sides',
    needs: 'haproxy',
    scene: haproxy(secured('alpn h2'), frontend('proto h2'), trust),
  },
];
