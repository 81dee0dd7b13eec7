import { createDecipheriv, createHmac } from 'node:crypto';
import type { Seen } from './tls-records.ts';

const contentHandshake = 22;
const contentApplicationData = 23;
const messageServerHello = 2;
const messageCertificate = 11;
const messageCertificateRequest = 13;
const messageFinished = 20;
const extensionCertificateAuthorities = 47;

/** TLS 1.3 suites by number (RFC 8446 appendix B.4): cipher, hash and length of the key. */
const suites: Readonly<Record<number, readonly [string, string, number]>> = {
  0x1301: ['aes-128-gcm', 'sha256', 16],
  0x1302: ['aes-256-gcm', 'sha384', 32],
  0x1303: ['chacha20-poly1305', 'sha256', 32],
};

/**
 * Reads, from the bytes a TLS 1.3 server sent, its chain, whether it asks for a client certificate and which authorities
 * it accepts (RFC 8446 sections 4.3.2 and 4.4.2). These messages are encrypted; the key comes from `secret`, the server's
 * handshake secret of our own session, which Node tells in the format of NSS key logs.
 */
export function readTls13Flight(inbound: Buffer, secret: Buffer): Seen {
  const records = recordsOf(inbound);
  const suite = suites[cipherSuiteOf(records)];
  const nothing: Seen = { clientCertificate: null, chain: [] };
  if (suite === undefined) return nothing;
  const messages = messagesOf(decrypt(records, suite, secret));
  const certificate = messages.find(({ type }) => type === messageCertificate);
  const request = messages.find(({ type }) => type === messageCertificateRequest);
  const chain = certificate === undefined ? [] : certificatesOf(certificate.body);
  if (request !== undefined)
    return { chain, clientCertificate: { requested: true, authorities: authoritiesOf(request.body) } };
  if (!messages.some(({ type }) => type === messageFinished)) return { ...nothing, chain };
  return { chain, clientCertificate: { requested: false, authorities: [] } };
}

interface TlsRecord {
  readonly type: number;
  readonly header: Buffer;
  readonly content: Buffer;
}

function recordsOf(inbound: Buffer): TlsRecord[] {
  const records: TlsRecord[] = [];
  for (let at = 0; at + 5 <= inbound.length;) {
    const end = at + 5 + inbound.readUInt16BE(at + 3);
    if (end > inbound.length) break;
    const header = inbound.subarray(at, at + 5);
    records.push({ type: header.readUInt8(0), header, content: inbound.subarray(at + 5, end) });
    at = end;
  }
  return records;
}

/** That of the last ServerHello: one before it may have asked for another greeting. */
function cipherSuiteOf(records: readonly TlsRecord[]): number {
  const hello = records.filter(({ type, content }) => type === contentHandshake && content[0] === messageServerHello);
  const content = hello.at(-1)?.content;
  // version<2>, random<32>, session_id<1>, cipher_suite<2>
  if (content === undefined || content.length < 41) return 0;
  const at = 4 + 2 + 32 + 1 + content.readUInt8(38);
  return at + 2 > content.length ? 0 : content.readUInt16BE(at);
}

function decrypt(
  records: readonly TlsRecord[],
  [cipher, hash, keyLength]: readonly [string, string, number],
  secret: Buffer,
): Buffer {
  const key = expandLabel(hash, secret, 'key', keyLength);
  const iv = expandLabel(hash, secret, 'iv', 12);
  const plain: Buffer[] = [];
  const encrypted = records.filter(({ type }) => type === contentApplicationData);
  for (const [sequence, { header, content }] of encrypted.entries()) {
    const nonce = Buffer.from(iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8);
    try {
      const opened = createDecipheriv(cipher as 'aes-128-gcm', key, nonce, { authTagLength: 16 });
      opened.setAAD(header);
      opened.setAuthTag(content.subarray(-16));
      const inner = Buffer.concat([opened.update(content.subarray(0, -16)), opened.final()]);
      const end = inner.findLastIndex((byte) => byte !== 0);
      if (inner[end] === contentHandshake) plain.push(inner.subarray(0, end));
    } catch {
      // After the server's Finished other keys count.
      break;
    }
  }
  return Buffer.concat(plain);
}

/** HKDF-Expand-Label with an empty context (RFC 8446 section 7.1); one block of the hash is enough for our lengths. */
function expandLabel(hash: string, secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}

function messagesOf(handshake: Buffer): { readonly type: number; readonly body: Buffer }[] {
  const messages: { type: number; body: Buffer }[] = [];
  for (let at = 0; at + 4 <= handshake.length;) {
    const end = at + 4 + handshake.readUIntBE(at + 1, 3);
    if (end > handshake.length) break;
    messages.push({ type: handshake.readUInt8(at), body: handshake.subarray(at + 4, end) });
    at = end;
  }
  return messages;
}

/** context<1>, certificate_list<3>: each certificate<3> and extensions<2>. */
function certificatesOf(body: Buffer): Uint8Array[] {
  const certificates: Uint8Array[] = [];
  for (let at = 1 + (body[0] ?? 0) + 3; at + 3 <= body.length;) {
    const end = at + 3 + body.readUIntBE(at, 3);
    if (end + 2 > body.length) break;
    certificates.push(Uint8Array.from(body.subarray(at + 3, end)));
    at = end + 2 + body.readUInt16BE(end);
  }
  return certificates;
}

/** context<1>, extensions<2>: each type<2> and data<2>; certificate_authorities holds a list<2> of names<2>. */
function authoritiesOf(body: Buffer): Uint8Array[] {
  for (let at = 1 + (body[0] ?? 0) + 2; at + 4 <= body.length;) {
    const end = at + 4 + body.readUInt16BE(at + 2);
    if (body.readUInt16BE(at) === extensionCertificateAuthorities) return namesOf(body.subarray(at + 6, end));
    at = end;
  }
  return [];
}

function namesOf(list: Buffer): Uint8Array[] {
  const names: Uint8Array[] = [];
  for (let at = 0; at + 2 <= list.length;) {
    const end = at + 2 + list.readUInt16BE(at);
    names.push(Uint8Array.from(list.subarray(at + 2, end)));
    at = end;
  }
  return names;
}
