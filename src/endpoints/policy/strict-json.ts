/** A JSON value with objects as Maps: no prototype, and a key that occurs twice was refused. */
export type StrictJson = null | boolean | number | string | readonly StrictJson[] | ReadonlyMap<string, StrictJson>;

export type StrictJsonFault = 'ENCODING' | 'SYNTAX' | 'DUPLICATE_KEY' | 'TOO_DEEP';

type Fail = (code: StrictJsonFault, what: string) => never;

const deepest = 100;

/**
 * RFC 8259 and nothing beside it, where JSON.parse lets the last of two equal keys win and takes half a surrogate pair.
 * Calls `fail`, which throws, with the line on which the text stops being JSON.
 */
export function parseStrictJson(bytes: Uint8Array, fail: Fail): StrictJson {
  const text = decode(bytes, fail);
  let at = 0;

  const wrong = (what = 'not JSON'): never =>
    fail('SYNTAX', `${what} in line ${String(text.slice(0, at).split('\n').length)}`);
  /** The next character that is no white space; empty at the end. */
  const peek = (): string => {
    while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at += 1;
    return text.charAt(at);
  };
  const take = (expected: string): void => {
    if (peek() !== expected) wrong();
    at += 1;
  };
  const token = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? wrong();
    at += found.length;
    return found;
  };

  const string = (): string => {
    take('"');
    const start = at;
    for (; text.charAt(at) !== '"'; at += 1) {
      if (at >= text.length || text.charCodeAt(at) < 0x20) wrong();
      if (text.charAt(at) === '\\') at += 1;
    }
    at += 1;
    try {
      const value = JSON.parse(text.slice(start - 1, at)) as string;
      return /\p{Cs}/u.test(value) ? wrong('half a surrogate pair') : value;
    } catch (error) {
      if (error instanceof SyntaxError) return wrong();
      throw error;
    }
  };
  const constant = (word: string): StrictJson => {
    if (word === 'null') return null;
    return word === 'true' || word === 'false' ? word === 'true' : wrong();
  };
  const value = (depth: number): StrictJson => {
    const first = peek();
    if (first === '"') return string();
    if (first === '{' || first === '[') {
      if (depth >= deepest) return fail('TOO_DEEP', `nested more than ${String(deepest)} deep`);
      return first === '{' ? object(depth + 1) : list(depth + 1);
    }
    if (/[a-z]/.test(first)) return constant(token(/[a-z]+/y));
    return Number(token(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y));
  };
  const list = (depth: number): StrictJson => {
    const items: StrictJson[] = [];
    take('[');
    while (peek() !== ']') {
      if (items.length > 0) take(',');
      items.push(value(depth));
    }
    at += 1;
    return items;
  };
  const object = (depth: number): StrictJson => {
    const entries = new Map<string, StrictJson>();
    take('{');
    while (peek() !== '}') {
      if (entries.size > 0) take(',');
      peek();
      const key = string();
      take(':');
      if (entries.has(key)) return fail('DUPLICATE_KEY', `the key ${JSON.stringify(key)} occurs twice in one object`);
      entries.set(key, value(depth));
    }
    at += 1;
    return entries;
  };

  const result = value(0);
  return peek() === '' && at >= text.length ? result : wrong('something after the end of the JSON');
}

function decode(bytes: Uint8Array, fail: Fail): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail('ENCODING', 'it is not UTF-8');
  }
  return text.startsWith('\ufeff') ? fail('ENCODING', 'it begins with a byte order mark') : text;
}
