import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { checkServerIdentity, connect, type DetailedPeerCertificate } from 'node:tls';
import type { Limits, ObserveOptions, PeerTls, TlsObservation, Way, WireFailure } from '../../connectivity/net.ts';
import { errnoOf, limited } from './limit.ts';
import { nameOptions } from './secure.ts';
import { bytesFrom, openWay, whenBrokenOff } from './socket.ts';
import { readServerFlight, type Seen } from './tls-records.ts';
import { readTls13Flight } from './tls13-flight.ts';

export async function observeTls(way: Way, options: ObserveOptions, limits: Limits): Promise<TlsObservation> {
  const startedAt = performance.now();
  const ms = (): number => Math.round(performance.now() - startedAt);
  const opened = await openWay(way, limits);
  if (!opened.ok)
    return { ok: false, errno: opened.errno, foreign: false, clientCertificate: null, chain: [], ms: ms() };
  const tap = options.maxVersion === undefined && options.readFlight !== true ? null : tapped(opened.socket);
  let secret: Buffer | undefined;
  const seen = (): Seen => {
    if (tap === null) return { clientCertificate: null, chain: [] };
    return secret === undefined ? readServerFlight(tap.inbound()) : readTls13Flight(tap.inbound(), secret);
  };
  const failure = (how: WireFailure, foreign = false): TlsObservation => ({
    ok: false,
    ...how,
    foreign,
    ...seen(),
    ms: ms(),
  });
  const { ended, settle } = limited<TlsObservation>(limits, () => failure({ errno: 'ETIMEDOUT' }));
  const socket = connect({
    socket: tap?.stream ?? opened.socket,
    ...nameOptions(options.serverName),
    ca: options.ca,
    // Nothing is sent on this connection and it proves nothing: it only looks.
    rejectUnauthorized: false,
    ...(options.noAlpn === true ? {} : { ALPNProtocols: ['h2'] }),
    ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }),
    ...(options.smallGreeting === true ? { ecdhCurve: 'X25519' } : {}),
    ...(options.modernCiphers === true ? { ciphers: modernCiphers } : {}),
  });
  if (tap !== null)
    socket.on('keylog', (line) => {
      secret ??= handshakeSecret(line);
    });
  socket.once('secureConnect', () => {
    const { chain: served, clientCertificate } = seen();
    const peer: PeerTls = {
      protocol: socket.getProtocol() ?? 'unknown',
      cipher: socket.getCipher().standardName,
      alpn: socket.alpnProtocol === false ? null : socket.alpnProtocol,
      chain: chainOf(socket.getPeerCertificate(true)),
      // @types/node says Error; it is Node's code as a string. The name is judged by itself.
      verdict: socket.authorized ? null : chainVerdict(String(socket.authorizationError)),
      clientCertificate,
      served,
    };
    settle({ ok: true, peer, ms: ms() });
  });
  socket.on('error', (error: Error) => settle(failure(wireFailure(error))));
  socket.once('close', () => settle(failure({ errno: 'ECONNRESET' })));
  // Less than the header of a record is no TLS, and OpenSSL waits for more.
  const stop = whenBrokenOff(bytesFrom(opened.socket), 4, () => settle(failure({ errno: 'ETIMEDOUT' }, true)));
  const result = await ended;
  stop();
  socket.destroy();
  opened.socket.destroy();
  return result;
}

/** `SERVER_HANDSHAKE_TRAFFIC_SECRET RANDOM SECRET`, of TLS 1.3 only. It opens what the server itself has sent. */
function handshakeSecret(line: Buffer): Buffer | undefined {
  const secret = /^SERVER_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]+ ([0-9a-f]+)/.exec(line.toString('latin1'))?.[1];
  return secret === undefined ? undefined : Buffer.from(secret, 'hex');
}

function chainVerdict(code: string): string | null {
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? null : code;
}

/** The TLS 1.2 and 1.3 suites of rustls with ring, which the core-based SDKs are built on. */
const modernCiphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

export function wireFailure(error: Error): WireFailure {
  const errno = errnoOf(error);
  const alert = alerts[errno.replace(/^ERR_SSL_(?:SSLV3|TLSV1|TLSV13|SSL\/TLS)_(?:ALERT_)?/, '')];
  return alert === undefined ? { errno } : { errno, alert };
}

/** OpenSSL's reason words for the alerts that a server sends (RFC 8446 section 6). */
const alerts: Readonly<Partial<Record<string, number>>> = {
  UNEXPECTED_MESSAGE: 10,
  BAD_RECORD_MAC: 20,
  HANDSHAKE_FAILURE: 40,
  NO_CERTIFICATE: 41,
  BAD_CERTIFICATE: 42,
  UNSUPPORTED_CERTIFICATE: 43,
  CERTIFICATE_REVOKED: 44,
  CERTIFICATE_EXPIRED: 45,
  CERTIFICATE_UNKNOWN: 46,
  ILLEGAL_PARAMETER: 47,
  UNKNOWN_CA: 48,
  ACCESS_DENIED: 49,
  DECODE_ERROR: 50,
  DECRYPT_ERROR: 51,
  PROTOCOL_VERSION: 70,
  INSUFFICIENT_SECURITY: 71,
  INTERNAL_ERROR: 80,
  USER_CANCELLED: 90,
  MISSING_EXTENSION: 109,
  UNRECOGNIZED_NAME: 112,
  CERTIFICATE_REQUIRED: 116,
  NO_APPLICATION_PROTOCOL: 120,
};

function chainOf(leaf: DetailedPeerCertificate): Uint8Array[] {
  const chain: Uint8Array[] = [];
  const seen = new Set<string>();
  // An empty object stands for no certificate, and the last one is its own issuer.
  let certificate: Partial<DetailedPeerCertificate> | undefined = leaf;
  while (certificate?.raw !== undefined && !seen.has(certificate.fingerprint256 ?? '')) {
    seen.add(certificate.fingerprint256 ?? '');
    chain.push(Uint8Array.from(certificate.raw));
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

/** A stream over a socket that keeps what comes in. */
function tapped(socket: Socket): { readonly stream: Duplex; readonly inbound: () => Buffer } {
  const chunks: Buffer[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, () => done()),
    final: (done) => {
      socket.end();
      done();
    },
  });
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    stream.push(chunk);
  });
  socket.on('end', () => stream.push(null));
  socket.on('close', () => stream.destroy());
  return { stream, inbound: () => Buffer.concat(chunks) };
}

export function verifyName(peer: PeerTls, name: string): string | null {
  const leaf = peer.chain[0];
  if (leaf === undefined) return 'no certificate';
  const certificate = new X509Certificate(leaf).toLegacyObject();
  const error = checkServerIdentity(name, certificate);
  return error === undefined ? null : errnoOf(error);
}

const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

export async function roots(
  env: Readonly<Record<string, string | undefined>>,
  store: 'grpc' | 'system',
): Promise<string | null> {
  const named = store === 'grpc' ? env['GRPC_DEFAULT_SSL_ROOTS_FILE_PATH'] : env['SSL_CERT_FILE'];
  const files = store === 'grpc' ? [named] : named === undefined ? systemFiles : [named];
  for (const file of files) {
    const text = file === undefined ? null : await readFile(file, 'utf8').catch(() => null);
    if (text?.includes('-----BEGIN') === true) return text;
  }
  return null;
}
