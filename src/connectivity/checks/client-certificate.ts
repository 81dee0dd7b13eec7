import type { X509Certificate } from 'node:crypto';
import type { AddressEvidence, Check, CheckInput, Outcome, EvidenceMap } from '../check.ts';
import { distinguishedName } from '../distinguished-name.ts';
import { certificatesIn, distrust } from '../distrust.ts';
import { finding, type Finding } from '../finding.ts';
import type { ClientCertificateRequest, SessionResult, SessionSecurity, Way } from '../net.ts';
import { describe, nameOf } from '../served.ts';
import { limitsOf, wayOf } from '../way.ts';

/**
 * Opens the connection that the calls will use. Only HTTP/2 SETTINGS prove that the server took the client
 * certificate: in TLS 1.3 it judges after the client's side of the handshake is done.
 */
export const clientCertificate: Check<'client-certificate'> = {
  id: 'client-certificate',
  title: 'the server takes the client certificate, or wants none',
  layer: 'tls',
  needs: ['address', 'proxy-environment', 'proxy', 'tcp', 'tls', 'tls-trust', 'certificate-files', 'certificate-pair'],
  onTimeout: 'H2002',
  run: async (input) => {
    const address = input.evidence('address');
    if (!input.subject.tls || address === undefined) return { notApplicable: 'TLS is off' };
    const way = wayOf(input);
    const clientPair = input.evidence('certificate-files')?.clientPair;
    const security: SessionSecurity & { tls: true } = {
      tls: true,
      serverName: address.serverName,
      ca: input.evidence('tls-trust')?.ca,
      ...(clientPair === undefined ? {} : { clientPair }),
    };
    const seen = input.evidence('tls')?.clientCertificate ?? null;
    const [attempt, request] = await Promise.all([
      input.net.openSession(way, security, limitsOf(input)),
      clientPair === undefined ? null : (seen ?? readRequest(address, way, input)),
    ]);
    if (attempt.ok) {
      const neverAsked = request?.requested === false;
      return { findings: neverAsked ? [unused()] : [], evidence: { attempt, security, neverAsked } };
    }
    return judge(attempt, request ?? (await readRequest(address, way, input)), security, address, way, input);
  },
};

type Failed = SessionResult & { ok: false };
type CertificateOutcome = Outcome<EvidenceMap['client-certificate']>;

/** A look of its own at what the server asks for; null when the handshake does not get so far. */
async function readRequest(
  { serverName }: AddressEvidence,
  way: Way,
  input: CheckInput,
): Promise<ClientCertificateRequest | null> {
  const ca = input.evidence('certificate-files')?.serverCa;
  const options = { serverName, ca, readFlight: true } as const;
  const observed = await input.net.observeTls(way, options, limitsOf(input, 1000));
  return observed.ok ? observed.peer.clientCertificate : observed.clientCertificate;
}

function unused(): Finding {
  return finding('MTL006', 'a client certificate is configured, but the server does not ask for one');
}

async function judge(
  first: Failed,
  request: ClientCertificateRequest | null,
  security: SessionSecurity & { tls: true },
  address: AddressEvidence,
  way: Way,
  input: CheckInput,
): Promise<CertificateOutcome> {
  const neverAsked = request?.requested === false;
  const untrusted = verification(first, address, input);
  if (untrusted !== null) return { findings: [untrusted] };
  const local = localRefusal(first);
  if (local !== null) return { findings: [local] };
  const aboutCertificate = isCertificateAlert(first.alert) || request?.requested === true;
  if (first.stage === 'connect' || (!aboutCertificate && first.alert === undefined) || neverAsked)
    return { findings: [], evidence: { attempt: first, security, neverAsked } };
  // What comes on the connection comes after the certificate was judged.
  if (first.answered && first.alert === undefined)
    return { findings: [], evidence: { attempt: first, security, neverAsked } };
  // In TLS 1.3 the reason may get lost on the way; in 1.2 it is part of the handshake.
  const again =
    first.alert === undefined && first.errno !== 'ETIMEDOUT'
      ? await input.net.openSession(way, { ...security, maxVersion: 'TLSv1.2' }, limitsOf(input))
      : first;
  if (again.ok) {
    again.session.close();
    return { findings: [], evidence: { attempt: first, security, neverAsked } };
  }
  // Silence after the handshake is no verdict on the certificate.
  if (first.errno === 'ETIMEDOUT' || first.goawayCode !== undefined)
    return { findings: [], evidence: { attempt: first, security, neverAsked } };
  const refused = refusal(again, request, security, input);
  const toGo = refused.code === 'MTL002' && (await takesNone(request, security, way, input));
  return { findings: [toGo ? { ...refused, affects: ['typescript-client', 'core'] } : refused] };
}

