import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Scene } from './fault.ts';
import { canary, type Lab } from './lab.ts';
import { startTcp, startTemporal, type Answer, type Behaviour } from './server.ts';

export const tlsOf = (lab: Lab, name = 'server', more: object = {}) => ({
  ...material(lab, name),
  ALPNProtocols: ['h2'],
  ...more,
});

export function material(lab: Lab, name: string): { key: Buffer; cert: Buffer } {
  return { key: read(lab, `${name}.key`), cert: read(lab, `${name}.pem`) };
}

export function read(lab: Lab, name: string): Buffer {
  return readFileSync(lab.path(name));
}

export const ca = (lab: Lab): string[] => ['--tls-ca-path', lab.path('ca.pem')];
export const pair = (lab: Lab, name: string): string[] => [
  '--tls-cert-path',
  lab.path(`${name}.pem`),
  '--tls-key-path',
  lab.path(`${name}.key`),
];

/** A TLS frontend that shows this certificate; the client trusts the lab's CA. */
export const shows =
  (name: string, more: object = {}, args: readonly string[] = []) =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTemporal(lab, {}, tlsOf(lab, name, more));
    return { args: ['--address', server.address, ...ca(lab), ...args] };
  };

/** The same, with an API key that must not arrive. */
export const hides =
  (name: string, args: (lab: Lab) => readonly string[] = ca) =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTemporal(lab, {}, tlsOf(lab, name));
    return {
      args: ['--address', server.address, ...args(lab)],
      env: { TEMPORAL_API_KEY: canary },
      strangers: [server],
    };
  };

export const mtls =
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

export const answers =
  (behaviour: Behaviour, args: readonly string[] = []) =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTemporal(lab, behaviour);
    return { args: ['--address', server.address, ...args], strangers: [server] };
  };
export const everything = (everything: Answer) => answers({ everything });

export const tcpPlain =
  (onConnection: Parameters<typeof startTcp>[1], tls = false) =>
  async (lab: Lab): Promise<Scene> => {
    const server = await startTcp(lab, onConnection);
    const env = tls ? { TEMPORAL_API_KEY: canary } : {};
    return { args: ['--address', server.address, ...(tls ? ['--tls'] : [])], env, strangers: [server] };
  };

export const http1 = (body: string) => (socket: Socket) =>
  void socket.once('data', () =>
    socket.end(`HTTP/1.1 400 Bad Request\r\nServer: lab\r\nContent-Type: text/html\r\n\r\n${body}`),
  );
