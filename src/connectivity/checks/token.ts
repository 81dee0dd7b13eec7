import { isStraySandboxKey } from '../../profile/sandbox-key.ts';
import type { AddressEvidence, Check, Material, Subject } from '../check.ts';
import { commandLine, finding, type Finding } from '../finding.ts';
import { unreadable } from '../material.ts';
import { because, placeOf } from '../place.ts';
import { tokenShape, type TokenClaims } from '../token.ts';

/** Has the API key the form of one, and does it say that it is still good? It is never verified and never shown. */
export const token: Check<'token'> = {
  id: 'token',
  title: 'the API key can be sent as it is, and has not expired',
  layer: 'local',
  needs: [],
  after: ['address'],
  run: ({ subject, evidence }) => {
    const { apiKey } = subject.material;
    if (apiKey.state === 'absent') return Promise.resolve({ notApplicable: 'no API key is configured' });
    if (subject.profile.auth?.value === 'mtls')
      return Promise.resolve({ notApplicable: 'the API key is not used, because --auth mtls says so' });
    if (apiKey.state === 'unreadable') return Promise.resolve({ findings: [unreadable(apiKey)], evidence: {} });
    const key = valueOf(apiKey);
    const shape = shapeFindings(key, apiKey);
    if (shape.length > 0) return Promise.resolve({ findings: shape, evidence: {} });
    const stray = strayFinding(key, apiKey, evidence('address'));
    if (stray !== undefined) return Promise.resolve({ findings: [stray], evidence: {} });
    return Promise.resolve({ findings: judge(key, apiKey, subject, evidence('address')), evidence: { apiKey: key } });
  },
};

type Read = Material & { readonly state: 'read' };

/** Files end with a newline, and whoever reads a key from a file takes it off; a variable is taken as it is. */
function valueOf({ bytes, setting }: Read): string {
  const text = Buffer.from(bytes).toString('utf8');
  return setting.value.kind === 'data' ? text : text.replace(/\r?\n$/, '');
}

