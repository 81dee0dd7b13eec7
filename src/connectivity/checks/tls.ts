import type { AddressEvidence, Check, CheckInput, EvidenceMap, Outcome } from '../check.ts';
import { commandLine, finding, type Finding } from '../finding.ts';
import type { Limits, PeerTls, TlsObservation, Way } from '../net.ts';
import { isPrivateLink, privateLink } from '../private-link.ts';
import { configuredRoots, limitsOf, wayOf } from '../way.ts';
import { banner, isHttp2, protocolOf } from '../wire-words.ts';

const probeMs = 600;
const sniffMs = 300;

export const tls: Check<'tls'> = {
  id: 'tls',
  title: 'the server completes a TLS handshake',
  layer: 'tls',
  needs: ['address', 'proxy-environment', 'proxy', 'tcp'],
  after: ['certificate-files'],
  onTimeout: 'TLS015',
  run: async (input) => {
    const address = input.evidence('address');
    if (address === undefined) return { findings: [] };
    if (!input.subject.tls) return { notApplicable: 'TLS is off' };
    const way = wayOf(input);
    const ca = await configuredRoots(input);
    const wantsRequest = input.evidence('certificate-files')?.clientPair !== undefined;
    const options = { serverName: address.serverName, ca, ...(wantsRequest ? ({ readFlight: true } as const) : {}) };
    // A server that hangs must leave time for the counter-probes within the step.
    const observed = await input.net.observeTls(way, options, limitsOf(input, input.limitMs * 0.6));
    if (!observed.ok) return failed(observed, address, way, input);
    return { findings: await shortcomings(observed.peer, address, way, input), evidence: observed.peer };
  },
};

/** What works for OpenSSL and not for everybody. */
async function shortcomings(
  peer: PeerTls,
  { serverName }: AddressEvidence,
  way: Way,
  input: CheckInput,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const { protocol, cipher } = peer;
  if (peer.alpn === null)
    findings.push(
      finding('TLS006', 'the server chose no protocol by ALPN: the TypeScript client goes on, workers and Go refuse', {
        evidence: { protocol, cipher },
      }),
    );
  if (!/_(?:GCM|CHACHA20)_|POLY1305/.test(cipher) || cipher.startsWith('TLS_RSA_')) {
    const options = { serverName, ca: undefined, modernCiphers: true };
    const modern = await input.net.observeTls(way, options, limitsOf(input, probeMs));
    if (!modern.ok && modern.alert !== undefined)
      findings.push(
        finding('TLS004', `the server offers only old cipher suites (${cipher}): workers and Go refuse them`, {
          severity: 'warning',
          evidence: { protocol, cipher, alert: modern.alert },
        }),
      );
  }
  return findings;
}

type Failed = TlsObservation & { ok: false };
type TlsOutcome = Outcome<EvidenceMap['tls']>;

async function failed(observed: Failed, address: AddressEvidence, way: Way, input: CheckInput): Promise<TlsOutcome> {
  const { errno, alert } = observed;
  const limits = limitsOf(input, probeMs);
  if (observed.foreign || (alert === undefined && isForeignProtocol(errno)))
    return one(await foreign(address, way, input, limits));
  // TLS 1.2 shows in clear whether the server only wanted a client certificate, which comes later.
  const readable = await input.net.observeTls(way, { ...optionsOf(address), maxVersion: 'TLSv1.2' }, limits);
  if (!readable.ok && readable.clientCertificate?.requested === true && alert !== 112)
    return { findings: [], evidence: unjudged(readable) };
  const evidence = { serverName: address.serverName, errno, ...(alert === undefined ? {} : { alert }) };
  switch (alert) {
    case 40:
    case 71:
      return one(
        finding('TLS004', `the server finds no common cipher suite (TLS alert ${String(alert)})`, { evidence }),
      );
    case 70:
      return one(finding('TLS003', 'the server refuses the TLS versions of this client (TLS alert 70)', { evidence }));
    case 112:
      return one(await nameRefused(address, way, input, limits, evidence));
    case 120:
      return one(finding('TLS005', 'the server refuses HTTP/2 in the TLS handshake (TLS alert 120)', { evidence }));
    case undefined:
      break;
    default: {
      const other = await otherName(address, way, input, limits);
      if (other !== null) return one(nameFinding(other, address, evidence));
      return one(finding('TLS020', `the server ends the handshake with TLS alert ${String(alert)}`, { evidence }));
    }
  }
  if (/UNSUPPORTED_PROTOCOL|LEGACY_SIGALG|VERSION_TOO_LOW|NO_PROTOCOLS_AVAILABLE/.test(errno))
    return one(finding('TLS003', `the server offers only TLS versions that are refused here (${errno})`, { evidence }));
  if (/DH_KEY_TOO_SMALL|NO_SHARED_CIPHER|WRONG_CIPHER/.test(errno))
    return one(finding('TLS004', `the server offers only weak cipher suites (${errno})`, { evidence }));
  if (/KEY_TOO_SMALL|MD_TOO_WEAK/.test(errno))
    return one(finding('TLS021', `the server certificate is too weak (${errno})`, { evidence }));
  if (errno === 'ERR_PROXY_TUNNEL')
    return one(finding('PRX004', 'the proxy opened a tunnel once and then no more', { evidence: { errno } }));
  return one(
    errno === 'ETIMEDOUT'
      ? await hanging(address, way, input, evidence)
      : await closed(address, way, input, limits, evidence),
  );
}

