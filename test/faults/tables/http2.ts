import type { Fault } from '../fault.ts';
import { ca, everything, http1, material, tlsOf } from '../scenes.ts';
import { startTls } from '../server.ts';

export const http2Faults: readonly Fault[] = [
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
  {
    name: 'silent after TLS without ALPN',
    code: 'TLS006',
    within: 2500,
    scene: async (lab) => ({
      args: ['--address', (await startTls(lab, material(lab, 'server'), () => undefined)).address, ...ca(lab)],
    }),
  },
  {
    name: 'closed after TLS without ALPN',
    code: 'TLS006',
    scene: async (lab) => ({
      args: [
        '--address',
        (await startTls(lab, material(lab, 'server'), (socket) => void socket.once('data', () => socket.end())))
          .address,
        ...ca(lab),
      ],
    }),
  },
  {
    name: 'HTTP/1 over TLS without ALPN',
    code: 'H2001',
    scene: async (lab) => ({
      args: ['--address', (await startTls(lab, material(lab, 'server'), http1('x'))).address, ...ca(lab)],
    }),
  },
  {
    name: 'Web UI over TLS',
    code: 'ADR005',
    scene: async (lab) => {
      const server = await startTls(lab, material(lab, 'server'), http1('<html><title>Temporal</title></html>'));
      return { args: ['--address', server.address, ...ca(lab)] };
    },
  },
  { name: 'too many pings', code: 'H2005', scene: everything({ goaway: 11 }) },
  { name: 'goodbye', code: 'H2003', scene: everything({ goaway: 0 }) },
];
