import type { ClientCertificateRequest } from '../../connectivity/net.ts';

const contentHandshake = 22;
const contentChangeCipherSpec = 20;
const messageServerHelloDone = 14;
const messageCertificateRequest = 13;

const messageCertificate = 11;

export interface Seen {
  /** Null when the server's flight is not complete or was not TLS 1.2. */
  readonly clientCertificate: ClientCertificateRequest | null;
  /** The certificates exactly as served, DER. */
  readonly chain: readonly Uint8Array[];
}

/**
 * Reads, from the bytes a TLS 1.2 server sent, its chain, whether it asks for a client certificate and which
 * authorities it accepts (RFC 5246 sections 6.2.1, 7.4.2 and 7.4.4: in that version these messages are in clear).
 */
export function readServerFlight(inbound: Buffer): Seen {
  const handshake = handshakeBytes(inbound);
  let chain: readonly Uint8Array[] = [];
  for (let at = 0; at + 4 <= handshake.length;) {
    const type = handshake[at];
    const end = at + 4 + handshake.readUIntBE(at + 1, 3);
    const body = handshake.subarray(at + 4, end);
    if (end > handshake.length) break;
    if (type === messageCertificate) chain = certificatesOf(body);
    if (type === messageCertificateRequest)
      return { chain, clientCertificate: { requested: true, authorities: authoritiesOf(body) } };
    if (type === messageServerHelloDone) return { chain, clientCertificate: { requested: false, authorities: [] } };
    at = end;
  }
  return { chain, clientCertificate: null };
}

/** certificate_list<3>, each certificate<3>. */
function certificatesOf(body: Buffer): Uint8Array[] {
  const certificates: Uint8Array[] = [];
  for (let at = 3; at + 3 <= body.length;) {
    const length = body.readUIntBE(at, 3);
    certificates.push(Uint8Array.from(body.subarray(at + 3, at + 3 + length)));
    at += 3 + length;
  }
  return certificates;
}

function handshakeBytes(inbound: Buffer): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at + 5 <= inbound.length;) {
    const type = inbound[at];
    const length = inbound.readUInt16BE(at + 3);
    if (type === contentChangeCipherSpec) break;
    if (type === contentHandshake) records.push(inbound.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return Buffer.concat(records);
}

/** certificate_types<1>, supported_signature_algorithms<2>, certificate_authorities<2>, each name<2>. */
function authoritiesOf(body: Buffer): Uint8Array[] {
  const authorities: Uint8Array[] = [];
  let at = 1 + (body[0] ?? 0);
  if (at + 2 > body.length) return authorities;
  at += 2 + body.readUInt16BE(at);
  if (at + 2 > body.length) return authorities;
  const end = Math.min(body.length, at + 2 + body.readUInt16BE(at));
  for (at += 2; at + 2 <= end;) {
    const length = body.readUInt16BE(at);
    authorities.push(Uint8Array.from(body.subarray(at + 2, Math.min(end, at + 2 + length))));
    at += 2 + length;
  }
  return authorities;
}
