import { commandLine, finding, type Finding } from '../connectivity/finding.ts';
import { classify, type Damage, type Item } from './classify.ts';
import { factsOf, keyFacts, timeText, type CertificateFacts, type KeyFacts } from './facts.ts';
import { chainFrom, judgeChain, judgeClient, judgeKey, judgeServer, judgeUploadedCa, type Situation } from './judge.ts';
import { isPrivateKey, kindNames, type Kind } from './kind.ts';
import { describeManglings, manglings as mangled, type Mangling } from './mangling.ts';
import { readersOf } from './readers.ts';
import { certificateOfKey, readKey } from './repair.ts';
import type { Sdk } from '../connectivity/sdk.ts';

/** The Certificate of the JSON contract. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly fingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly names: readonly string[];
  readonly key: KeyFacts;
  readonly isCa: boolean;
  readonly usages: readonly string[];
  readonly findings: readonly Finding[];
}

export interface PrivateKeySeen {
  readonly kind: Kind;
  readonly key: KeyFacts;
  /** Fingerprint of the certificate of the file that it belongs to. */
  readonly certificate?: string;
  readonly findings: readonly Finding[];
}

/** What a file, variable or secret holds. */
export interface Inspection {
  readonly source: string;
  readonly items: readonly Certificate[];
  readonly keys: readonly PrivateKeySeen[];
  /** Anything else, in words. */
  readonly others: readonly string[];
  readonly manglings: readonly { readonly name: Mangling; readonly what: string }[];
  readonly damage: Damage | null;
  /** Which SDKs read it as it is. */
  readonly readBy: Readonly<Record<Sdk, boolean>>;
  /** About the file as a whole. */
  readonly findings: readonly Finding[];
  readonly warnings: readonly string[];
}

export type Purpose = 'client' | 'server' | 'ca';

export interface InspectOptions extends Omit<Situation, 'name'> {
  readonly source: string;
  /** What every certificate is for; without it each says so itself. */
  readonly purpose?: Purpose | undefined;
  /** A private key that the certificate should belong to. */
  readonly key?: Uint8Array | undefined;
}

/** Looks at bytes of which nothing is known. Never throws for what is in them. */
export function inspect(bytes: Uint8Array, options: InspectOptions): Inspection {
  const { items, manglings, damage } = classify(bytes);
  const { source } = options;
  const ders = items.filter(({ kind }) => kind === 'certificate').map(({ der }) => der);
  const facts = ders.map(factsOf);
  const situation: Situation = { ...options, name: source };
  const certificates = facts.map((certificate) =>
    describe(certificate, judge(certificate, situation, options.purpose)),
  );
  const keys = items
    .filter(({ kind }) => isPrivateKey(kind))
    .map(({ kind, der }) => privateKey(kind, der, ders, facts, situation));
  const readBy = readersOf(bytes, ders.length > 0 ? 'certificate' : 'private-key');
  return {
    source,
    items: certificates,
    keys,
    others: items
      .filter(({ kind }) => kind !== 'certificate' && !isPrivateKey(kind))
      .map(({ kind }) => kindNames[kind]),
    manglings: manglings.map((name) => ({ name, what: mangled[name].what })),
    damage,
    readBy,
    findings: [
      ...(ders.length + keys.length > 0
        ? formFindings(manglings, damage, readBy, ders.length > 0, source)
        : otherFindings(items, source)),
      ...fileFindings(facts, ders, bytes.length, situation, options.key),
    ],
    warnings: [],
  };
}

/** A chain that a server showed: its first certificate is the server's, the others are CAs. */
export function inspectChain(chain: readonly Uint8Array[], options: InspectOptions): readonly Certificate[] {
  const situation: Situation = { ...options, name: options.source };
  return chain.map((der, index) => {
    const facts = factsOf(der);
    return describe(facts, judge(facts, situation, index === 0 ? 'server' : 'ca'));
  });
}

function describe(facts: CertificateFacts, findings: readonly Finding[]): Certificate {
  const { subject, issuer, serial, fingerprint, names, key, isCa } = facts;
  return {
    subject,
    issuer,
    serial,
    fingerprint,
    notBefore: timeText(facts.notBefore),
    notAfter: timeText(facts.notAfter),
    names,
    key,
    isCa,
    usages: [...facts.keyUsage, ...facts.extendedKeyUsage],
    findings,
  };
}

function judge(facts: CertificateFacts, situation: Situation, purpose: Purpose | undefined): readonly Finding[] {
  switch (purpose ?? purposeOf(facts)) {
    case 'client':
      return judgeClient(facts, situation);
    case 'server':
      return judgeServer(facts, situation);
    case 'ca':
      return judgeUploadedCa(facts, situation);
  }
}

