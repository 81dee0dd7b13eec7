import { catalogue, codes as allCodes, type Code } from './catalogue.ts';
import type { Signature } from './signatures/signature.ts';
import { signatures } from './signatures.ts';

export interface Explanation {
  /** Best first; empty when nothing fits. */
  readonly matches: readonly Match[];
  /** Secrets that were found in the text and are not repeated. */
  readonly masked: number;
}

export interface Match {
  readonly code: Code;
  readonly title: string;
  readonly confidence: 'high' | 'medium' | 'low';
  readonly because: string;
  readonly next: readonly { readonly text: string; readonly command?: string }[];
}

const mostMatches = 8;

/** Null when the text is no code. */
export function codeOf(text: string): Code | null {
  const wanted = text.trim().toUpperCase();
  return allCodes.find((code) => code === wanted) ?? null;
}

/**
 * Ranks the causes that fit a pasted text. Texts of SDKs are ambiguous, so a confidence says how far the words go, and
 * each match says which check tells it apart.
 * @param local codes that the configuration here shows to be true: they come first
 */
export function explain(text: string, local: readonly Code[] = []): Explanation {
  const { clean, masked } = maskSecrets(text);
  const found = new Map<Code, { score: number; signature: Signature; alone: boolean }>();
  let weight = 1;
  for (const signature of signaturesIn(normalise(clean))) {
    signature.codes.forEach((code, index) => {
      const score = weight / (index + 1);
      const known = found.get(code);
      if (known === undefined || known.score < score)
        found.set(code, { score, signature, alone: signature.codes.length === 1 && weight === 1 });
    });
    weight /= 4;
  }
  const ranked = [...found].sort(
    ([a, one], [b, other]) => boost(b, local) + other.score - (boost(a, local) + one.score),
  );
  const matches = ranked.slice(0, mostMatches).map(([code, { score, signature, alone }]): Match => {
    const here = local.includes(code);
    const telling = signature.vague !== true && signature.codes.length <= 4;
    const confidence = here || alone || (score >= 1 && telling) ? 'high' : score >= 0.5 ? 'medium' : 'low';
    const because = here ? `${signature.says}; and your configuration shows it` : signature.says;
    return { code, title: catalogue[code].title, confidence, because, next: nextSteps(code) };
  });
  return { matches, masked };
}

/** What a terminal or a ticket broke into lines is read as one line, when the lines by themselves say nothing clear. */
function signaturesIn(words: string): readonly Signature[] {
  const inLines = signatures.filter(({ pattern }) => pattern.test(words));
  if (inLines.some(({ vague }) => vague !== true) || !words.trim().includes('\n')) return inLines;
  const joined = words.replace(/\s*\n\s*/g, ' ');
  const inOne = signatures.filter(({ pattern }) => pattern.test(joined));
  return inOne.some(({ vague }) => vague !== true) ? inOne : inLines;
}

function boost(code: Code, local: readonly Code[]): number {
  return local.includes(code) ? 10 : 0;
}

/** The check that proves or excludes this cause. */
const discriminating: Partial<Record<string, string>> = {
  CFG: 'configuration',
  ADR: 'address',
  CRT: 'certificate-files,certificate-pair,certificate-policy',
  KEY: 'certificate-files,certificate-pair',
  CA: 'certificate-files,tls-trust',
  TOK: 'token',
  DNS: 'dns',
  TCP: 'tcp,http2',
  PRX: 'proxy-environment,proxy',
  TLS: 'tls,tls-trust',
  MTL: 'client-certificate',
  H: 'http2',
  RPC: 'system-info',
  AUT: 'namespace',
  NSP: 'namespace',
  NEX: 'nexus',
  QOS: 'round-trip',
  TMP: 'system-info',
};

export function nextSteps(code: Code): Match['next'] {
  const check = discriminating[code.replace(/\d+$/, '')];
  const probe =
    check === undefined ? [] : [{ text: 'The check that tells:', command: `nexusctl connect-test --only ${check}` }];
  return [...probe, ...catalogue[code].fix.map((text) => ({ text }))];
}

/** Takes off what terminals, loggers and JSON put around a message. */
export function normalise(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/\\u00([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/\\[nrt]/g, '\n')
    .replace(/\\+(["'/\\])/g, '$1')
    .replace(/[\u2018\u2019]|&#0?39;|&apos;/g, "'")
    .replace(/[\u201c\u201d]|&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/(?:%[0-7][0-9A-F])+/gi, decodePercent)
    .replace(/\b[0-9A-F]{12,16}:error:/g, 'error:')
    .replace(/^\s+at .*$/gm, '')
    .replace(/[ \t]+/g, ' ');
}

function decodePercent(text: string): string {
  return text.replace(/%([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Wider than those of the redactor: a pasted log holds secrets of every maker, and nothing of it is a result. */
const secretShapes: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /(?<=\b(?:Bearer|Basic)\s)\s*[^\s"',;[\]]{6,}/gi,
  /\btmprl_\w{8,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b(?:gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|hvs\.[\w-]{16,}|xox[abprs]-[\w-]{10,})/g,
  // user:password@ and token@ of any URL
  /(?<=:\/\/)(?!\[masked)[^\s/@"'?#]+(?=@)/g,
  // NAME=value and "name": "value"; a value without a digit may be an ordinary word, as in `invalid token: expired`.
  /(?<=\b[\w-]*(?:api[_-]?key|apikey|access[_-]?key|secret|token|passw(?:or)?d|passphrase|authorization)[\w-]*\\?["']?\s*[=:]\s*\\?["']?)(?!\[masked|Bearer|Basic)(?=[^\s"',;]*\d)[^\s"',;\\]{8,}/gi,
];

function maskSecrets(text: string): { readonly clean: string; readonly masked: number } {
  let masked = 0;
  let clean = text;
  for (const shape of secretShapes)
    clean = clean.replace(shape, () => {
      masked += 1;
      return '[masked]';
    });
  return { clean, masked };
}