/** The server ends the handshake without a client certificate; what it showed until then. */
function unjudged({ chain, clientCertificate }: Failed): PeerTls {
  return {
    protocol: 'TLSv1.2',
    cipher: '',
    alpn: 'h2',
    chain,
    served: chain,
    verdict: 'NOT_JUDGED',
    clientCertificate,
  };
}

function one(found: Finding): TlsOutcome {
  return { findings: [found] };
}

function optionsOf({ serverName }: AddressEvidence) {
  return { serverName, ca: undefined };
}

/** The answer to the TLS greeting was no TLS record. */
function isForeignProtocol(errno: string): boolean {
  return /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|UNEXPECTED_MESSAGE|RECORD_LAYER|BAD_RECORD_TYPE|INVALID_RECORD|DATA_LENGTH_TOO_LONG|UNEXPECTED_RECORD|EPROTO/.test(
    errno,
  );
}

async function foreign({ host, port }: AddressEvidence, way: Way, input: CheckInput, limits: Limits): Promise<Finding> {
  const [http2, http1, unasked] = await Promise.all([
    input.net.greet(way, 'http2', limits),
    input.net.greet(way, 'http1', limits),
    sniff(way, input),
  ]);
  if (unasked?.then === 'spoke' && !isHttp2(unasked.bytes)) return bannerFinding(host, port, unasked.bytes);
  const shown = `${host}:${String(port)}`;
  if (http2.kind === 'answered' && isHttp2(http2.bytes)) return inClear(shown, http2.bytes);
  const answer = http1.kind === 'answered' ? http1 : http2;
  return inClear(shown, answer.kind === 'answered' ? answer.bytes : new Uint8Array());
}

function inClear(shown: string, bytes: Uint8Array): Finding {
  if (isHttp2(bytes))
    return finding('TLS001', `${shown} speaks HTTP/2 in clear: plaintext gRPC, no TLS`, {
      fix: [
        { text: 'Turn TLS off for this server, and send it no API key.', command: 'export TEMPORAL_TLS=false' },
        { text: 'Or use the port on which it speaks TLS.' },
      ],
    });
  const protocol = protocolOf(bytes);
  return finding(
    'TLS001',
    `${shown} does not speak TLS${protocol === null ? '' : `: it answers with ${protocol} in clear`}`,
  );
}

function bannerFinding(host: string, port: number, bytes: Uint8Array): Finding {
  const what = protocolOf(bytes) ?? 'another protocol';
  return finding('TCP007', `${host}:${String(port)} is not a gRPC server: ${what} speaks first`, {
    evidence: { host, port, banner: banner(bytes) },
  });
}

async function sniff(way: Way, input: CheckInput) {
  if (way.proxy !== undefined) return null;
  const result = await input.net.tcp(way.address, way.port, limitsOf(input, probeMs), sniffMs);
  return result.ok ? result : null;
}

