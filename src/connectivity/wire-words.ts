/** The beginning of what a stranger sent, printable, for a message: at most 64 characters. */
export function banner(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\r\n]+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '.')
    .trim()
    .slice(0, 64);
}

/** Protocols that are recognised by their first bytes. */
export function protocolOf(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('latin1');
  if (text.startsWith('SSH-')) return 'SSH';
  if (/^HTTP\/\d/.test(text)) return 'HTTP/1';
  if (/^220[ -].*(?:SMTP|mail)/i.test(text)) return 'SMTP';
  if (/^220[ -]/.test(text)) return 'FTP or SMTP';
  if (text.startsWith('+OK')) return 'POP3';
  if (text.startsWith('* OK')) return 'IMAP';
  if (/^-ERR|^-DENIED/.test(text)) return 'Redis';
  if (/^RFB \d/.test(text)) return 'VNC';
  if (/^.\0\0\0\x0a[\d.]+/s.test(text) || /^.\0\0[\0\x01]\xff/s.test(text)) return 'MySQL';
  if (/^[\x14-\x18]\x03[\0-\x04]/.test(text)) return 'TLS';
  if (isHttp2(bytes)) return 'HTTP/2';
  return null;
}

/** The head of a SETTINGS frame on stream 0, which every HTTP/2 server sends first, or of GOAWAY (RFC 9113, 6.5, 6.8). */
export function isHttp2(bytes: Uint8Array): boolean {
  if (bytes.length < 9) return false;
  const frame = Buffer.from(bytes);
  const length = frame.readUIntBE(0, 3);
  if (frame.readUInt32BE(5) !== 0 || length > 1024) return false;
  const isAcknowledgement = (frame.readUInt8(4) & 1) === 1;
  switch (frame.readUInt8(3)) {
    case 4:
      return !isAcknowledgement && length % 6 === 0;
    case 7:
      return length >= 8;
    default:
      return false;
  }
}

/** Bytes in clear from a server that understands neither HTTP/2 nor TLS. */
export function isForeign(bytes: Uint8Array): boolean {
  return !isHttp2(bytes) && protocolOf(bytes) !== 'TLS';
}

/** An HTTP/1 answer of a DNS or web filter, or of a captive portal (RFC 6585, 6). */
export function isBlockPage(answer: string): boolean {
  return /^HTTP\/1\.\d 511\b|captive[ -]?portal|hotspot|web ?filter|content ?filter|dns ?filter|(?:site|page|domain|access|request|category)[^<]{0,40}\bblocked\b|<title>[^<]*\bblocked\b|\bblocked by\b/i.test(
    answer,
  );
}

/** A remote text for evidence: at most 256 characters, control characters visible. */
export function excerpt(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, 256);
}
