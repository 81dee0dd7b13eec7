import { X509Certificate } from 'node:crypto';

/** A served chain in words. */
export interface Served {
  readonly leaf: X509Certificate | undefined;
  readonly last: X509Certificate | undefined;
  readonly subject: string;
  readonly issuer: string;
  readonly subjects: readonly string[];
  readonly fingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly selfSigned: boolean;
  /** No organisation of a public CA stands in it: an inspecting proxy or a private CA. */
  readonly chainIsPrivate: boolean;
}

export function describe(chain: readonly Uint8Array[]): Served {
  const certificates = chain.map((der) => new X509Certificate(der));
  const leaf = certificates[0];
  const last = certificates.at(-1);
  const text = certificates.map(({ issuer }) => issuer).join('\n');
  return {
    leaf,
    last,
    subject: nameOf(leaf?.subject ?? ''),
    issuer: nameOf(last?.issuer ?? ''),
    subjects: certificates.map(({ subject }) => nameOf(subject)),
    fingerprint: leaf?.fingerprint256 ?? '',
    notBefore: isoOf(leaf?.validFrom),
    notAfter: isoOf(leaf?.validTo),
    selfSigned: certificates.length === 1 && leaf !== undefined && leaf.subject === leaf.issuer,
    chainIsPrivate:
      !/Let's Encrypt|Internet Security Research|Amazon|DigiCert|Google Trust|GlobalSign|Sectigo|Baltimore/i.test(text),
  };
}

/** Node writes one attribute a line, and undefined for an empty name; a name in messages is `CN=x, O=y`. */
export function nameOf(distinguishedName: string | undefined): string {
  const lines = (distinguishedName ?? '').split('\n').filter(Boolean).reverse();
  return lines.length === 0 ? '(no name)' : lines.join(', ');
}

export function sansOf(certificate: X509Certificate): string[] {
  return [...(certificate.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):("[^"]*"|[^,]+)/g)].map(([, name]) =>
    (name ?? '').trim().replace(/^"|"$/g, ''),
  );
}

function isoOf(date: string | undefined): string {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}
