import { finding, type Finding } from '../connectivity/finding.ts';
import { sameBytes, timeText, type CertificateFacts, type KeyFacts } from './facts.ts';

export interface Situation {
  readonly now: Date;
  /** A certificate that ends sooner is a warning, in milliseconds. */
  readonly expiresInMs: number;
  /** It is for Temporal Cloud, whose demands are then errors. */
  readonly cloud: boolean;
  /** The path or variable it comes from. */
  readonly name?: string;
}

/** Whether the days of a certificate are over, near their end, or have not begun; any role. */
export function judgeValidity(facts: CertificateFacts, { now, expiresInMs, name }: Situation): readonly Finding[] {
  const evidence = {
    ...identity(facts, name),
    notBefore: timeText(facts.notBefore),
    notAfter: timeText(facts.notAfter),
  };
  if (evidence.notBefore === 'unreadable' || evidence.notAfter === 'unreadable')
    return [
      finding('CRT003', `${facts.subject} has a validity that cannot be read: nobody accepts it`, {
        evidence: identity(facts, name),
      }),
    ];
  const left = facts.notAfter.getTime() - now.getTime();
  if (left < 0) {
    const days = Math.floor(-left / dayMs);
    return [
      finding('CRT004', `${facts.subject} expired ${ago(days)}, on ${dayOf(facts.notAfter)}`, {
        evidence: { ...evidence, days: -days },
      }),
    ];
  }
  if (facts.notBefore.getTime() > now.getTime()) {
    const wait = Math.ceil((facts.notBefore.getTime() - now.getTime()) / 60_000);
    return [
      finding('CRT005', `${facts.subject} is valid from ${facts.notBefore.toISOString()}, in ${duration(wait)}`, {
        evidence,
        causes: [
          { text: 'the clock of this machine is slow', likelihood: wait < 24 * 60 ? 'high' : 'low' },
          { text: 'it was issued for a later day', likelihood: wait < 24 * 60 ? 'medium' : 'high' },
        ],
      }),
    ];
  }
  if (left > expiresInMs) return [];
  const days = Math.floor(left / dayMs);
  const when = days === 0 ? `in ${duration(Math.floor(left / 60_000))}` : `in ${String(days)} ${plural('day', days)}`;
  return [
    finding('CRT006', `${facts.subject} expires ${when}, on ${dayOf(facts.notAfter)}`, {
      evidence: { ...evidence, days },
    }),
  ];
}

/** What a server says to this certificate when a client presents it (connections.md 2.2, 4.2). */
export function judgeClient(facts: CertificateFacts, situation: Situation): readonly Finding[] {
  const { cloud, name } = situation;
  const evidence = identity(facts, name);
  const found: Finding[] = [...judgeValidity(facts, situation)];
  if (facts.selfSigned && !facts.isCa)
    found.push(
      finding('CRT013', `${facts.subject} is self-signed: only a server that was given it as a CA accepts it`, {
        severity: cloud ? 'error' : 'info',
        evidence,
      }),
    );
  if (facts.isCa)
    found.push(
      finding(
        'CRT007',
        `${facts.subject} is ${facts.selfSigned ? 'a self-signed' : 'a'} CA certificate; servers want an end-entity certificate that it issued`,
        {
          ...severityFor(cloud),
          evidence,
        },
      ),
    );
  const usages = facts.extendedKeyUsage;
  const anything = usages.includes('anyExtendedKeyUsage');
  if (facts.hasExtendedKeyUsage && !usages.includes('clientAuth'))
    found.push(
      finding('CRT008', `${facts.subject} is issued for ${usages.join(', ')}, not for clientAuth`, {
        // Servers in Go and Java take that for clientAuth, those on OpenSSL do not.
        ...(anything ? { severity: cloud ? 'error' : 'warning' } : {}),
        evidence: { ...evidence, usages },
      }),
    );
  if (facts.hasKeyUsage && !facts.isCa && !facts.keyUsage.includes('digitalSignature'))
    found.push(
      finding(
        'CRT009',
        `${facts.subject} may be used for ${facts.keyUsage.join(', ') || 'nothing'}, not for digitalSignature`,
        {
          ...severityFor(cloud),
          evidence: { ...evidence, usages: facts.keyUsage },
        },
      ),
    );
  return [
    ...found,
    ...judgeSignature(facts, name),
    ...judgeKey(facts.key, cloud, name),
    ...judgeForm(facts, situation),
  ];
}

