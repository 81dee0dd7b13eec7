import { X509Certificate } from 'node:crypto';
import { isCloudHost } from './address.ts';
import type { AddressEvidence, CheckInput } from './check.ts';
import { finding, type Finding } from './finding.ts';
import type { PeerTls } from './net.ts';
import { nameOf, type Served } from './served.ts';

/** One finding for one of OpenSSL's verification codes. */
export function distrust(
  verdict: string,
  peer: Pick<PeerTls, 'chain'>,
  served: Served,
  address: AddressEvidence,
  input: CheckInput,
): Finding {
  const evidence = {
    subject: served.subject,
    issuer: served.issuer,
    fingerprint: served.fingerprint,
    notBefore: served.notBefore,
    notAfter: served.notAfter,
    chain: served.subjects,
    errno: verdict,
  };
  const days = Math.round((Date.parse(served.notAfter) - input.subject.now.getTime()) / 86_400_000);
  const double = namesake(peer, input);
  if (double !== null)
    return finding('CA002', `the configured server CA ${double} has the name of the issuer, but another key`, {
      evidence,
      fix: [{ text: 'Take the present certificate of that CA: it was made anew under the same name.' }],
    });
  switch (verdict) {
    case 'CERT_HAS_EXPIRED':
      return finding('TLS007', expiredText(served, days), { evidence: { ...evidence, days } });
    case 'CERT_NOT_YET_VALID':
      return finding(
        'TLS008',
        `the server certificate is valid from ${served.notBefore}, which is in the future here`,
        {
          evidence,
        },
      );
    case 'INVALID_PURPOSE':
    case 'CERT_SIGNATURE_FAILURE':
    case 'CERT_REJECTED':
    case 'CA_MD_TOO_WEAK':
    case 'EE_KEY_TOO_SMALL':
    case 'CA_KEY_TOO_SMALL':
    case 'INVALID_CA':
    case 'PATH_LENGTH_EXCEEDED':
      return finding('TLS021', `the certificate ${served.subject} cannot identify a server (${verdict})`, { evidence });
    case 'UNSPECIFIED':
      return finding('TLS021', unnamedText(peer, served, input), { evidence });
    default:
      return unknownIssuer(verdict, peer, served, address, input, evidence);
  }
}

function expiredText({ subject, notAfter }: Served, days: number): string {
  if (days > 0) return `a certificate in the chain of ${subject} has expired`;
  return `the server certificate ${subject} expired on ${notAfter}, ${String(-days)} days ago`;
}

/** A configured CA that has the name of an issuer in the chain, and did not sign; null where another of them did. */
function namesake({ chain }: Pick<PeerTls, 'chain'>, input: CheckInput): string | null {
  const served = chain.map((der) => new X509Certificate(der));
  const configured = certificatesIn(input.evidence('certificate-files')?.serverCa ?? '');
  const signed = (certificate: X509Certificate, ca: X509Certificate): boolean => certificate.verify(ca.publicKey);
  const double = configured.find((ca) =>
    served.some(
      (certificate) =>
        certificate.issuer === ca.subject &&
        ![...served, ...configured].some((other) => other.subject === ca.subject && signed(certificate, other)),
    ),
  );
  return double === undefined ? null : nameOf(double.subject);
}

/** The extension nameConstraints (2.5.29.30) in DER. */
const nameConstraints = Buffer.from('0603551d1e', 'hex');

/** Node names a verdict of OpenSSL only when it is an old one; every one about an issuer that is not found is. */
function unnamedText({ chain }: Pick<PeerTls, 'chain'>, { subject }: Served, input: CheckInput): string {
  const configured = input.evidence('certificate-files')?.serverCa ?? '';
  const authorities = [...chain.slice(1), ...certificatesIn(configured).map(({ raw }) => raw)];
  const limited = authorities.some((der) => Buffer.from(der).includes(nameConstraints));
  return limited
    ? `a CA above ${subject} limits the names that it may certify (name constraints), and a name is outside of them`
    : `the chain of ${subject} breaks a rule of OpenSSL that Node does not name: a weak key or signature, a constraint`;
}

