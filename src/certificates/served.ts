import { parseAddress, type ParsedAddress } from '../connectivity/address.ts';
import type { Net, PeerTls, TlsObservation, Way } from '../connectivity/net.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { distinguishedName } from '../connectivity/distinguished-name.ts';

/** What a server shows to somebody who has no credential. */
export interface Served {
  readonly protocol: string;
  readonly cipher: string;
  /** Null when nothing was negotiated. */
  readonly alpn: string | null;
  /** Null when Node's roots (or the given CA) trust the chain, else OpenSSL's code; NOT_JUDGED when the server ended first. */
  readonly verdict: string | null;
  /** Null when the certificate is for the name. */
  readonly name: string | null;
  /** Null when it cannot be seen. */
  readonly clientCertificate: { readonly requested: boolean; readonly acceptedAuthorities: readonly string[] } | null;
  readonly chain: readonly Uint8Array[];
}

interface Question {
  readonly address: string;
  /** The name to send as SNI and to verify; the host when absent. */
  readonly serverName: string | undefined;
  /** PEM; undefined for Node's roots. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** `host:port` that means a server, not a file. */
export function isServer(text: string): boolean {
  return /:\d{1,5}$/.test(text) && !/^[a-z0-9]+:\//i.test(text) && parseAddress(text) !== null;
}

/**
 * One handshake that verifies nothing and carries no credential; one with TLS 1.2 where the first does not show which
 * client certificates are asked for, or fails for want of one.
 * @throws NexusctlError UNREACHABLE, TLS_FAILED
 */
export async function observeServer(
  net: Pick<Net, 'lookup' | 'observeTls' | 'verifyName'>,
  question: Question,
): Promise<Served> {
  const parsed = parseAddress(question.address);
  if (parsed === null) throw new NexusctlError('USAGE', `${question.address} is no host:port`);
  const way = await wayTo(net, parsed, question);
  const serverName = question.serverName ?? parsed.host;
  const options = { serverName, ca: question.ca };
  const limits = { timeoutMs: question.timeoutMs, signal: question.signal };
  const shown = await net.observeTls(way, { ...options, readFlight: true }, limits);
  const seen = shown.ok ? shown.peer.clientCertificate : null;
  const older = seen === null ? await net.observeTls(way, { ...options, maxVersion: 'TLSv1.2' }, limits) : null;
  const asked = older === null ? seen : older.ok ? older.peer.clientCertificate : older.clientCertificate;
  const peer = shown.ok ? shown.peer : older?.ok === true ? older.peer : unfinished(shown);
  if (peer === null) throw refused(question.address, shown.ok ? '' : shown.errno);
  return { ...facts(peer), name: net.verifyName(peer, serverName), clientCertificate: requestOf(asked) };
}

/** What came until the server ended the handshake, in TLS 1.2 for want of a client certificate; null when nothing did. */
function unfinished({ chain, clientCertificate }: TlsObservation & { ok: false }): PeerTls | null {
  if (chain.length === 0) return null;
  return {
    protocol: 'TLSv1.2',
    cipher: '',
    alpn: null,
    chain,
    served: chain,
    verdict: 'NOT_JUDGED',
    clientCertificate,
  };
}

async function wayTo(
  net: Pick<Net, 'lookup'>,
  { host, port, family }: ParsedAddress,
  { address, timeoutMs, signal }: Question,
): Promise<Way> {
  if (family !== 0) return { address: host, port, authority: address };
  const found = await net.lookup(host, { timeoutMs, signal });
  const [first] = found.ok ? found.addresses : [];
  if (first === undefined)
    throw new NexusctlError('UNREACHABLE', `there is no host ${host}${found.ok ? '' : ` (${found.errno})`}`, {
      hint: `nexusctl connect-test --address ${address} says more`,
    });
  return { address: first, port, authority: address };
}

function facts({ protocol, cipher, alpn, verdict, chain, served }: PeerTls) {
  return { protocol, cipher, alpn, verdict, chain: served.length === 0 ? chain : served };
}

function requestOf(asked: PeerTls['clientCertificate']): Served['clientCertificate'] {
  if (asked === null) return null;
  return { requested: asked.requested, acceptedAuthorities: asked.authorities.slice(0, 64).map(distinguishedName) };
}

function refused(address: string, errno: string): NexusctlError {
  const network = /^E(?:CONN|HOST|NET|TIMEDOUT|ADDR)/.test(errno);
  return new NexusctlError(network ? 'UNREACHABLE' : 'TLS_FAILED', `${address} shows no certificate (${errno})`, {
    hint: `nexusctl connect-test --address ${address} --tls names the cause`,
    details: { errno },
  });
}