/** A certificate that a server shows, judged without its chain: what workers and Go refuse, the TypeScript client not always. */
export function judgeServer(facts: CertificateFacts, situation: Situation): readonly Finding[] {
  const { now, name } = situation;
  const evidence = { subject: facts.subject, issuer: facts.issuer, fingerprint: facts.fingerprint };
  const dates = { notBefore: timeText(facts.notBefore), notAfter: timeText(facts.notAfter) };
  const found: Finding[] = [];
  if (facts.notAfter.getTime() < now.getTime())
    found.push(
      finding('TLS007', `${facts.subject} expired on ${dayOf(facts.notAfter)}`, {
        evidence: { ...evidence, ...dates },
      }),
    );
  else if (facts.notBefore.getTime() > now.getTime())
    found.push(
      finding('TLS008', `${facts.subject} is valid from ${dates.notBefore}`, { evidence: { ...evidence, ...dates } }),
    );
  else found.push(...judgeValidity(facts, situation));
  if (
    facts.hasExtendedKeyUsage &&
    !facts.extendedKeyUsage.some((usage) => ['serverAuth', 'anyExtendedKeyUsage'].includes(usage))
  )
    found.push(
      finding('TLS021', `${facts.subject} is issued for ${facts.extendedKeyUsage.join(', ')}, not for serverAuth`, {
        evidence,
      }),
    );
  if (!facts.selfSigned && weakHashes.includes(facts.signatureHash))
    found.push(finding('TLS021', `${facts.subject} is signed with ${facts.signatureHash}`, { evidence }));
  if (facts.names.length === 0)
    found.push(
      finding('TLS018', `${facts.subject} has no subject alternative name`, { evidence, affects: ['core', 'go'] }),
    );
  return [...found, ...judgeKey(facts.key, false, name)];
}

/** The demands of Temporal Cloud on a CA certificate that is uploaded to a namespace. */
export function judgeUploadedCa(facts: CertificateFacts, situation: Situation): readonly Finding[] {
  return [
    ...judgeValidity(facts, situation),
    ...judgeSignature(facts, situation.name),
    ...judgeKey(facts.key, situation.cloud, situation.name),
    ...judgeForm(facts, situation),
  ];
}

/** What Temporal Cloud wants of a chain as a whole: at most 16 certificates and 32 KB, distinct names from leaf to root. */
export function judgeChain(
  chain: readonly CertificateFacts[],
  size: number,
  { cloud, name }: Situation,
): readonly Finding[] {
  const found: Finding[] = [];
  const evidence = name === undefined ? {} : { path: name };
  const add = (message: string): unknown =>
    found.push(finding('CRT016', message, { severity: cloud ? 'error' : 'info', evidence }));
  if (chain.length > 16) add(`${String(chain.length)} certificates in one bundle; Temporal Cloud takes at most 16`);
  if (size > 32 * 1024) add(`the bundle has ${String(size)} bytes; Temporal Cloud takes at most 32768`);
  const names = chain.map(({ subject }) => subject.toLowerCase());
  const twice = chain.find(({ subject }, index) => names.indexOf(subject.toLowerCase()) !== index);
  if (twice !== undefined && !isRepeated(chain, twice))
    add(`two certificates of the chain have the name ${twice.subject}; Temporal Cloud wants distinct ones`);
  const [leaf] = chain;
  if (leaf !== undefined && !leaf.selfSigned && leaf.subject.toLowerCase() === leaf.issuer.toLowerCase())
    add(`${leaf.subject} and its issuer have the same name; Temporal Cloud wants distinct ones`);
  return found;
}

