import { address } from './checks/address.ts';
import { certificateFiles } from './checks/certificate-files.ts';
import { certificatePair } from './checks/certificate-pair.ts';
import { certificatePolicy } from './checks/certificate-policy.ts';
import { clientCertificate } from './checks/client-certificate.ts';
import { cloudControlPlane } from './checks/cloud-control-plane.ts';
import { configuration } from './checks/configuration.ts';
import { dns } from './checks/dns.ts';
import { http2 } from './checks/http2.ts';
import { idle } from './checks/idle.ts';
import { longPoll } from './checks/long-poll.ts';
import { messageSize } from './checks/message-size.ts';
import { namespace } from './checks/namespace.ts';
import { nexus } from './checks/nexus.ts';
import { proxyEnvironment } from './checks/proxy-environment.ts';
import { proxy } from './checks/proxy.ts';
import { roundTrip } from './checks/round-trip.ts';
import { systemInfo } from './checks/system-info.ts';
import { tcp } from './checks/tcp.ts';
import { tlsTrust } from './checks/tls-trust.ts';
import { tls } from './checks/tls.ts';
import { token } from './checks/token.ts';
import type { AnyCheck } from './run.ts';

/** Every check, in the order in which they are shown: local first, then layer by layer. */
export const allChecks: readonly AnyCheck[] = [
  configuration,
  address,
  certificateFiles,
  certificatePair,
  certificatePolicy,
  token,
  proxyEnvironment,
  dns,
  proxy,
  tcp,
  tls,
  tlsTrust,
  clientCertificate,
  http2,
  systemInfo,
  namespace,
  nexus,
  roundTrip,
  messageSize,
  longPoll,
  idle,
  cloudControlPlane,
];

/** Checks that send no packet. */
export function isLocal({ layer, id }: AnyCheck): boolean {
  return layer === 'local' || id === 'proxy-environment';
}
