import type { Mangling } from '../../src/certificates/mangling.ts';

export interface Mangler {
  readonly name: string;
  /** What classify must say of it; `[]` when every SDK reads it all the same. */
  readonly expected: readonly Mangling[];
  readonly mangle: (pem: string) => string | Uint8Array;
}

const body = (pem: string): string => pem.replace(/-----[^-]+-----/g, '').trim();
const derOfFirst = (pem: string): Buffer => Buffer.from(body(pem), 'base64');

/** What was seen in environments, secret stores, editors and clipboards, each on a file of one block. */
export const manglers: readonly Mangler[] = [
  { name: 'nothing', expected: [], mangle: (pem) => pem },
  { name: 'CRLF', expected: [], mangle: (pem) => pem.replaceAll('\n', '\r\n') },
  { name: 'no newline at the end', expected: [], mangle: (pem) => pem.trimEnd() },
  {
    name: 'text before',
    expected: [],
    mangle: (pem) => `Bag Attributes\n    localKeyID: 01\nsubject=CN = x\n\n${pem}`,
  },
  { name: 'text after', expected: [], mangle: (pem) => `${pem}\nthat was it\n` },
  { name: 'blanks at line ends', expected: [], mangle: (pem) => pem.replaceAll('\n', ' \n') },
  { name: 'one long line', expected: [], mangle: (pem) => pem.replace(body(pem), body(pem).replaceAll('\n', '')) },
  {
    name: 'lines of 76',
    expected: [],
    mangle: (pem) => pem.replace(body(pem), body(pem).replaceAll('\n', '').replace(/.{76}/g, '$&\n')),
  },
  { name: 'DER', expected: ['der'], mangle: derOfFirst },
  {
    name: 'DER and a newline',
    expected: ['der'],
    mangle: (pem) => Buffer.concat([derOfFirst(pem), Buffer.from('\n')]),
  },
  { name: 'base64 of the PEM', expected: ['base64'], mangle: (pem) => Buffer.from(pem).toString('base64') },
  {
    name: 'base64 in lines',
    expected: ['base64'],
    mangle: (pem) => `${Buffer.from(pem).toString('base64').replace(/.{76}/g, '$&\n')}\n`,
  },
  { name: 'base64url of the PEM', expected: ['base64'], mangle: (pem) => Buffer.from(pem).toString('base64url') },
  {
    name: 'base64 twice',
    expected: ['base64'],
    mangle: (pem) => Buffer.from(Buffer.from(pem).toString('base64')).toString('base64'),
  },
  { name: 'hex of the PEM', expected: ['hex'], mangle: (pem) => Buffer.from(pem).toString('hex') },
  { name: 'hex of the DER', expected: ['hex', 'der'], mangle: (pem) => derOfFirst(pem).toString('hex') },
  { name: 'backslash n', expected: ['escaped-newlines'], mangle: (pem) => pem.replaceAll('\n', '\\n') },
  { name: 'backslash r n', expected: ['escaped-newlines'], mangle: (pem) => pem.replaceAll('\n', '\\r\\n') },
  { name: 'two backslashes n', expected: ['escaped-newlines'], mangle: (pem) => pem.replaceAll('\n', '\\\\n') },
  { name: 'JSON string', expected: ['quoted', 'escaped-newlines'], mangle: (pem) => JSON.stringify(pem) },
  {
    name: 'JSON object',
    expected: ['escaped-newlines', 'stray-characters'],
    mangle: (pem) => JSON.stringify({ data: { certificate: pem } }),
  },
  { name: 'double quotes', expected: ['quoted'], mangle: (pem) => `"${pem}"` },
  { name: 'single quotes', expected: ['quoted'], mangle: (pem) => `'${pem.trimEnd()}'\n` },
  { name: 'typographic quotes', expected: ['quoted'], mangle: (pem) => `\u201c${pem}\u201d` },
  { name: 'an opening quote', expected: ['quoted'], mangle: (pem) => `"${pem}` },
  {
    name: 'a line of .env',
    expected: ['assignment', 'quoted', 'escaped-newlines'],
    mangle: (pem) => `TLS_CERT="${pem.replaceAll('\n', '\\n')}"\n`,
  },
  { name: 'export NAME=', expected: ['assignment', 'quoted'], mangle: (pem) => `export TLS_CERT='${pem}'` },
  { name: 'newlines to blanks', expected: ['spaces'], mangle: (pem) => pem.replaceAll('\n', ' ') },
  { name: 'newlines to nothing', expected: ['no-newlines'], mangle: (pem) => pem.replaceAll('\n', '') },
  { name: 'carriage returns alone', expected: ['old-newlines'], mangle: (pem) => pem.replaceAll('\n', '\r') },
  { name: 'indented by YAML', expected: ['indented'], mangle: (pem) => pem.replace(/^(?=.)/gm, '    ') },
  { name: 'indented by tabs', expected: ['indented'], mangle: (pem) => pem.replace(/^(?=.)/gm, '\t') },
  { name: 'YAML block', expected: ['indented'], mangle: (pem) => `cert: |\n${pem.replace(/^(?=.)/gm, '  ')}` },
  { name: 'quoted mail', expected: ['stray-characters'], mangle: (pem) => pem.replace(/^(?=.)/gm, '> ') },
  {
    name: 'line continuations',
    expected: ['stray-characters'],
    mangle: (pem) => pem.replace(/([A-Za-z0-9+/=])\n/g, '$1\\\n'),
  },
  { name: 'blank lines', expected: ['blank-lines'], mangle: (pem) => pem.replaceAll('\n', '\n\n') },
  { name: 'UTF-8 byte order mark', expected: ['byte-order-mark'], mangle: (pem) => `\ufeff${pem}` },
  { name: 'UTF-16 LE', expected: ['utf-16'], mangle: (pem) => Buffer.from(`\ufeff${pem}`, 'utf16le') },
  { name: 'UTF-16 BE', expected: ['utf-16'], mangle: (pem) => Buffer.from(`\ufeff${pem}`, 'utf16le').swap16() },
  { name: 'UTF-16 without mark', expected: ['utf-16'], mangle: (pem) => Buffer.from(pem, 'utf16le') },
  { name: 'percent encoding', expected: ['url-encoded'], mangle: (pem) => encodeURIComponent(pem) },
  { name: 'percent encoding of newlines', expected: ['url-encoded'], mangle: (pem) => pem.replaceAll('\n', '%0A') },
  { name: 'HTML line breaks', expected: ['markup'], mangle: (pem) => pem.replaceAll('\n', '<br/>\n') },
  { name: 'HTML entities', expected: ['markup'], mangle: (pem) => pem.replaceAll('\n', '&#10;') },
  { name: 'em dashes', expected: ['typographic-dashes'], mangle: (pem) => pem.replaceAll('-----', '\u2014\u2014-') },
  { name: 'four dashes', expected: ['bad-dashes'], mangle: (pem) => pem.replaceAll('-----', '----') },
  {
    name: 'lower case',
    expected: ['bad-dashes'],
    mangle: (pem) => pem.replace(/-----BEGIN [^-]+-----/, (line) => line.toLowerCase()),
  },
  { name: 'no BEGIN line', expected: ['no-header'], mangle: (pem) => pem.replace(/-----BEGIN[^-]+-----\n/, '') },
  { name: 'no END line', expected: ['no-footer'], mangle: (pem) => pem.replace(/-----END[^-]+-----\n/, '') },
  {
    name: 'half an END line',
    expected: ['no-footer'],
    mangle: (pem) => pem.replace(/-----END[^-]+-----\n/, '-----EN'),
  },
  { name: 'neither', expected: ['no-header'], mangle: body },
  {
    name: 'base64url content',
    expected: ['foreign-base64'],
    mangle: (pem) => pem.replace(body(pem), body(pem).replaceAll('+', '-').replaceAll('/', '_')),
  },
  {
    name: 'another label',
    expected: ['wrong-label'],
    mangle: (pem) => pem.replace(/(BEGIN|END) [A-Z ]+/g, '$1 PUBLIC KEY'),
  },
];
