/**
 * Redaction: the last gate before text leaves the process. It knows every secret that was resolved in this run
 * (in the spellings in which it could come back: raw, base64, hex, URL- and JSON-escaped, cut off at the end) and the
 * shapes that secrets have anywhere. Imports nothing, so that nothing can go wrong before it is loaded.
 */
export interface Redactor {
  /**
   * Remember a resolved secret; from now on it is masked. Short values are ignored: they would mask ordinary words.
   * `perhaps` is for metadata, which may hold a token or the name of a namespace: masked in errors, not in results.
   */
  readonly add: (secret: string | Uint8Array, how?: 'perhaps') => void;
  /**
   * For errors and everything that people read on stderr.
   * Before any escaping for a terminal or for JSON: afterwards a secret may no longer read as it did.
   */
  readonly redact: (text: string) => string;
  /** For results, in which `password=` may be an ordinary word: known secrets, private keys and tokens only. */
  readonly hide: (text: string) => string;
}

const mask = '[redacted]';
const shortestSecret = 6;
/** A message that was cut may end in the middle of a secret: this much of its beginning is enough to know it. */
const tellingStart = 12;

/** Shapes that are secret wherever they stand. Order matters: blocks before the lines inside them. */
const unmistakable: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g,
];
const shapes: readonly RegExp[] = [
  ...unmistakable,
  /(?<=\b(?:bearer|basic)\s+)[^\s"',;]{6,}/gi,
  // user:password@ and token@ of any URL
  /(?<=:\/\/)[^\s/@"'?#]+(?=@)/g,
  // key = "value", "key": "value", key: value, also with a value of several lines in three quotes
  new RegExp(
    String.raw`(?<=(?:api[_-]?key|codec[._]auth|client_(?:key|cert)_data|server_ca_cert_data|password|passphrase|` +
      String.raw`(?:access|refresh|id)_token|client_secret|proxy-authorization|(?<!-)authorization)["']?\s*[=:]\s*)` +
      // What a shell makes of another variable, as in our own advice, is no value.
      String.raw`(?!"\$\(printf %s )` +
      String.raw`(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*(?:"|$)|'[^'\n]*(?:'|$)|[^\s"',;]{4,})`,
    'gi',
  ),
  /(?<=base64key:(?:\/\/)?)[A-Za-z0-9_=+/-]{16,}/g,
];

export function createRedactor(): Redactor {
  const certain = knownSecrets();
  const possible = knownSecrets();
  return {
    add(secret, how) {
      if (how === undefined) certain.add(secret);
      possible.add(secret);
    },
    redact: (text) => maskShapes(possible.mask(text), shapes),
    hide: (text) => maskShapes(certain.mask(text), unmistakable),
  };
}

function maskShapes(text: string, those: readonly RegExp[]): string {
  if (text.length < shortestSecret) return text;
  return those.reduce((clean, shape) => clean.replace(shape, mask), text);
}

function knownSecrets() {
  const known = new Set<string>();
  // Whole ones first: the beginning of one spelling may be the beginning of another. Made again after each `add`.
  let longestFirst: readonly string[] | undefined;
  return {
    add(secret: string | Uint8Array): void {
      const all =
        typeof secret === 'string' ? [secret, ...spellings(Buffer.from(secret))] : spellings(Buffer.from(secret));
      for (const spelling of all) if (spelling.trim().length >= shortestSecret) known.add(spelling);
      longestFirst = undefined;
    },
    mask(text: string): string {
      if (text.length < shortestSecret || known.size === 0) return text;
      let clean = text;
      longestFirst ??= [...known].sort((a, b) => b.length - a.length);
      // Most texts are names of a few letters, and most secrets are longer.
      for (const secret of longestFirst) if (secret.length <= clean.length) clean = clean.replaceAll(secret, mask);
      for (const secret of longestFirst) clean = maskStart(clean, secret);
      return clean;
    },
  };
}

/** Masks what is left of a secret where it was cut off. */
function maskStart(text: string, secret: string): string {
  if (text.length < tellingStart || secret.length < tellingStart + 4 || secret.startsWith('-----BEGIN')) return text;
  const start = secret.slice(0, tellingStart);
  let clean = '';
  let rest = text;
  for (let at = rest.indexOf(start); at !== -1; at = rest.indexOf(start)) {
    let end = at + tellingStart;
    while (end < rest.length && rest[end] === secret[end - at]) end += 1;
    clean += rest.slice(0, at) + mask;
    rest = rest.slice(end);
  }
  return clean + rest;
}

function spellings(secret: Buffer): string[] {
  const text = secret.toString('utf8');
  const trimmed = text.trim();
  // By the bytes: U+FFFD stands for what is no UTF-8, but may be meant as well.
  const isText = Buffer.from(text).equals(secret);
  const lines = isText && trimmed.includes('\n') ? trimmed.split(/\r?\n/).filter((line) => line.length >= 16) : [];
  const values = isText ? [...new Set([text, trimmed])] : [];
  const bytes = isText ? values.map((value) => Buffer.from(value)) : [secret];
  return [
    ...bytes.flatMap(encodings),
    ...values.flatMap(escapes),
    ...lines.filter((line) => !line.startsWith('-----')).flatMap((line) => [line, line.trim()]),
  ];
}

function encodings(bytes: Buffer): string[] {
  const hex = bytes.toString('hex');
  // Without padding, so that both the padded and the bare form are found.
  return [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), hex, hex.toUpperCase()];
}

function escapes(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value);
  return [
    value,
    json,
    json.replaceAll('/', '\\/'),
    json.replaceAll('\\"', '"'),
    json.replaceAll('\\"', '"').replaceAll("'", "\\'"),
    url,
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    url.replaceAll('%20', '+'),
    encodeURI(value),
  ];
}
