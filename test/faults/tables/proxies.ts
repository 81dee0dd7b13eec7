import { connect } from 'node:net';
import type { Fault, Healthy, Scene } from '../fault.ts';
import { canary, type Lab } from '../lab.ts';
import { material } from '../scenes.ts';
import { startTcp, startTemporal, type Running } from '../server.ts';

/** A CONNECT proxy that answers with these words, or opens a tunnel. */
function startProxy(lab: Lab, answer: string | null, target?: number): Promise<Running> {
  return startTcp(lab, (socket) => {
    socket.once('data', (head) => {
      if (answer !== null) {
        socket.end(answer);
        return;
      }
      const port = target ?? Number(/CONNECT [^ ]*:(\d+) /.exec(head.toString())?.[1]);
      const upstream = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      upstream.on('error', () => socket.destroy());
      upstream.pipe(socket).pipe(upstream);
    });
  });
}

const through =
  (answer: string, variable = 'https_proxy', userinfo = '') =>
  async (lab: Lab): Promise<Scene> => {
    const proxy = await startProxy(lab, answer);
    return {
      args: ['--address', 'temporal.invalid:7233', '--tls'],
      env: { [variable]: `http://${userinfo}${proxy.address}`, TEMPORAL_API_KEY: canary },
      strangers: [proxy],
    };
  };

const healthyServer = async (lab: Lab, env: Record<string, string>): Promise<Scene> => {
  const server = await startTemporal(lab);
  return { args: ['--address', server.address], env };
};

export const proxyFaults: readonly Fault[] = [
  {
    name: 'refused',
    code: 'PRX001',
    scene: () => ({ args: ['--address', 'temporal.invalid:7233'], env: { https_proxy: 'http://127.0.0.1:1' } }),
  },
  {
    name: 'unknown host',
    code: 'PRX001',
    scene: () => ({ args: ['--address', 'temporal.invalid:7233'], env: { grpc_proxy: 'http://proxy.invalid:3128' } }),
  },
  {
    name: '407',
    code: 'PRX002',
    scene: through('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n'),
  },
  {
    name: '407, wrong password',
    code: 'PRX002',
    scene: through(
      'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n',
      'https_proxy',
      'me:wrong@',
    ),
  },
  {
    name: '407, NTLM',
    code: 'PRX002',
    scene: through('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM\r\n\r\n'),
  },
  { name: '403', code: 'PRX003', scene: through('HTTP/1.1 403 Forbidden\r\n\r\n', 'http_proxy') },
  { name: '502', code: 'PRX004', scene: through('HTTP/1.1 502 Bad Gateway\r\n\r\n') },
  { name: '503', code: 'PRX004', scene: through('HTTP/1.1 503 Service Unavailable\r\n\r\n') },
  { name: 'SSH', code: 'PRX005', scene: through('SSH-2.0-OpenSSH_9.2p1\r\n') },
  { name: 'SOCKS', code: 'PRX005', scene: through('\u0005\u00ff') },
  {
    name: 'silent',
    code: 'PRX006',
    within: 2500,
    scene: async (lab) => {
      const proxy = await startTcp(lab, () => undefined);
      return { args: ['--address', 'temporal.invalid:7233'], env: { https_proxy: `http://${proxy.address}` } };
    },
  },
  { name: 'upper case', code: 'PRX007', works: true, scene: (lab) => healthyUpper(lab) },
  {
    name: 'https:// scheme',
    code: 'PRX007',
    works: true,
    scene: (lab) => healthyServer(lab, { https_proxy: 'https://127.0.0.1:1' }),
  },
  {
    name: 'socks5:// scheme',
    code: 'PRX007',
    works: true,
    scene: (lab) => healthyServer(lab, { https_proxy: 'socks5://127.0.0.1:1' }),
  },
  {
    name: 'trailing comma',
    code: 'PRX007',
    works: true,
    scene: (lab) => healthyServer(lab, { https_proxy: 'http://127.0.0.1:1', no_proxy: 'example.com,' }),
  },
  {
    name: 'only the proxy leads there',
    code: 'PRX008',
    works: true,
    scene: async (lab) => {
      const server = await startTemporal(lab, {}, { ...material(lab, 'server'), ALPNProtocols: ['h2'] });
      const proxy = await startProxy(lab, null, server.port);
      return {
        args: [
          '--address',
          'temporal.invalid:7233',
          '--tls-server-name',
          'localhost',
          '--tls-ca-path',
          lab.path('ca.pem'),
        ],
        env: { https_proxy: `http://${proxy.address}` },
      };
    },
  },
  {
    name: 'interception',
    code: 'PRX009',
    scene: async (lab) => {
      const real = await startTemporal(lab, {}, { ...material(lab, 'server'), ALPNProtocols: ['h2'] });
      const fake = await startTemporal(lab, {}, { ...material(lab, 'other-server'), ALPNProtocols: ['h2'] });
      const proxy = await startProxy(lab, null, fake.port);
      return {
        args: ['--address', real.address, '--tls-ca-path', lab.path('ca.pem')],
        env: { https_proxy: `http://${proxy.address}`, TEMPORAL_API_KEY: canary },
        strangers: [fake, real, proxy],
      };
    },
  },
];

/** A tunnel to a server that wants a key, through a proxy that wants no password; one may be configured. */
const tunnelled =
  (userinfo: '' | 'me:right@') =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTemporal(lab, { apiKey: canary }, { ...material(lab, 'server'), ALPNProtocols: ['h2'] });
    const proxy = await startProxy(lab, null);
    return {
      args: ['--address', server.address, '--tls-ca-path', lab.path('ca.pem')],
      env: { https_proxy: `http://${userinfo}${proxy.address}`, TEMPORAL_API_KEY: canary },
      strangers: [proxy],
    };
  };

export const healthyProxies: readonly Healthy[] = [
  { name: 'through a tunnel', scene: tunnelled('') },
  { name: 'through a tunnel that wants no password, which is configured', scene: tunnelled('me:right@') },
  {
    name: 'no_proxy leads around a dead proxy',
    scene: (lab) => healthyServer(lab, { https_proxy: 'http://127.0.0.1:1', no_proxy: '127.0.0.1' }),
  },
];

/** Upper-case variables count for other programs; gRPC goes directly, to a server that is no loopback by name. */
async function healthyUpper(lab: Lab): Promise<Scene> {
  const server = await startTemporal(lab);
  return { args: ['--address', `0.0.0.0:${String(server.port)}`], env: { HTTPS_PROXY: 'http://127.0.0.1:1' } };
}
