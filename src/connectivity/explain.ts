import { catalogue, codes as allCodes, type Code } from './catalogue.ts';
import { signatures, type Signature } from './signatures.ts';

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
  const words = normalise(clean);
  const found = new Map<Code, { score: number; signature: Signature; alone: boolean }>();
  let weight = 1;
  for (const signature of signatures) {
    if (!signature.pattern.test(words)) continue;
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
    const confidence =
      here || alone ? 'high' : score >= 1 && signature.codes.length <= 4 ? 'high' : score >= 0.5 ? 'medium' : 'low';
    const because = here ? `${signature.says}; and your configuration shows it` : signature.says;
    return { code, title: catalogue[code].title, confidence, because, next: nextSteps(code) };
  });
  return { matches, masked };
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
    .replace(/\b[0-9A-F]{12,16}:error:/g, 'error:')
    .replace(/^\s+at .*$/gm, '')
    .replace(/[ \t]+/g, ' ');
}

const secretShapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /(?<=\bBearer\s)\s*[^\s"',;[\]]{6,}/gi,
  /(?<=\b(?:api[_-]?key|apikey|TEMPORAL_API_KEY|password|secret|token)["']?\s*[=:]\s*["']?)(?!\[masked)[^\s"',;]{8,}/gi,
  /(?<=:\/\/)[^\s/@"':]+:[^\s/@"']+(?=@)/g,
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
