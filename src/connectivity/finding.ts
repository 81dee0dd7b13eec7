import { catalogue, type Code, type Severity } from './catalogue.ts';
import type { Sdk } from './sdk.ts';

/** One thing that was found: its code, what was seen, and what to do. */
export interface Finding {
  readonly code: Code;
  readonly severity: Severity;
  /** What was seen, in one sentence; never a secret. */
  readonly message: string;
  readonly evidence: Evidence;
  readonly causes: readonly Cause[];
  readonly fix: readonly Fix[];
  /** Where in the configuration it stands, for SARIF and annotations. */
  readonly location?: { readonly file: string; readonly line?: number };
  /** The SDKs that fail for this reason although nexusctl does not; the predictions are made of it. */
  readonly affects?: readonly Sdk[];
}

export interface Cause {
  readonly text: string;
  readonly likelihood: 'high' | 'medium' | 'low';
}

export interface Fix {
  readonly text: string;
  /** A shell command made by `commandLine`. */
  readonly command?: string;
}

/** Scalars and lists of names; every family of codes has a closed set of fields, so nothing secret can slip in. */
export type Evidence = Readonly<Record<string, string | number | boolean | readonly string[]>>;

interface SettingEvidence {
  readonly setting?: string;
  readonly origin?: string;
  readonly path?: string;
  readonly line?: number;
  readonly suggestion?: string;
  readonly names?: readonly string[];
  readonly address?: string;
  readonly host?: string;
  readonly port?: number;
  readonly namespace?: string;
}

interface CertificateEvidence {
  readonly path?: string;
  readonly subject?: string;
  readonly issuer?: string;
  readonly fingerprint?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly days?: number;
  readonly kind?: string;
  readonly repair?: string;
  readonly position?: number;
  readonly bits?: number;
  readonly signature?: string;
  readonly usages?: readonly string[];
  readonly mode?: string;
}

interface TokenEvidence {
  readonly length?: number;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly days?: number;
  readonly account?: string;
  readonly origin?: string;
}

interface NetworkEvidence {
  readonly host?: string;
  readonly port?: number;
  readonly address?: string;
  readonly addresses?: readonly string[];
  readonly errno?: string;
  readonly ms?: number;
  readonly status?: number;
  readonly proxy?: string;
  readonly schemes?: readonly string[];
  readonly variable?: string;
  /** First bytes of what answered, escaped, at most 64 characters. */
  readonly banner?: string;
}

interface TlsEvidence {
  readonly serverName?: string;
  readonly protocol?: string;
  readonly cipher?: string;
  readonly alpn?: string;
  readonly alert?: number;
  readonly errno?: string;
  readonly subject?: string;
  readonly issuer?: string;
  readonly fingerprint?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly days?: number;
  readonly names?: readonly string[];
  readonly chain?: readonly string[];
  readonly acceptedAuthorities?: readonly string[];
  readonly yourIssuer?: string;
  readonly ms?: number;
  readonly stores?: readonly string[];
}

interface CallEvidence {
  readonly method?: string;
  readonly httpStatus?: number;
  readonly contentType?: string;
  readonly server?: string;
  readonly grpcStatus?: number;
  /** The server's own words, escaped, at most 256 characters. */
  readonly grpcMessage?: string;
  /** The beginning of a foreign body, escaped, at most 256 characters. */
  readonly body?: string;
  readonly resetCode?: number;
  readonly goawayCode?: number;
  readonly namespace?: string;
  readonly state?: string;
  readonly serverVersion?: string;
  readonly bytes?: number;
  readonly ms?: number;
  readonly skewMs?: number;
}

interface SdkEvidence {
  readonly sdk?: string;
  readonly reasonCodes?: readonly string[];
}

export type EvidenceOf<C extends Code> = C extends `CFG${string}` | `ADR${string}`
  ? SettingEvidence
  : C extends `CRT${string}` | `KEY${string}` | `CA0${string}`
    ? CertificateEvidence
    : C extends `TOK${string}`
      ? TokenEvidence
      : C extends `DNS${string}` | `TCP${string}` | `PRX00${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`
        ? NetworkEvidence
        : C extends `TLS${string}` | `MTL${string}` | 'PRX009'
          ? TlsEvidence
          : C extends `SDK${string}`
            ? SdkEvidence
            : CallEvidence;

interface Given<C extends Code> {
  readonly severity?: Severity;
  readonly evidence?: EvidenceOf<C>;
  readonly causes?: readonly Cause[];
  /** Replaces the catalogue's advice, which says how in general. */
  readonly fix?: readonly Fix[];
  readonly location?: { readonly file: string; readonly line?: number };
  readonly affects?: readonly Sdk[];
}

/** A finding of the catalogue: severity and advice come from there unless the check knows better. */
export function finding<C extends Code>(code: C, message: string, given: Given<C> = {}): Finding {
  const entry = catalogue[code];
  return {
    code,
    severity: given.severity ?? entry.severity,
    message,
    evidence: { ...given.evidence },
    causes: given.causes ?? [],
    fix: given.fix ?? entry.fix.map((text) => ({ text })),
    ...(given.location === undefined ? {} : { location: given.location }),
    ...(given.affects === undefined ? {} : { affects: given.affects }),
  };
}

/** A value of which nothing is known, with the word that stands in for it where it may not be pasted: `{ FILE: path }`. */
type Part = string | Readonly<Record<string, string>>;

/**
 * A command to paste, from an argument array. Our own words are quoted as a shell needs it; a foreign value outside
 * `[A-Za-z0-9._:/-]`, or one that would read as an option, is replaced by its placeholder (security.md 3).
 */
export function commandLine(...argv: readonly (Part | readonly Part[])[]): string {
  return argv
    .map((argument) => {
      const parts = typeof argument === 'string' || !Array.isArray(argument) ? [argument as Part] : argument;
      return (parts as readonly Part[]).map(word).join('');
    })
    .join(' ');
}

function word(part: Part): string {
  if (typeof part === 'string')
    return /^[A-Za-z0-9._:/=@%+,-]+$/.test(part) ? part : `'${part.replaceAll("'", "'\\''")}'`;
  const [placeholder, value] = Object.entries(part)[0] ?? ['VALUE', ''];
  return /^[A-Za-z0-9._:/][A-Za-z0-9._:/-]*$/.test(value) ? value : placeholder;
}
