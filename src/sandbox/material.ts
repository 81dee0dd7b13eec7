import { createAuthority, type Authority, type KeyPair } from './certificates.ts';
import type { FaultPlan } from './fault-plan.ts';

/** Every certificate of one run. */
export interface Material {
  /** What the servers show. */
  readonly server: KeyPair;
  /** What a client must trust for that. */
  readonly serverCa: string;
  readonly client: KeyPair;
  /** What the mTLS frontend accepts and the control plane lists. */
  readonly clientCa: string;
}

const day = 86_400_000;

export async function createMaterial(now: number, faults: FaultPlan): Promise<Material> {
  const serverFault = faults.take('server-certificate')?.variant;
  const clientFault = faults.take('client-certificate')?.variant;
  const from = (firstDay: number, lastDay: number) => ({
    notBefore: new Date(now + firstDay * day),
    notAfter: new Date(now + lastDay * day),
  });
  const valid = from(-1, 365);
  const serverCa = await createAuthority('nexusctl sandbox server CA', valid);
  const clientCa = await createAuthority(
    'nexusctl sandbox client CA',
    clientFault === 'expiring-ca' ? from(-1, 5) : valid,
  );
  const stranger = (): Promise<Authority> => createAuthority('nexusctl sandbox unknown CA', valid);
  const server = await (serverFault === 'unknown-ca' ? await stranger() : serverCa).issue({
    commonName: 'nexusctl sandbox server',
    usage: 'server',
    ...(serverFault === 'wrong-name'
      ? { dns: ['elsewhere.sandbox.invalid'] }
      : { dns: ['localhost'], ips: ['127.0.0.1', '::1'] }),
    ...(serverFault === 'expired' ? from(-30, -1) : serverFault === 'not-yet-valid' ? from(1, 90) : from(-1, 90)),
  });
  const client = await (clientFault === 'unknown-ca' ? await stranger() : clientCa).issue({
    commonName: 'nexusctl sandbox client',
    usage: 'client',
    ...(clientFault === 'expired' ? from(-30, -1) : clientFault === 'expiring-ca' ? from(-1, 4) : from(-1, 90)),
  });
  return { server, serverCa: serverCa.certificate, client, clientCa: clientCa.certificate };
}
