/**
 * Redaction: the last gate before text leaves the process. It knows every secret that was resolved in this run
 * (in the spellings in which it could come back: raw, base64, URL- and JSON-escaped) and the shapes that secrets
 * have anywhere. Imports nothing, so that nothing can go wrong before it is loaded.
 */
export interface Redactor {
  /** Remember a resolved secret; from now on it is masked. Short values are ignored: they would mask ordinary words. */
  readonly add: (secret: string | Uint8Array) => void;
  readonly redact: (text: string) => string;
}

const mask = '[redacted]';
const shortestSecret = 6;

/** Shapes that are secret wherever they stand. Order matters: blocks before the lines inside them. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g,
  /(?<=\b[Bb]earer\s+)[^\s"',;]{6,}/g,
  /(?<=:\/\/)[^\s/@"']+:[^\s/@"']+(?=@)/g,
  /(?<=\b(?:api_key|codec\.auth|client_key_data|client_cert_data|password|access_token|refresh_token)\s*[=:]\s*["']?)[^\s"']{4,}/gi,
  /(?<=base64key:\/\/)[A-Za-z0-9_=+/-]{16,}/g,
];

export function createRedactor(): Redactor {
  const known = new Set<string>();
  return {
    add(secret) {
      const bytes = typeof secret === 'string' ? Buffer.from(secret) : Buffer.from(secret);
      for (const spelling of spellings(bytes)) if (spelling.length >= shortestSecret) known.add(spelling);
    },
    redact(text) {
      let clean = text;
      for (const secret of [...known].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, mask);
      for (const shape of shapes) clean = clean.replace(shape, mask);
      return clean;
    },
  };
}

function spellings(secret: Buffer): string[] {
  const raw = secret.toString('utf8');
  const trimmed = raw.trim();
  return [raw, trimmed].flatMap((value) => [
    value,
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64url'),
    Buffer.from(value).toString('hex'),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
  ]);
}
