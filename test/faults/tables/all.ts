import type { Fault, Healthy } from '../fault.ts';
import { clientCertificateFaults } from './client-certificate.ts';
import { deepFaults, healthyDeep } from './deep.ts';
import { foreignFaults } from './foreign.ts';
import { goFaults, healthyGo } from './go.ts';
import { grpcFaults } from './grpc.ts';
import { healthy } from './healthy.ts';
import { http2Faults } from './http2.ts';
import { localFaults, localWarnings } from './local.ts';
import { healthyNeighbours, neighbourFaults } from './neighbours.ts';
import { healthyNetwork, networkFaults } from './network.ts';
import { healthyProxies, proxyFaults } from './proxies.ts';
import { tcpFaults } from './tcp.ts';
import { tlsFaults } from './tls.ts';

/** Every fault of the lab, by the group in which the tests and the report show it. */
export const allFaults: Readonly<Record<string, readonly Fault[]>> = {
  'proven without a packet': [...localFaults, ...localWarnings],
  'names and routes': networkFaults,
  proxies: proxyFaults,
  'TCP and protocols': tcpFaults,
  'other protocols': foreignFaults,
  TLS: tlsFaults,
  'client certificates': clientCertificateFaults,
  'servers in Go': goFaults,
  'behind openssl, nginx and haproxy': neighbourFaults,
  'HTTP/2': http2Faults,
  'gRPC and Temporal': grpcFaults,
  'only with --deep': deepFaults,
};

export const allHealthy: readonly Healthy[] = [
  ...healthy,
  ...healthyDeep,
  ...healthyProxies,
  ...healthyNetwork,
  ...healthyGo,
  ...healthyNeighbours,
];
