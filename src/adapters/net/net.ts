import type { Net } from '../../connectivity/net.ts';
import { canonicalName, isOwnAddress, lookup } from './dns.ts';
import { openSession } from './http2.ts';
import { greet, tcp, tunnel } from './socket.ts';
import { observeTls, roots, verifyName } from './tls.ts';

export const net: Net = {
  lookup,
  canonicalName,
  isOwnAddress,
  tcp,
  tunnel,
  observeTls,
  verifyName,
  roots,
  greet,
  openSession,
};
