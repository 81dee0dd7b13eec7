import type { Net } from '../connectivity/net.ts';
import { canonicalName, isOwnAddress, lookup } from './net-dns.ts';
import { openSession } from './net-http2.ts';
import { greet, tcp, tunnel } from './net-socket.ts';
import { observeTls, roots, verifyName } from './net-tls.ts';

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
