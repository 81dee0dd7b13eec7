import { readDer, statedLength } from './der.ts';
import { kindOf, labels, type Kind } from './kind.ts';
import type { Mangling } from './mangling.ts';

/** One PEM block as it was found, however its lines were treated. */
export interface Armoured {
  readonly kind: Kind;
  readonly der: Uint8Array;
  readonly damage: 'truncated' | 'corrupt' | null;
  readonly manglings: readonly Mangling[];
}

const begin = /-{1,5}[ \t]*BEGIN[ \t]+([A-Za-z0-9 ]+?)[ \t]*-{1,5}/gi;
const end = /-{1,5}[ \t]*END[ \t]+([A-Za-z0-9 ]+?)[ \t]*-{1,5}/i;

/** Finds every PEM block in a text; text between blocks does not count. */
export function armoured(text: string): readonly Armoured[] {
  const begins = [...text.matchAll(begin)];
  if (begins.length === 0) return headless(text);
  return begins.map((match, index) => {
    const from = match.index + match[0].length;
    const rest = text.slice(from, begins[index + 1]?.index);
    const foot = end.exec(rest);
    const raw = foot === null ? rest : rest.slice(0, foot.index);
    const tail = foot === null ? '' : rest.slice(foot.index + foot[0].length);
    return block({
      label: (match[1] ?? '').toUpperCase(),
      lead: /[^\r\n]*$/.exec(text.slice(Math.max(0, match.index - 200), match.index))?.[0] ?? '',
      header: match[0],
      raw,
      footer: foot?.[0] ?? null,
      glued: index + 1 < begins.length && foot !== null && !/[\r\n]/.test(tail),
    });
  });
}

interface Raw {
  readonly label: string;
  /** What stands before the header on its line. */
  readonly lead: string;
  readonly header: string;
  readonly raw: string;
  readonly footer: string | null;
  /** The next block begins on the line of the footer. */
  readonly glued: boolean;
}

function block(given: Raw): Armoured {
  const { label, raw, footer } = given;
  const legacy = /Proc-Type:\s*4,\s*ENCRYPTED/i.test(raw);
  const shape = shapeOf(given);
  if (legacy)
    return {
      kind: 'encrypted-key',
      der: decode(raw.replace(/^[\s\S]*?DEK-Info:[^\r\n]*/i, '')),
      damage: null,
      manglings: shape,
    };
  const { der, kind, alphabet } = decodeBody(label === 'TRUSTED CERTIFICATE' ? withoutTrust(raw) : raw);
  if (kind === 'unknown') return { kind, der, damage: damageOf(der, footer), manglings: shape };
  const mislabelled = !fits(label, kind) ? (['wrong-label'] as const) : [];
  const cut = footer === null ? (['no-footer'] as const) : [];
  // The characters of another alphabet are explained by it.
  const lines = alphabet.length === 0 ? shape : shape.filter((mangling) => mangling !== 'stray-characters');
  return { kind, der, damage: null, manglings: [...lines, ...cut, ...alphabet, ...mislabelled] };
}

/** An END line, or nothing but base64 before it: the BEGIN line was lost. */
function headless(text: string): readonly Armoured[] {
  const foot = end.exec(text);
  if (foot === null) return [];
  const { der, kind, alphabet } = decodeBody(text.slice(0, foot.index));
  const shape: Mangling[] = kind === 'unknown' ? [] : ['no-header', ...alphabet];
  return [{ kind, der, damage: kind === 'unknown' ? 'truncated' : null, manglings: shape }];
}

