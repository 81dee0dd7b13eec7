import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Sdk } from '../connectivity/sdk.ts';
import { kindOf, labels } from './kind.ts';

export type Wanted = 'certificate' | 'private-key';

/**
 * Which SDKs read these bytes as they are. The TypeScript client reads with OpenSSL, which is asked; core reads with
 * rustls-pki-types and Go with encoding/pem, whose line rules are followed here (connections.md 0.1 has what was
 * measured). Never throws.
 */
export function readersOf(bytes: Uint8Array, wanted: Wanted): Readonly<Record<Sdk, boolean>> {
  const text = Buffer.from(bytes).toString('latin1');
  return {
    'typescript-client': opensslReads(bytes, text, wanted),
    core: rustReads(text, wanted),
    go: goReads(text, wanted),
  };
}

const gluedBlocks = /-----END [^\n]*-----[ \t]*-----BEGIN /;

function opensslReads(bytes: Uint8Array, text: string, wanted: Wanted): boolean {
  if (!text.includes('-----BEGIN ') || gluedBlocks.test(text)) return false;
  try {
    if (wanted === 'private-key') return createPrivateKey(Buffer.from(bytes)).type === 'private';
    return new X509Certificate(bytes).raw.length > 0;
  } catch {
    return false;
  }
}

const wantedLabels: Readonly<Record<Wanted, RegExp>> = {
  certificate: /^CERTIFICATE$/,
  'private-key': /^(?:RSA |EC )?PRIVATE KEY$/,
};

/** Lines end at LF or CR, a block begins at the start of a line, and everything up to its END line is base64. */
function rustReads(text: string, wanted: Wanted): boolean {
  const lines = text.split(/[\r\n]/);
  let found = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const label = /^-----BEGIN (.*)-----\s*$/.exec(lines[at] ?? '')?.[1];
    if (label === undefined) continue;
    const end = lines.findIndex((line, index) => index > at && line.startsWith(`-----END ${label}-----`));
    if (end === -1) return false;
    if (!wantedLabels[wanted].test(label)) continue;
    const body = lines.slice(at + 1, end).join('');
    if (/[^A-Za-z0-9+/=\s]/.test(body)) return false;
    // The label says how a key is parsed, so another kind of key under it is none.
    if (labels[kindOf(Uint8Array.from(Buffer.from(body, 'base64')))] !== label) return false;
    found += 1;
    at = end;
  }
  return found > 0;
}

/** A block begins at the start of a line, and nothing but blanks follows its END line. */
function goReads(text: string, wanted: Wanted): boolean {
  const block = /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n([^-]*)\n?-----END \1-----[ \t\r]*(?=\n|$)/g;
  const labels = [...text.matchAll(block)].map((match) => match[1] ?? '');
  if (gluedBlocks.test(text)) return false;
  return labels.some((label) =>
    // Go takes any label that ends so, and then fails to parse what these two hold.
    wanted === 'certificate' ? label === 'CERTIFICATE' : /^(?!ENCRYPTED|OPENSSH)(?:.* )?PRIVATE KEY$/.test(label),
  );
}
