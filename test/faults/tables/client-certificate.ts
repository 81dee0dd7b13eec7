import type { Fault, Scene } from '../fault.ts';
import type { Lab } from '../lab.ts';
import { ca, mtls, pair, tlsOf } from '../scenes.ts';
import { startTemporal } from '../server.ts';

/** TLS without mTLS, and calls that want a credential: the certificate stays at home. */
const neverAsked =
  (status: number, version: 'TLSv1.2' | 'TLSv1.3') =>
  async (lab: Lab): Promise<Scene> => {
    const namespace = { status, message: 'Request unauthorized.' };
    const { address } = await startTemporal(lab, { namespace }, tlsOf(lab, 'server', { maxVersion: version }));
    return { args: ['--address', address, ...ca(lab), ...pair(lab, 'client')] };
  };

export const clientCertificateFaults: readonly Fault[] = (['TLSv1.2', 'TLSv1.3'] as const).flatMap((version) => [
  { name: `never asked for, and denied, ${version}`, code: 'MTL006', scene: neverAsked(7, version) },
  { name: `never asked for, and nobody known, ${version}`, code: 'MTL006', scene: neverAsked(16, version) },
  { name: `none sent, ${version}`, code: 'MTL001', scene: mtls(null, version) },
  { name: `issuer not accepted, ${version}`, code: 'MTL002', scene: mtls('other-client', version) },
  { name: `self-signed, ${version}`, code: 'CRT013', scene: mtls('self-signed-client', version) },
  { name: `without its intermediate, ${version}`, code: 'CRT012', scene: mtls('chained-client', version) },
  { name: `expired, ${version}`, code: 'CRT004', scene: mtls('expired-client', version) },
  { name: `not yet valid, ${version}`, code: 'CRT005', scene: mtls('early-client', version) },
  { name: `for anything, ${version}`, code: 'CRT008', scene: mtls('anything-client', version) },
  { name: `for servers, ${version}`, code: 'CRT008', scene: mtls('server-usage-client', version) },
  { name: `CA as client, ${version}`, code: 'CRT007', scene: mtls('client-ca', version) },
]);