/** What would make a header of it that is refused, dropped or wrong. */
function shapeFindings(key: string, material: Read): Finding[] {
  const { location } = placeOf(material.setting.origin);
  const add = (code: 'TOK001' | 'TOK002' | 'TOK003' | 'TOK004' | 'TOK005', what: string): Finding =>
    finding(code, `the API key${because(material.setting)} ${what}`, {
      evidence: { length: key.length },
      ...storing(code, material),
      ...(location === undefined ? {} : { location }),
    });
  if (key.trim() === '') return [add('TOK001', key === '' ? 'is empty' : 'holds nothing but blanks')];
  if (looksLikePath(key) && material.setting.value.kind === 'data')
    return [
      finding('CFG016', `the API key${because(material.setting)} is a path; the key itself is expected`, {
        fix: [{ text: 'Put the key there, or name the file with --api-key-file.' }],
        ...(location === undefined ? {} : { location }),
      }),
    ];
  const found: Finding[] = [];
  if (/[\r\n]$|^[\r\n]/.test(key)) found.push(add('TOK002', 'begins or ends with a line break'));
  const line = key.replace(/^[\r\n]+|[\r\n]+$/g, '');
  if (/^[ \t]|[ \t]$/.test(line)) found.push(add('TOK004', 'has blanks around it'));
  const trimmed = line.trim();
  if (/^(["'`\u2018-\u201d]).*["'`\u2018-\u201d]$/s.test(trimmed)) found.push(add('TOK004', 'is in quotes'));
  const bare = trimmed.replace(/^["'`\u2018-\u201d]+|["'`\u2018-\u201d]+$/g, '').trim();
  if (/^bearer\b/i.test(bare)) found.push(add('TOK003', 'begins with `Bearer`, a word that the SDKs add themselves'));
  const rest = bare.replace(/^bearer\s*:?\s*/i, '');
  if (
    /\*{3}|\u2022|\u2026|\.{3}|^x{8,}$|^<.*>$|\$\{|\{\{|^[{[]|^your[-_ ]|^(?:null|undefined|none|nil|changeme|todo|placeholder)$/i.test(
      rest,
    )
  )
    found.push(add('TOK005', 'is a masked, shortened or template value, not a key'));
  else if (/[^\x00-\x7f]/.test(rest)) found.push(add('TOK005', 'has characters that are not ASCII'));
  else if (/[\x00-\x20\x7f]/.test(rest))
    found.push(add('TOK002', 'has blanks, line breaks or control characters in it'));
  return found;
}

/** Without the key among the evidence no later check sends it. */
function strayFinding(key: string, material: Read, address: AddressEvidence | undefined): Finding | undefined {
  if (address === undefined || !isStraySandboxKey(key, address.host)) return undefined;
  const what = `is one of a rehearsal account (nexusctl sandbox); it is not sent to ${address.host}`;
  return finding('TOK011', `the API key${because(material.setting)} ${what}`, { severity: 'error' });
}

function storing(code: string, { setting }: Read): { readonly fix?: Finding['fix'] } {
  if (code !== 'TOK002' || setting.origin.kind !== 'environment') return {};
  const name = { NAME: setting.origin.name };
  return {
    fix: [
      {
        text: 'Take the line break off.',
        command: `${commandLine('export', [name, '='])}"$(${commandLine('printf', '%s')} "$${setting.origin.name}" | ${commandLine('tr', '-d')} '\\r\\n')"`,
      },
    ],
  };
}

function looksLikePath(key: string): boolean {
  return /^(?:~|\.{1,2})?\/[^\s]*$|^[A-Za-z]:\\|^(?:file|env|exec|s3|secretsmanager):/.test(key) && key.length < 512;
}

function judge(key: string, material: Read, subject: Subject, address: AddressEvidence | undefined): Finding[] {
  const shape = tokenShape(key);
  const origin = because(material.setting);
  const evidence = { length: key.length };
  switch (shape.kind) {
    case 'opaque':
      return [
        finding('TOK006', `the API key${origin} is not a JWT, so nothing can be said about its end`, { evidence }),
      ];
    case 'broken':
      return [
        finding('TOK006', `the API key${origin} begins like a JWT and is none: it was probably cut`, {
          severity: 'warning',
          evidence,
        }),
      ];
    case 'jwt':
      return [...validity(shape.claims, origin, subject), ...otherKind(shape.claims, origin, address)];
  }
}

const dayMs = 86_400_000;

function validity(
  { expires, notBefore, issuedAt }: TokenClaims,
  origin: string,
  { now, keyExpiryMs }: Subject,
): Finding[] {
  const evidence = {
    ...(expires === undefined
      ? {}
      : { notAfter: expires.toISOString(), days: Math.floor((expires.getTime() - now.getTime()) / dayMs) }),
    ...(notBefore === undefined ? {} : { notBefore: notBefore.toISOString() }),
  };
  const left = expires === undefined ? Infinity : expires.getTime() - now.getTime();
  if (expires !== undefined && left <= 0)
    return [finding('TOK007', `the API key${origin} expired on ${expires.toISOString()}`, { evidence })];
  const begins = [notBefore, issuedAt].find((date) => date !== undefined && date.getTime() > now.getTime() + 60_000);
  if (begins !== undefined)
    return [
      finding('TOK008', `the API key${origin} is valid from ${begins.toISOString()}, which is in the future here`, {
        evidence,
        causes: [{ text: 'the clock of this machine is slow', likelihood: 'high' }],
      }),
    ];
  if (left >= keyExpiryMs || expires === undefined) return [];
  const days = Math.floor(left / dayMs);
  const when = days === 0 ? 'within a day' : `in ${String(days)} ${days === 1 ? 'day' : 'days'}`;
  return [finding('TOK009', `the API key${origin} expires ${when}, on ${expires.toISOString()}`, { evidence })];
}

/** Claims of Cloud keys are not documented, so this only ever warns. */
function otherKind({ issuer, account }: TokenClaims, origin: string, address: AddressEvidence | undefined): Finding[] {
  if (address === undefined) return [];
  const fromCloud = issuer !== undefined && /(?:^|[./@])(?:temporal\.io|tmprl\.cloud)(?:$|[/:])/i.test(issuer);
  if (fromCloud && !address.cloud)
    return [finding('TOK011', `the API key${origin} is one of Temporal Cloud, and ${address.host} is not`, {})];
  const inAddress = /^[^.]+\.([^.]+)\.tmprl\.cloud\.?$/i.exec(address.serverName)?.[1]?.toLowerCase();
  if (account === undefined || inAddress === undefined || inAddress === 'region' || inAddress === account.toLowerCase())
    return [];
  return [
    finding(
      'TOK011',
      `the API key${origin} is of account ${account.slice(0, 64)}, the address of account ${inAddress}`,
      {
        evidence: { account: account.slice(0, 64) },
      },
    ),
  ];
}