/** Keys that the core-based SDKs (rustls with ring) or Temporal Cloud do not take. */
export function judgeKey(key: KeyFacts, cloud: boolean, name?: string): readonly Finding[] {
  const evidence = {
    ...(name === undefined ? {} : { path: name }),
    ...(key.bits === undefined ? {} : { bits: key.bits }),
  };
  if (key.type === 'rsa' && (key.bits ?? 0) < 2048) {
    const bits = String(key.bits);
    return [
      finding('CRT015', `the key is RSA with ${bits} bits: core-based workers cannot use it`, {
        ...severityFor(cloud || (key.bits ?? 0) < 1024),
        evidence,
        affects: ['core'],
      }),
    ];
  }
  const usable =
    key.type === 'rsa' ||
    key.type === 'ed25519' ||
    (key.type === 'ec' && ['prime256v1', 'secp384r1'].includes(key.curve ?? ''));
  if (!usable)
    return [
      finding('CRT015', `the key is of the kind ${key.curve ?? key.type}: core-based workers cannot use it`, {
        ...severityFor(false),
        evidence,
        affects: ['core'],
      }),
    ];
  if (key.type !== 'ed25519' || !cloud) return [];
  return [
    finding('CRT016', 'the key is Ed25519; Temporal Cloud takes RSA and ECDSA', { ...severityFor(true), evidence }),
  ];
}

const weakHashes = ['MD2', 'MD5', 'SHA-1'];

/** OpenSSL passes over the signature of a self-signed certificate: nobody checks it. */
function judgeSignature(facts: CertificateFacts, name: string | undefined): readonly Finding[] {
  if (facts.selfSigned || !weakHashes.includes(facts.signatureHash)) return [];
  return [
    finding(
      'CRT010',
      `${facts.subject} is signed with ${facts.signatureHash}: the TypeScript client refuses it before anything is sent`,
      {
        evidence: { ...identity(facts, name), signature: facts.signatureHash },
      },
    ),
  ];
}

function judgeForm(facts: CertificateFacts, { cloud, name }: Situation): readonly Finding[] {
  if (facts.version >= 3) return [];
  return [
    finding(
      'CRT016',
      `${facts.subject} is an X.509 version ${String(facts.version)} certificate; Temporal Cloud wants version 3 (openssl x509 -req needs -extfile)`,
      {
        severity: cloud ? 'error' : 'info',
        evidence: identity(facts, name),
      },
    ),
  ];
}

/** The same certificate twice is untidy, but no clash of names. */
function isRepeated(chain: readonly CertificateFacts[], { subject, fingerprint }: CertificateFacts): boolean {
  return chain.every(
    (other) => other.subject.toLowerCase() !== subject.toLowerCase() || other.fingerprint === fingerprint,
  );
}

/** The certificates from the leaf up, as far as the file has them; the rest of the file does not count. */
export function chainFrom(leaf: CertificateFacts, pool: readonly CertificateFacts[]): readonly CertificateFacts[] {
  const chain = [leaf];
  for (let last = leaf; !last.selfSigned;) {
    const issuer = pool.find(
      (candidate) => !chain.includes(candidate) && sameBytes(candidate.subjectDer, last.issuerDer),
    );
    if (issuer === undefined) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

function severityFor(certain: boolean): { readonly severity: 'error' | 'warning' } {
  return { severity: certain ? 'error' : 'warning' };
}

const dayMs = 86_400_000;

function identity({ subject, issuer, fingerprint }: CertificateFacts, name: string | undefined) {
  return { subject, issuer, fingerprint, ...(name === undefined ? {} : { path: name }) };
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function ago(days: number): string {
  return days === 0 ? 'today' : `${String(days)} ${plural('day', days)} ago`;
}

function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}

function duration(minutes: number): string {
  if (minutes < 120) return `${String(minutes)} ${plural('minute', minutes)}`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${String(hours)} hours` : `${String(Math.round(hours / 24))} days`;
}