/** What was done to the lines, told by comparing them with how OpenSSL wants them. */
function shapeOf({ label, lead, header, raw, footer, glued }: Raw): Mangling[] {
  const found: Mangling[] = [];
  const lines = raw.split('\n');
  const oneLine = lines.length === 1;
  if (header !== `-----BEGIN ${label}-----` || (footer !== null && footer !== `-----END ${label}-----`))
    found.push('bad-dashes');
  if (oneLine && raw.includes('\r')) found.push('old-newlines');
  else if (oneLine && /[ \t\u00a0]/.test(raw.trim())) found.push('spaces');
  else if (oneLine && raw.trim() !== '') found.push(/^[ \t]/.test(raw) && footer !== null ? 'spaces' : 'no-newlines');
  else if (!oneLine && lines[0]?.trim() !== '') found.push('no-newlines');
  if (/^[ \t\u00a0]+$/.test(lead)) found.push('indented');
  else if (lead !== '' && !/END [A-Z0-9 ]+-+$/.test(lead)) found.push('stray-characters');
  if (!oneLine && footer !== null) found.push(...lastLine(lines));
  if (hasBlankInside(lines)) found.push('blank-lines');
  if (/[^A-Za-z0-9+/=\s]/.test(withoutTail(withoutHeaders(raw)))) found.push('stray-characters');
  if (glued) found.push('glued');
  return found;
}

/** What stands before the END line on its own line. */
function lastLine(lines: readonly string[]): Mangling[] {
  const last = lines.at(-1) ?? '';
  if (last === '') return [];
  if (/^[ \t\u00a0]+$/.test(last)) return ['indented'];
  return /^\W+$/.test(last) ? ['stray-characters'] : ['no-newlines'];
}

/** OpenSSL takes a blank line as the end of headers, so one after the first line of content breaks the block. */
function hasBlankInside(lines: readonly string[]): boolean {
  const inside = lines.slice(1, -1).map((line) => line.trim());
  const first = inside.findIndex((line) => line !== '');
  return first !== -1 && !inside.some((line) => line.includes(':')) && inside.slice(first).includes('');
}

function decodeBody(raw: string): Pick<Armoured, 'kind' | 'der'> & { readonly alphabet: readonly Mangling[] } {
  const body = withoutHeaders(raw);
  const plain = decode(body);
  const kind = kindOf(plain);
  if (kind !== 'unknown') return { kind, der: plain, alphabet: [] };
  // A form decoder turned `+` into a blank; base64url has `-` and `_`.
  for (const variant of [
    body.replace(/(?<=[A-Za-z0-9+/])[ ](?=[A-Za-z0-9+/])/g, '+'),
    body.replace(/-/g, '+').replace(/_/g, '/'),
  ]) {
    const der = decode(variant);
    const found = kindOf(der);
    if (found !== 'unknown') return { kind: found, der, alphabet: ['foreign-base64'] };
  }
  return { kind, der: plain, alphabet: [] };
}

/** What OpenSSL trusts a certificate for stands behind it in the same block. */
function withoutTrust(raw: string): string {
  const bytes = Buffer.from(raw, 'base64');
  return Buffer.from(readDer(bytes)?.bytes ?? bytes).toString('base64');
}

function withoutHeaders(raw: string): string {
  return raw.replace(/^[A-Za-z-]+:[^\n]*$/gm, '');
}

/** Nothing of the content follows its padding or a cut END line. */
function withoutTail(body: string): string {
  return body.replace(/(?<==)[^=][\s\S]*$|--[\s\S]*$/, '');
}

function decode(body: string): Uint8Array {
  const content = withoutTail(body).replace(/[^A-Za-z0-9+/]/g, '');
  const bytes = new Uint8Array(Buffer.from(content, 'base64'));
  // Stray characters behind the padding can decode to a few bytes too many.
  const stated = statedLength(bytes);
  const surplus = stated === null ? 0 : bytes.length - stated;
  return surplus > 0 && surplus <= 2 ? (readDer(bytes)?.bytes ?? bytes) : bytes;
}

function damageOf(der: Uint8Array, footer: string | null): 'truncated' | 'corrupt' {
  if (footer === null) return 'truncated';
  return der.length === 0 || (der[0] === 0x30 && (statedLength(der) ?? 0) > der.length) ? 'truncated' : 'corrupt';
}

function fits(label: string, kind: Kind): boolean {
  if (kind === 'request') return ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'].includes(label);
  if (kind === 'pkcs7') return ['PKCS7', 'CMS'].includes(label);
  if (kind === 'public-key') return label.endsWith('PUBLIC KEY');
  if (kind === 'parameters') return label.endsWith('PARAMETERS');
  return label === labels[kind];
}
