const attributes: Readonly<Record<string, string>> = {
  '550403': 'CN',
  '55040a': 'O',
  '55040b': 'OU',
  '550406': 'C',
  '550408': 'ST',
  '550407': 'L',
  '550405': 'serialNumber',
};

/** A DER name (RFC 5280 4.1.2.4) as `CN=x, O=y`; what cannot be read is left out. */
export function distinguishedName(der: Uint8Array): string {
  const parts = elements(contentOf(der)).flatMap((set) => {
    const [type, value] = elements(elements(set.content)[0]?.content ?? new Uint8Array());
    const label = attributes[Buffer.from(type?.content ?? []).toString('hex')];
    return label === undefined || value === undefined
      ? []
      : [`${label}=${Buffer.from(value.content).toString('utf8')}`];
  });
  return parts.length === 0 ? '(no name)' : parts.reverse().join(', ');
}

interface Element {
  readonly content: Uint8Array;
}

function contentOf(der: Uint8Array): Uint8Array {
  return elements(der)[0]?.content ?? new Uint8Array();
}

/** The elements side by side in `bytes`; names are short, so lengths have at most two bytes. */
function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const first = bytes[at + 1] ?? 0;
    const extra = first < 0x80 ? 0 : first & 0x7f;
    if (extra > 2) break;
    const length =
      extra === 0 ? first : extra === 1 ? (bytes[at + 2] ?? 0) : (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    const start = at + 2 + extra;
    if (start + length > bytes.length) break;
    found.push({ content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}