const inspectors =
  /zscaler|netskope|palo ?alto|fortinet|fortigate|blue ?coat|umbrella|sophos|mcafee|trellix|forcepoint|check ?point|watchguard|barracuda|menlo security|iboss|bitdefender|kaspersky|mitmproxy|charles proxy|fiddler|portswigger|burp|squid|cato networks|sonicwall|untangle|smoothwall|symantec web|web ?gateway|ssl ?inspection|tls ?inspection|(?:forward|web|corporate|inspection) ?proxy|proxy ca\b/i;

function unknownIssuer(
  verdict: string,
  { chain }: Pick<PeerTls, 'chain'>,
  served: Served,
  address: AddressEvidence,
  input: CheckInput,
  evidence: { readonly subject: string; readonly issuer: string },
): Finding {
  const names = [served.issuer, ...served.subjects.slice(1)].join(' ');
  if (inspectors.test(names) || (address.cloud && isCloudHost(address.host) && served.chainIsPrivate))
    return finding(
      'PRX009',
      `the certificate for ${address.serverName} was issued by ${served.issuer}: TLS is inspected on the way`,
      {
        evidence,
      },
    );
  if (verdict === 'DEPTH_ZERO_SELF_SIGNED_CERT' || served.selfSigned)
    return finding('TLS009', `the server certificate ${served.subject} is self-signed and not among the trusted ones`, {
      evidence,
    });
  const configured = input.evidence('certificate-files')?.serverCa;
  if (configured !== undefined) {
    const wrong = wrongCa(configured, chain, input);
    if (wrong !== null)
      return finding('CA002', wrong, { evidence: { subject: served.subject, issuer: served.issuer } });
    if (verdict === 'UNABLE_TO_GET_ISSUER_CERT')
      return finding(
        'TLS010',
        'the server CA file ends with an intermediate certificate: the TypeScript client wants the root too',
        {
          evidence,
          fix: [{ text: 'Append the root certificate to the CA file.' }],
        },
      );
  }
  if (missesIntermediate(configured, served))
    return finding(
      'TLS011',
      `the server sends ${served.subject} without the certificate of its issuer ${served.issuer}`,
      { evidence },
    );
  return finding('TLS010', `the server certificate was issued by ${served.issuer}, which is not trusted here`, {
    evidence,
  });
}

/** Says why the configured CA can be no anchor for this chain; null when it is just another CA. */
function wrongCa(pem: string, chain: readonly Uint8Array[], input: CheckInput): string | null {
  const given = certificatesIn(pem);
  const leaf = chain[0] === undefined ? undefined : new X509Certificate(chain[0]);
  if (given.some((ca) => ca.fingerprint256 === leaf?.fingerprint256))
    return 'the configured server CA is the certificate of the server itself, not of the CA that issued it';
  const pair = input.evidence('certificate-files')?.clientPair;
  const client = pair === undefined ? undefined : certificatesIn(pair.cert)[0];
  if (client !== undefined && given.some((ca) => ca.fingerprint256 === client.fingerprint256))
    return 'the configured server CA is your own client certificate';
  if (client !== undefined && given.some((ca) => client.checkIssued(ca) && client.verify(ca.publicKey)))
    return 'the configured server CA is the CA of the client certificates; the server certificate comes from another one';
  if (given.length > 0 && given.every((certificate) => !certificate.ca))
    return `the configured server CA (${nameOf(given[0]?.subject ?? '')}) is no CA certificate`;
  return null;
}

export function certificatesIn(pem: string): X509Certificate[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/**
 * The chain ends with a certificate whose issuer did not come. It is a gap, not an unknown CA, when the issuer is an
 * intermediate: by its name, or because a trusted root shares its organisation.
 */
function missesIntermediate(configured: string | undefined, { last, issuer }: Served): boolean {
  if (last === undefined || last.subject === last.issuer) return false;
  if (/intermediate|issuing|\bsub(?:ordinate)?[ -]?ca\b|\bR\d{1,2}$|\bE\d{1,2}$/i.test(issuer)) return true;
  const organisation = /(?:^|\n)O=(.+)/.exec(last.issuer)?.[1];
  const roots = configured === undefined ? [] : certificatesIn(configured);
  return roots.some(
    ({ subject }) => subject !== last.issuer && organisation !== undefined && subject.includes(`O=${organisation}`),
  );
}
