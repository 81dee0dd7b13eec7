/** What environments, secret stores and copying do to PEM, each with the words for it and what would have kept it whole. */
export const manglings = {
  der: { what: 'it is DER, not PEM', instead: 'convert it to PEM' },
  pkcs7: { what: 'its certificates are packed in PKCS#7', instead: 'unpack them' },
  'utf-16': { what: 'it is written in UTF-16', instead: 'write it as UTF-8 (PowerShell: -Encoding ascii)' },
  'byte-order-mark': { what: 'it begins with a byte order mark', instead: 'save it without one' },
  assignment: { what: 'the name of a variable stands before it', instead: 'store only the value' },
  quoted: { what: 'it is in quotes', instead: 'store it without them' },
  'escaped-newlines': { what: 'its line breaks are written as \\n', instead: "write them out with printf '%b'" },
  'url-encoded': { what: 'it is percent-encoded', instead: 'decode it' },
  markup: { what: 'its line breaks are HTML', instead: 'store plain text' },
  base64: { what: 'the whole text is encoded in base64', instead: 'decode it with base64 -d' },
  hex: { what: 'it is written in hexadecimal', instead: 'decode it with xxd -r -p' },
  spaces: { what: 'its line breaks became spaces', instead: 'keep the line breaks: quote the variable' },
  'no-newlines': { what: 'its line breaks are gone', instead: 'keep the line breaks: quote the variable' },
  'old-newlines': { what: 'its lines end with carriage returns alone', instead: 'write line feeds' },
  indented: { what: 'its lines are indented', instead: 'store it without leading blanks' },
  'stray-characters': {
    what: 'characters that do not belong there stand in its lines',
    instead: 'store the lines alone',
  },
  'blank-lines': { what: 'blank lines stand inside a block', instead: 'remove them' },
  'typographic-dashes': { what: 'its dashes are typographic ones', instead: 'write plain hyphens' },
  'bad-dashes': { what: 'its BEGIN or END lines are not spelled as PEM wants', instead: 'write -----BEGIN …-----' },
  'no-header': { what: 'its BEGIN line is missing', instead: 'copy the whole text' },
  'no-footer': { what: 'its END line is missing', instead: 'copy the whole text' },
  'wrong-label': { what: 'its BEGIN line names another kind of content', instead: 'write the right label' },
  glued: { what: 'two blocks are glued on one line', instead: 'put a line break between files that are joined' },
  'foreign-base64': { what: 'its base64 is of another alphabet', instead: 'write standard base64' },
} as const satisfies Record<string, { readonly what: string; readonly instead: string }>;

export type Mangling = keyof typeof manglings;

/** The manglings in one sentence part: `it is in quotes, and its line breaks are written as \n`. */
export function describeManglings(found: readonly Mangling[]): string {
  return found.map((mangling) => manglings[mangling].what).join(', and ');
}
