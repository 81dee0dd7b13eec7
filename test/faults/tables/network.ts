import type { Fault, Healthy, Scene } from '../fault.ts';
import type { Lab } from '../lab.ts';
import { inNetwork } from '../network.ts';
import { http1, pair, read, tlsOf } from '../scenes.ts';
import { startTcp, startTemporal } from '../server.ts';

type Names = Parameters<typeof inNetwork>[1]['names'];

const host = 'frontend.lab.example';
const address = ['--address', `${host}:7233`];

/** What the resolver says of the host; whoever gets an address of 127.0.0.1 meets a healthy server. */
const resolves =
  (name: NonNullable<Names>[string] | null, args: readonly string[] = []) =>
  async (lab: Lab): Promise<Scene> => {
    const { port } = await startTemporal(lab);
    const names = name === null ? undefined : { [host]: name };
    return inNetwork(
      lab,
      { ...(names === undefined ? {} : { names }), doors: { '127.0.0.1:7233': port } },
      { args: [...address, ...args] },
    );
  };

/** No server anywhere: the address is reached, or it is not. */
const reaches =
  (network: Parameters<typeof inNetwork>[1], target: string, ...args: readonly string[]) =>
  (lab: Lab): Promise<Scene> =>
    inNetwork(lab, network, { args: ['--address', target, ...args] });

const v6 = '2001:0db8:0000:0000:0000:0000:0000:0001';
const cloud = 'orders.a1b2c.tmprl.cloud';

/** The namespace's own name, answered with an address of the private network where the private link stands. */
const privateZone = async (lab: Lab): Promise<Scene> => {
  const { port } = await startTemporal(
    lab,
    {},
    tlsOf(lab, 'cloud-server', { requestCert: true, rejectUnauthorized: true, ca: read(lab, 'client-ca.pem') }),
  );
  return inNetwork(
    lab,
    {
      addresses: ['10.1.2.3/32'],
      names: { [cloud]: { a: ['10.1.2.3'] } },
      doors: { '10.1.2.3:7233': port },
    },
    {
      args: ['--address', `${cloud}:7233`, '-n', 'orders.a1b2c', '--backend', 'self-hosted', ...pair(lab, 'client')],
      env: { NODE_EXTRA_CA_CERTS: lab.path('ca.pem'), SSL_CERT_FILE: lab.path('ca.pem') },
    },
  );
};

const faults: readonly Fault[] = [
  { name: 'no such host, says the resolver', code: 'DNS001', scene: resolves({ rcode: 3 }) },
  { name: 'a host without any address', code: 'DNS001', scene: resolves({}) },
  { name: 'the resolver fails', code: 'DNS002', scene: resolves({ rcode: 2 }) },
  { name: 'the resolver refuses', code: 'DNS002', scene: resolves({ rcode: 5 }) },
  { name: 'the resolver is not there', code: 'DNS002', scene: resolves(null) },
  { name: 'the resolver is silent', code: 'DNS002', within: 2000, scene: resolves({ silent: true }) },
  {
    name: 'the resolver is slow',
    code: 'DNS003',
    works: true,
    within: 2500,
    scene: resolves({ a: ['127.0.0.1'], delayMs: 1100 }),
  },
  {
    name: 'a Cloud name that leads into a private network without a way',
    code: 'DNS004',
    scene: reaches({ names: { [cloud]: { a: ['10.1.2.3'] } } }, `${cloud}:7233`, '-n', 'orders.a1b2c', '--tls'),
  },
  {
    name: 'IPv6 without a route, and IPv4 that works',
    code: 'DNS005',
    works: true,
    scene: resolves({ a: ['127.0.0.1'], aaaa: [v6] }),
  },
  {
    name: 'a sinkhole of zeroes',
    code: 'DNS006',
    scene: reaches({ names: { [host]: { a: ['0.0.0.0'] } } }, `${host}:7233`),
  },
  {
    name: 'the page of a filter behind the name',
    code: 'DNS006',
    scene: async (lab) => {
      const page = '<html><title>Access denied</title><p>This site is blocked by your administrator</p></html>';
      const { port } = await startTcp(lab, http1(page));
      const network = { names: { [host]: { a: ['127.0.0.1'] } }, doors: { '127.0.0.1:7233': port } };
      return inNetwork(lab, network, { args: [...address] });
    },
  },
  {
    name: 'a web server behind a name, of which nothing more is known',
    code: 'H2001',
    scene: async (lab) => {
      const { port } = await startTcp(lab, http1('<html><p>No page is blocking this one</p></html>'));
      const network = { names: { [host]: { a: ['127.0.0.1'] } }, doors: { '127.0.0.1:7233': port } };
      return inNetwork(lab, network, { args: [...address] });
    },
  },
  {
    name: 'a template in the address that only the CLI fills in',
    code: 'ADR006',
    scene: reaches({}, '${namespace}.tmprl.cloud:7233', '-n', 'orders.a1b2c'),
  },
  {
    name: 'a server that listens on loopback only',
    code: 'ADR011',
    scene: async (lab) => {
      const { port } = await startTemporal(lab);
      const network = { addresses: ['10.9.9.9/32'], doors: { '127.0.0.1:7233': port } };
      return inNetwork(lab, network, { args: ['--address', '10.9.9.9:7233'] });
    },
  },
  {
    name: 'an address of this machine where nobody listens',
    code: 'TCP001',
    scene: reaches({ addresses: ['10.9.9.9/32'] }, '10.9.9.9:7233'),
  },
  { name: 'no route', code: 'TCP004', scene: reaches({}, '192.0.2.1:7233') },
  { name: 'no route, TLS', code: 'TCP004', scene: reaches({}, '192.0.2.1:7233', '--tls') },
  { name: 'host unreachable', code: 'TCP004', scene: reaches({ unreachable: ['192.0.2.0/24'] }, '192.0.2.1:7233') },
  { name: 'no route over IPv6', code: 'TCP004', scene: reaches({}, '[2001:db8::1]:7233') },
  {
    name: 'a name of which no address can be reached',
    code: 'TCP004',
    scene: reaches({ names: { [host]: { a: ['192.0.2.1'], aaaa: [v6] } } }, `${host}:7233`),
  },
];

const healthy: readonly Healthy[] = [
  { name: 'by a name of the resolver', scene: resolves({ a: ['127.0.0.1'] }) },
  { name: 'a private link by its private zone', scene: privateZone },
  {
    name: 'IPv6 alone',
    scene: async (lab) => {
      const { port } = await startTemporal(lab);
      return inNetwork(lab, { doors: { '[::1]:7233': port } }, { args: ['--address', '[::1]:7233'] });
    },
  },
  {
    name: 'a name with two addresses that both work',
    scene: async (lab) => {
      const { port } = await startTemporal(lab);
      const names = { [host]: { a: ['127.0.0.1', '10.9.9.9'] } };
      const doors = { '127.0.0.1:7233': port, '10.9.9.9:7233': port };
      return inNetwork(lab, { addresses: ['10.9.9.9/32'], names, doors }, { args: [...address] });
    },
  },
];

export const networkFaults: readonly Fault[] = faults.map((fault) => ({ ...fault, needs: 'namespaces' }));
export const healthyNetwork: readonly Healthy[] = healthy.map((one) => ({ ...one, needs: 'namespaces' }));