/** Closed or reset without a word during the handshake: find out who closes, and for what. */
async function closed(
  address: AddressEvidence,
  way: Way,
  input: CheckInput,
  limits: Limits,
  evidence: { readonly serverName: string; readonly errno: string },
): Promise<Finding> {
  const { host, port } = address;
  const [unasked, http2, other] = await Promise.all([
    sniff(way, input),
    input.net.greet(way, 'http2', limits),
    otherName(address, way, input, limits),
  ]);
  if (unasked?.then === 'spoke' && !isHttp2(unasked.bytes)) return bannerFinding(host, port, unasked.bytes);
  if (http2.kind === 'answered' && protocolOf(http2.bytes) !== 'TLS')
    return inClear(`${host}:${String(port)}`, http2.bytes);
  if (other !== null) return nameFinding(other, address, evidence);
  if (unasked?.then === 'closed')
    return finding('TCP006', `${host}:${String(port)} accepts the connection and closes it at once`, {
      evidence: { host, port },
    });
  if (unasked?.then === 'reset')
    return finding('TCP003', `${host}:${String(port)} accepts the connection and resets it at once`, {
      evidence: { host, port },
    });
  if (isPrivateLink(host)) return privateLink(address, 'the server closes the connection during the TLS handshake');
  return finding('TLS014', `${host}:${String(port)} closes the connection during the TLS handshake without a reason`, {
    evidence,
    causes: [
      { text: 'a load balancer has no healthy backend', likelihood: 'medium' },
      { text: `the server does not know the name ${address.serverName} (SNI)`, likelihood: 'medium' },
      { text: 'the server expects the PROXY protocol or plaintext', likelihood: 'low' },
    ],
  });
}

async function hanging(
  address: AddressEvidence,
  way: Way,
  input: CheckInput,
  evidence: { readonly serverName: string; readonly errno: string },
): Promise<Finding> {
  const limits = limitsOf(input, Math.min(input.limitMs * 0.3, 1500));
  const { host, port } = address;
  const [small, http2, unasked] = await Promise.all([
    input.net.observeTls(way, { ...optionsOf(address), smallGreeting: true }, limits),
    input.net.greet(way, 'http2', limits),
    sniff(way, input),
  ]);
  const shown = `${host}:${String(port)}`;
  if (unasked?.then === 'spoke' && !isHttp2(unasked.bytes)) return bannerFinding(host, port, unasked.bytes);
  if (small.ok)
    return finding('TLS015', `${shown} answers a small TLS greeting and not one of normal size`, {
      evidence: { ...evidence, ms: small.ms },
    });
  if (http2.kind === 'answered' && protocolOf(http2.bytes) !== 'TLS') return inClear(shown, http2.bytes);
  return finding('TCP008', `${shown} accepts the connection and then stays silent, also to a TLS greeting`, {
    evidence: { host, port },
  });
}

async function nameRefused(
  address: AddressEvidence,
  way: Way,
  input: CheckInput,
  limits: Limits,
  evidence: { readonly serverName: string; readonly errno: string; readonly alert?: number },
): Promise<Finding> {
  return nameFinding((await otherName(address, way, input, limits)) ?? { name: '' }, address, evidence);
}

/** A server name with which the handshake works; only names that the user configured are tried, or none at all. */
async function otherName(
  address: AddressEvidence,
  way: Way,
  input: CheckInput,
  limits: Limits,
): Promise<{ readonly name: string } | null> {
  const { namespace } = input.subject.profile;
  const candidates = [
    address.host,
    ...(/^[a-z][a-z0-9-]+\.[a-z0-9]{5,}$/.test(namespace.value) ? [`${namespace.value}.tmprl.cloud`] : []),
    '',
  ].filter((name) => name !== address.serverName);
  const worked = await Promise.all(
    candidates.map(async (name) => {
      const options = { serverName: name === '' ? way.address : name, ca: undefined };
      return (await input.net.observeTls(way, options, limits)).ok ? name : null;
    }),
  );
  const name = worked.find((candidate) => candidate !== null);
  return name === undefined ? null : { name };
}

function nameFinding(
  { name }: { readonly name: string },
  address: AddressEvidence,
  evidence: { readonly serverName: string; readonly errno: string; readonly alert?: number },
): Finding {
  if (isPrivateLink(address.host) || name.endsWith('.tmprl.cloud'))
    return privateLink(address, `the server refuses the TLS server name ${address.serverName}`, name);
  return finding('TLS013', `the server refuses the server name ${address.serverName}`, {
    evidence,
    ...(name === ''
      ? {}
      : {
          fix: [
            {
              text: `It accepts ${name}: configure that as the server name.`,
              command: commandLine('export', ['TEMPORAL_TLS_SERVER_NAME=', { SERVER_NAME: name }]),
            },
          ],
        }),
  });
}
