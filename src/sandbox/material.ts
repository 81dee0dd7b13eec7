import { createPrivateKey, X509Certificate } from 'node:crypto';
import { issueCa, issueLeaf, type Issued, type LeafOrder } from '../certificates/issue.ts';
import type { FaultPlan } from './fault-plan.ts';

/** Every certificate of one run, PEM. */
export interface Material {
  /** What the servers show. */
  readonly server: Issued;
  /** What a client must trust for that. */
  readonly serverCa: string;
  readonly client: Issued;
  /** What the mTLS frontend accepts and the control plane lists. */
  readonly clientCa: string;
}

const day = 86_400_000;
/** P-256, because the sandbox must start fast. */
const common = { organization: 'nexusctl sandbox', keyKind: 'ecdsa-p256' } as const;

export async function createMaterial(now: number, faults: FaultPlan): Promise<Material> {
  const serverFault = faults.take('server-certificate')?.variant;
  const clientFault = faults.take('client-certificate')?.variant;
  const from = (firstDay: number, lastDay: number) => ({
    notBefore: new Date(now + firstDay * day),
    notAfter: new Date(now + lastDay * day),
  });
  const valid = from(-30, 365);
  const authority = (commonName: string, validity = valid) => issueCa({ ...common, commonName, ...validity });
  const stranger = () => authority('unknown CA');
  const serverCa = await authority('server CA');
  const clientCa = await authority('client CA', clientFault === 'expiring-ca' ? from(-30, 5) : valid);
  const server = await issue(serverFault === 'unknown-ca' ? await stranger() : serverCa, {
    commonName: 'server',
    usages: ['serverAuth'],
    names: serverFault === 'wrong-name' ? ['elsewhere.sandbox.invalid'] : ['localhost', '127.0.0.1', '::1'],
    ...(serverFault === 'expired' ? from(-30, -1) : serverFault === 'not-yet-valid' ? from(1, 90) : from(-1, 90)),
  });
  const client = await issue(clientFault === 'unknown-ca' ? await stranger() : clientCa, {
    commonName: 'client',
    usages: ['clientAuth'],
    names: [],
    ...(clientFault === 'expired' ? from(-30, -1) : clientFault === 'expiring-ca' ? from(-1, 4) : from(-1, 90)),
  });
  return { server, serverCa: serverCa.certificate, client, clientCa: clientCa.certificate };
}

function issue(ca: Issued, order: Omit<LeafOrder, keyof typeof common>): Promise<Issued> {
  const issuer = { certificate: new X509Certificate(ca.certificate).raw, key: createPrivateKey(ca.key) };
  return issueLeaf({ ...common, ...order }, issuer);
}
