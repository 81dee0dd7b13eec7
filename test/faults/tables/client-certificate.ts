import type { Fault } from '../fault.ts';
import { mtls } from '../scenes.ts';

export const clientCertificateFaults: readonly Fault[] = (['TLSv1.2', 'TLSv1.3'] as const).flatMap((version) => [
  { name: `none sent, ${version}`, code: 'MTL001', scene: mtls(null, version) },
  { name: `issuer not accepted, ${version}`, code: 'MTL002', scene: mtls('other-client', version) },
  { name: `self-signed, ${version}`, code: 'CRT013', scene: mtls('self-signed-client', version) },
  { name: `without its intermediate, ${version}`, code: 'CRT012', scene: mtls('chained-client', version) },
  { name: `expired, ${version}`, code: 'CRT004', scene: mtls('expired-client', version) },
  { name: `not yet valid, ${version}`, code: 'CRT005', scene: mtls('early-client', version) },
  { name: `for servers, ${version}`, code: 'CRT008', scene: mtls('server-usage-client', version) },
  { name: `CA as client, ${version}`, code: 'CRT007', scene: mtls('client-ca', version) },
]);
