import { isCloudHost } from '../address.ts';
import { factsOf, sameBytes, type CertificateFacts } from '../../certificates/facts.ts';
import { chainFrom, judgeChain, judgeClient, judgeValidity, type Situation } from '../../certificates/judge.ts';
import type { Check, CheckInput } from '../check.ts';
import { finding, type Finding } from '../finding.ts';
import { placeOf } from '../place.ts';
import { usesClientPair } from './certificate-files.ts';

/** Will a server take the certificate, and is the CA one that can vouch for it? By their content alone. */
export const certificatePolicy: Check<'certificate-policy'> = {
  id: 'certificate-policy',
  title: 'the certificates are valid and of a kind that servers accept',
  layer: 'local',
  needs: ['certificate-files'],
  after: ['address'],
  run: (input) => {
    const files = input.evidence('certificate-files');
    const address = input.evidence('address');
    const cloud = address?.cloud === true;
    // A rehearsal account is Cloud too, with servers of its own CA: only Cloud's own hosts have public certificates.
    const cloudHost = address !== undefined && (isCloudHost(address.host) || isCloudHost(address.serverName));
    const client = usesClientPair(input.subject) ? (files?.clientPair?.certificates ?? []).map(factsOf) : [];
    const ca = (files?.authorities ?? []).map(factsOf);
    if (client.length + ca.length === 0) return Promise.resolve({ notApplicable: 'no certificate is configured' });
    const situation = situationOf(input, cloud);
    const findings = [
      ...clientFindings(client, situation, files?.clientPair?.cert.length ?? 0),
      ...caFindings(ca, client, { ...situation, cloud: cloudHost, name: nameOf(input, 'serverCa') }, input),
    ];
    return Promise.resolve({ findings, evidence: null });
  },
};

function situationOf({ subject }: CheckInput, cloud: boolean): Situation {
  const { now, certificateExpiryMs, material } = subject;
  const name = material.clientCert.state === 'absent' ? '' : material.clientCert.name;
  return { now, expiresInMs: certificateExpiryMs, cloud, name };
}

function nameOf({ subject }: CheckInput, which: 'serverCa'): string {
  const material = subject.material[which];
  return material.state === 'absent' ? '' : material.name;
}

function clientFindings(certificates: readonly CertificateFacts[], situation: Situation, size: number): Finding[] {
  const [leaf, ...others] = certificates;
  if (leaf === undefined) return [];
  const chain = chainFrom(leaf, others);
  return [
    ...judgeClient(leaf, situation),
    ...chain.slice(1).flatMap((issuer) => judgeValidity(issuer, situation)),
    ...gap(leaf, chain, others, situation),
    ...judgeChain(chain, size, situation),
  ];
}

/** A chain with a hole, or a leaf alone whose issuer calls itself an intermediate. */
function gap(
  leaf: CertificateFacts,
  chain: readonly CertificateFacts[],
  others: readonly CertificateFacts[],
  { name }: Situation,
): Finding[] {
  const last = chain.at(-1) ?? leaf;
  if (last.selfSigned) return [];
  const evidence = { ...(name === undefined ? {} : { path: name }), subject: last.subject, issuer: last.issuer };
  const loose = others.filter((other) => !chain.includes(other) && other.isCa);
  if (loose.length > 0)
    return [
      finding(
        'CRT012',
        `the file has ${loose.map(({ subject }) => subject).join(' and ')}, but not ${last.issuer}, which issued ${last.subject}`,
        { evidence },
      ),
    ];
  if (!/intermediate|issuing|\bsub(?:ordinate)?[ -]?ca\b/i.test(last.issuer)) return [];
  return [
    finding(
      'CRT012',
      `${last.subject} comes without ${last.issuer}: a server that knows only the root cannot build the chain`,
      {
        // Servers that were given the intermediate accept it.
        severity: 'info',
        evidence,
      },
    ),
  ];
}

const publicCas =
  /ISRG|Let's Encrypt|Amazon|Starfield|DigiCert|Google Trust|GTS |GlobalSign|Sectigo|USERTrust|Baltimore|Entrust|QuoVadis|Certum|Actalis|Go Daddy/i;

function caFindings(
  cas: readonly CertificateFacts[],
  client: readonly CertificateFacts[],
  situation: Situation,
  { subject }: CheckInput,
): Finding[] {
  const [first] = cas;
  if (first === undefined) return [];
  const evidence = {
    path: situation.name ?? '',
    subject: first.subject,
    issuer: first.issuer,
    fingerprint: first.fingerprint,
  };
  const { location } = placeOf(subject.profile.tls.serverCa?.origin);
  const place = location === undefined ? {} : { location };
  const [leaf] = client;
  const isClientsOwn = leaf !== undefined && cas.every(({ fingerprint }) => fingerprint === leaf.fingerprint);
  if (isClientsOwn && !leaf.isCa)
    return [
      finding('CA002', `the server CA file holds your own client certificate ${leaf.subject}`, { evidence, ...place }),
    ];
  if (cas.every(({ isCa, selfSigned }) => !isCa && !selfSigned))
    return [
      finding(
        'CA002',
        `${first.subject} in the server CA file is no CA certificate: it was issued by ${first.issuer}, which is the one to trust`,
        {
          evidence,
          ...place,
        },
      ),
    ];
  return [
    ...cloudCa(cas, leaf, situation, { evidence, ...place }),
    ...expiringCa(cas, situation, { evidence, ...place }),
  ];
}

interface Given {
  readonly evidence: {
    readonly path: string;
    readonly subject: string;
    readonly issuer: string;
    readonly fingerprint: string;
  };
  readonly location?: { readonly file: string; readonly line?: number };
}

/** Cloud's servers have public certificates. A file of public roots, or of an inspecting proxy, may be meant. */
function cloudCa(
  cas: readonly CertificateFacts[],
  leaf: CertificateFacts | undefined,
  { cloud }: Situation,
  given: Given,
): Finding[] {
  if (!cloud || cas.some(({ subject }) => publicCas.test(subject))) return [];
  const isClientCa = leaf !== undefined && cas.some(({ subjectDer }) => sameBytes(subjectDer, leaf.issuerDer));
  const name = given.evidence.subject;
  if (isClientCa)
    return [
      finding(
        'CA003',
        `${name} issued your client certificate; the servers of Temporal Cloud have public certificates`,
        given,
      ),
    ];
  return [
    finding('CA003', `${name} is set as server CA, but the servers of Temporal Cloud have public certificates`, {
      ...given,
      severity: 'warning',
    }),
  ];
}

/** Node refuses a chain with an expired root; workers pass over the dates of a root that they were given. */
const fewRoots = 8;

function expiringCa(cas: readonly CertificateFacts[], situation: Situation, given: Given): Finding[] {
  const { now } = situation;
  const over = cas.filter(({ notAfter }) => notAfter.getTime() < now.getTime());
  if (over.length === 0 && cas.length <= fewRoots)
    return cas.flatMap((ca) => judgeValidity(ca, situation)).filter(({ code }) => code === 'CRT006');
  const [first] = over;
  if (first === undefined) return [];
  const all = over.length === cas.length;
  return [
    finding('CA004', `${first.subject} in the server CA file expired on ${first.notAfter.toISOString().slice(0, 10)}`, {
      ...given,
      severity: all ? 'error' : 'info',
      evidence: { ...given.evidence, subject: first.subject, notAfter: first.notAfter.toISOString() },
      affects: all ? ['typescript-client', 'go'] : [],
    }),
  ];
}