/** Go shows no certificate to a server that names other authorities: such a server may take that. */
async function takesNone(
  request: ClientCertificateRequest | null,
  { clientPair, ...security }: SessionSecurity & { tls: true },
  way: Way,
  input: CheckInput,
): Promise<boolean> {
  if (clientPair === undefined || request === null || request.authorities.length === 0) return false;
  const bare = await input.net.openSession(way, security, limitsOf(input, 600));
  if (bare.ok) bare.session.close();
  return bare.ok;
}

/** The verification that belongs to the trust check, where the server showed no certificate without being asked. */
function verification(failed: Failed, address: AddressEvidence, input: CheckInput): Finding | null {
  if (!/^(?:CERT_|UNABLE_|DEPTH_ZERO|SELF_SIGNED|INVALID_|CA_|EE_|ERR_TLS_CERT_ALTNAME)/.test(failed.errno))
    return null;
  const chain = input.evidence('tls')?.chain ?? [];
  return distrust(failed.errno, { chain }, describe(chain), address, input);
}

/** What OpenSSL here refuses to send. */
function localRefusal({ errno }: Failed): Finding | null {
  const refused = `this machine's OpenSSL refuses to use the client certificate (${errno})`;
  if (errno.includes('MD_TOO_WEAK')) return finding('CRT010', refused);
  if (errno.includes('KEY_TOO_SMALL')) return finding('CRT015', refused, { severity: 'error' });
  if (errno.includes('KEY_VALUES_MISMATCH')) return finding('KEY003', refused);
  if (/^ERR_OSSL_.*PEM|NO_START_LINE|BAD_END_LINE|ASN1/.test(errno)) return finding('CRT003', refused);
  if (errno.startsWith('ERR_OSSL_'))
    return finding('KEY001', `this machine's OpenSSL refuses to use the client key (${errno})`);
  return null;
}

function isCertificateAlert(alert: number | undefined): boolean {
  return alert !== undefined && [41, 42, 43, 44, 45, 46, 48, 49, 116].includes(alert);
}

function refusal(
  { alert, errno }: Failed,
  request: ClientCertificateRequest | null,
  { clientPair }: SessionSecurity & { tls: true },
  { subject: { now } }: CheckInput,
): Finding {
  const acceptedAuthorities = (request?.authorities ?? []).map(distinguishedName).slice(0, 32);
  const accepts =
    acceptedAuthorities.length === 0
      ? ''
      : `; it accepts certificates from ${acceptedAuthorities.slice(0, 4).join(' or ')}`;
  const said =
    alert === undefined ? 'the server closes the connection' : `the server answers with TLS alert ${String(alert)}`;
  const evidence = { errno, ...(alert === undefined ? {} : { alert }), acceptedAuthorities };
  const chain = clientPair === undefined ? [] : certificatesIn(clientPair.cert);
  const leaf = chain[0];
  if (leaf === undefined)
    return finding('MTL001', `the server wants a client certificate and none is configured: ${said}${accepts}`, {
      evidence,
    });
  const yourIssuer = nameOf(leaf.issuer);
  const yours = { ...evidence, subject: nameOf(leaf.subject), yourIssuer };
  const expired = Date.parse(leaf.validTo) < now.getTime();
  const early = Date.parse(leaf.validFrom) > now.getTime();
  if (alert === 45 || expired)
    return finding('MTL003', `${said}: the client certificate has expired on ${leaf.validTo}`, { evidence: yours });
  if (early)
    return finding('MTL009', `${said}: the client certificate is valid only from ${leaf.validFrom}`, {
      evidence: yours,
    });
  if (alert === 43 || lacksClientUsage(leaf))
    return finding('MTL004', `${said}: the client certificate is not issued for clients`, { evidence: yours });
  const listed = request?.authorities ?? [];
  const known = listed.some((name) => chain.some((certificate) => certificate.raw.includes(Buffer.from(name))));
  if (alert === 48 || (listed.length > 0 && !known))
    return finding('MTL002', `${said}: your certificate was issued by ${yourIssuer}${accepts}`, { evidence: yours });
  if (alert === 42 && known)
    return finding('MTL009', `${said} (bad certificate), although its issuer ${yourIssuer} is accepted`, {
      evidence: yours,
    });
  if (alert === 42 || alert === 46)
    return finding('MTL002', `${said}: it does not take your certificate, issued by ${yourIssuer}`, {
      evidence: yours,
    });
  return finding('MTL005', `${said} when the client certificate (issued by ${yourIssuer}) is presented${accepts}`, {
    evidence: yours,
  });
}

/** Node's `keyUsage` is the extended key usage: clientAuth is 1.3.6.1.5.5.7.3.2. */
function lacksClientUsage(certificate: X509Certificate): boolean {
  const usages = certificate.keyUsage as readonly string[] | undefined;
  return usages !== undefined && usages.length > 0 && !usages.includes('1.3.6.1.5.5.7.3.2');
}
