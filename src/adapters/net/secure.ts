import { isIP, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { SessionSecurity } from '../../connectivity/net.ts';

/** TLS that verifies the server and shows it the client certificate. Throws when OpenSSL refuses the material. */
export function secure(socket: Socket, security: SessionSecurity & { tls: true }, protocols: string[]): TLSSocket {
  return connect({
    socket,
    ...nameOptions(security.serverName),
    ca: security.ca,
    cert: security.clientPair?.cert,
    key: security.clientPair?.key,
    ...(protocols.length === 0 ? {} : { ALPNProtocols: protocols }),
    // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing: credentials may follow on this socket.
    rejectUnauthorized: true,
    ...(security.maxVersion === undefined ? {} : { maxVersion: security.maxVersion }),
  });
}

/** An IP address is no SNI; Node then verifies it through `host`. */
export function nameOptions(serverName: string): Pick<ConnectionOptions, 'servername' | 'host'> {
  return isIP(serverName) === 0 ? { servername: serverName, host: serverName } : { servername: '', host: serverName };
}
