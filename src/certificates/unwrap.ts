import { isSequence } from './der.ts';
import type { Mangling } from './mangling.ts';

/** Bytes after everything that was put around the PEM text was taken off again. */
export type Unwrapped = { readonly manglings: readonly Mangling[] } & (
  { readonly text: string } | { readonly der: Uint8Array }
);

const deepest = 6;

/** Takes off encodings, quotes and escapes, as many as were put on. */
export function unwrap(bytes: Uint8Array): Unwrapped {
  const manglings: Mangling[] = [];
  let current = bytes;
  for (let depth = 0; depth < deepest; depth += 1) {
    const der = wholeDer(current);
    if (der !== null) return { manglings: [...manglings, 'der'], der: new Uint8Array(der) };
    const { text, encoding } = decodeText(current);
    manglings.push(...encoding);
    const bare = strip(text, manglings);
    const inner = decodeWhole(bare);
    if (inner === null) return { manglings, text: bare };
    manglings.push(inner.mangling);
    current = inner.bytes;
    const packed = wholeDer(current);
    // Base64 of DER without its BEGIN and END lines: the lines are what is missing.
    if (packed !== null && inner.mangling === 'base64')
      return {
        manglings: [...manglings.filter((name) => name !== 'base64'), 'no-header'],
        der: new Uint8Array(packed),
      };
  }
  return { manglings, text: '' };
}

/** DER, also with the newline that a shell or a secret store left behind it. */
function wholeDer(bytes: Uint8Array): Uint8Array | null {
  for (let extra = 0; extra <= 2; extra += 1) {
    const candidate = bytes.subarray(0, bytes.length - extra);
    if (isSequence(candidate)) return candidate;
    if (![0x0a, 0x0d].includes(bytes[bytes.length - 1 - extra] ?? 0)) return null;
  }
  return null;
}

function decodeText(bytes: Uint8Array): { readonly text: string; readonly encoding: readonly Mangling[] } {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return { text: utf16(bytes.subarray(2), false), encoding: ['utf-16'] };
  if (first === 0xfe && second === 0xff) return { text: utf16(bytes.subarray(2), true), encoding: ['utf-16'] };
  if (first === 0x2d && second === 0 && third === 0x2d) return { text: utf16(bytes, false), encoding: ['utf-16'] };
  if (first === 0 && second === 0x2d && third === 0) return { text: utf16(bytes, true), encoding: ['utf-16'] };
  const text = Buffer.from(bytes).toString('utf8');
  return text.startsWith('\ufeff') ? { text: text.slice(1), encoding: ['byte-order-mark'] } : { text, encoding: [] };
}

function utf16(bytes: Uint8Array, bigEndian: boolean): string {
  const even = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  return (bigEndian ? even.swap16() : even).toString('utf16le');
}

/** Quotes, a variable's name, escapes, percent signs, markup and typography; what it found goes to `manglings`. */
function strip(given: string, manglings: Mangling[]): string {
  let text = given;
  const change = (mangling: Mangling, changed: string): void => {
    if (changed === text) return;
    if (!manglings.includes(mangling)) manglings.push(mangling);
    text = changed;
  };
  for (let round = 0; round < 3; round += 1) {
    const before = text;
    change(
      'assignment',
      text.replace(/^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_.]*\s*[=:]\s*(?=["'`]|-+\s*BEGIN|MI[IIEG])/, ''),
    );
    change('quoted', withoutQuotes(text));
    if (/\\+[nr]|\\u000[aA]|\\012/.test(text)) change('escaped-newlines', withoutEscapes(text));
    if (/%(?:0A|0D|20|2B|2F|3D)/i.test(text)) change('url-encoded', percentDecoded(text));
    if (/&#(?:x?0*(?:a|d|10|13));|<br\s*\/?>|&#43;|&nbsp;/i.test(text)) change('markup', withoutMarkup(text));
    change('typographic-dashes', withoutTypography(text));
    if (text === before) break;
  }
  return text;
}

const quotes: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['\u201c', '\u201d'],
  ['\u2018', '\u2019'],
];

function withoutQuotes(text: string): string {
  const trimmed = text.trim();
  for (const [open, close] of quotes) {
    if (trimmed.length > 1 && trimmed.startsWith(open) && trimmed.endsWith(close)) return trimmed.slice(1, -1);
    // One quote is left over when a line of a .env file was cut.
    if (trimmed.startsWith(open) && /^.-+\s*BEGIN/.test(trimmed)) return trimmed.slice(1);
    if (trimmed.endsWith(close) && /END[^\n]*-+.$/.test(trimmed)) return trimmed.slice(0, -1);
  }
  return text;
}

function withoutEscapes(text: string): string {
  return text
    .replace(/(?:\\+r)?\\+n|\\+r|\\+u000[aA]|\\+012/g, '\n')
    .replace(/\\+t/g, '\t')
    .replace(/\\+\//g, '/')
    .replace(/\\+(["'])/g, '$1');
}

function percentDecoded(text: string): string {
  // In a form a plus stands for a blank only where it encodes nothing else; base64 has real ones.
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function withoutMarkup(text: string): string {
  return text
    .replace(/&#(?:x0*[ad]|0*1[03]);|<br\s*\/?>\r?\n?/gi, '\n')
    .replace(/&#43;/g, '+')
    .replace(/&nbsp;/g, ' ');
}

/** An em dash stands for several hyphens where a word processor replaced them. */
function withoutTypography(text: string): string {
  if (!/[\u2010-\u2015\u2212]/.test(text) || !/BEGIN|END/.test(text)) return text;
  return text.replace(/[-\u2010-\u2015\u2212]*[\u2010-\u2015\u2212][-\u2010-\u2015\u2212]*/g, '-----');
}

/** Text that is an encoding of something else as a whole. */
function decodeWhole(text: string): { readonly mangling: 'base64' | 'hex'; readonly bytes: Uint8Array } | null {
  if (/BEGIN|-----/.test(text)) return null;
  const packed = text.replace(/\s+/g, '');
  if (packed.length < 16) return null;
  if (/^(?:0x)?(?:2d2d2d2d2d|30[0-9a-f]{6})[0-9a-f:]*$/i.test(packed))
    return { mangling: 'hex', bytes: Buffer.from(packed.replace(/^0x|:/gi, ''), 'hex') };
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(packed)) return null;
  const bytes = Buffer.from(packed, 'base64');
  const first = bytes.subarray(0, 64).toString('latin1');
  const inside = bytes[0] === 0x30 || /BEGIN|^[\x20-\x7e\r\n\t]{16}/.test(first) || first.includes('B\0E\0G\0');
  return inside ? { mangling: 'base64', bytes } : null;
}