function purposeOf({ isCa, extendedKeyUsage }: CertificateFacts): Purpose {
  if (isCa) return 'ca';
  return extendedKeyUsage.includes('serverAuth') && !extendedKeyUsage.includes('clientAuth') ? 'server' : 'client';
}

function privateKey(
  kind: Kind,
  der: Uint8Array,
  certificates: readonly Uint8Array[],
  facts: readonly CertificateFacts[],
  { cloud, name }: Situation,
): PrivateKeySeen {
  const key = keyOf(der);
  const owner = certificateOfKey(certificates, der);
  const fingerprint = owner === null ? undefined : facts[owner]?.fingerprint;
  return {
    kind,
    key,
    ...(fingerprint === undefined ? {} : { certificate: fingerprint }),
    findings: judgeKey(key, cloud, name),
  };
}

function keyOf(der: Uint8Array): KeyFacts {
  try {
    return keyFacts(readKey(der));
  } catch {
    return { type: 'unknown' };
  }
}

function formFindings(
  names: readonly Mangling[],
  damage: Damage | null,
  readBy: Inspection['readBy'],
  isCertificate: boolean,
  source: string,
): Finding[] {
  const found: Finding[] = [];
  const failing = Object.entries(readBy)
    .filter(([, reads]) => !reads)
    .map(([sdk]) => sdk as Sdk);
  if (names.length > 0 && failing.length > 0) {
    const all = failing.length === Object.keys(readBy).length;
    const code = all ? (isCertificate ? 'CRT002' : 'KEY001') : 'CRT014';
    found.push(
      finding(code, `${source}: ${describeManglings(names)}`, {
        evidence: { path: source, repair: names.join(', ') },
        affects: failing,
      }),
    );
  }
  if (damage !== null)
    found.push(finding('CRT003', `${source}: a block is ${damage}`, { evidence: { path: source, kind: damage } }));
  return found;
}

/** Containers and encrypted keys, which no SDK opens. Requests and public keys are what they are. */
function otherFindings(items: readonly Item[], source: string): Finding[] {
  return items.flatMap(({ kind }): Finding[] => {
    const evidence = { path: source, kind };
    const file = { FILE: source };
    if (kind === 'ssh-key')
      return [
        finding('KEY001', `${source} is a key of OpenSSH, which no SDK reads`, {
          evidence,
          fix: [
            {
              text: 'Rewrite it (in place, so work on a copy), or issue a new pair.',
              command: commandLine('ssh-keygen', '-p', '-m', 'PKCS8', '-N', '', '-f', file),
            },
          ],
        }),
      ];
    if (kind === 'encrypted-key')
      return [
        finding('KEY002', `${source} is encrypted, and no SDK asks for a passphrase`, {
          evidence,
          fix: [
            {
              text: 'Write it without one, in a protected place.',
              command: commandLine('openssl', 'pkey', '-in', file, '-out', 'plain.key'),
            },
          ],
        }),
      ];
    if (kind !== 'pkcs12') return [];
    const take = (...what: readonly string[]) => commandLine('openssl', 'pkcs12', '-in', file, '-nodes', ...what);
    return [
      finding('CRT002', `${source} is a PKCS#12 container, which no SDK opens`, {
        evidence,
        fix: [
          { text: 'Take the certificate out.', command: take('-clcerts', '-nokeys', '-out', 'client.pem') },
          { text: 'Take the key out.', command: take('-nocerts', '-out', 'client.key') },
        ],
      }),
    ];
  });
}

function fileFindings(
  facts: readonly CertificateFacts[],
  ders: readonly Uint8Array[],
  size: number,
  situation: Situation,
  key: Uint8Array | undefined,
): Finding[] {
  const [leaf] = facts;
  if (leaf === undefined) return [];
  const { name } = situation;
  const evidence = {
    ...(name === undefined ? {} : { path: name }),
    subject: leaf.subject,
    fingerprint: leaf.fingerprint,
  };
  const chain = leaf.isCa ? facts : chainFrom(leaf, facts.slice(1));
  const found = [...judgeChain(chain, size, situation)];
  const keyItem = key === undefined ? undefined : classify(key).items.find(({ kind }) => isPrivateKey(kind));
  const position = keyItem === undefined ? 0 : certificateOfKey(ders, keyItem.der);
  if (key !== undefined && keyItem === undefined)
    found.push(finding('KEY001', 'the key that was given holds no private key'));
  else if (position === null) found.push(finding('KEY003', `the key does not belong to ${leaf.subject}`, { evidence }));
  else if (position > 0)
    found.push(
      finding('CRT011', `the key belongs to certificate ${String(position + 1)}, which must stand first`, {
        evidence: { ...evidence, position: position + 1 },
      }),
    );
  return found;
}
