import type { Certificate, Inspection, PrivateKeySeen } from '../certificates/inspect.ts';
import { kindNames } from '../certificates/kind.ts';
import type { Served } from '../certificates/served.ts';
import type { Finding } from '../connectivity/finding.ts';
import { marks, type Style } from '../output/style.ts';
import type { View } from '../output/view.ts';

/** A file or a server, looked at. */
export type Inspected = Omit<Inspection, 'readBy'> & {
  readonly readBy?: Inspection['readBy'];
  readonly server?: Omit<Served, 'chain'>;
};

export const inspectionView: View<Inspected> = {
  text: (result, style) =>
    [
      style.bold(result.source),
      ...(result.server === undefined ? [] : serverLines(result.server)),
      ...result.manglings.map(({ what }) => `  ${style.yellow(marks.warn)} ${what}`),
      ...(result.readBy === undefined ? [] : [`  read as it is by: ${readers(result.readBy)}`]),
      ...result.items.flatMap((certificate, index) => certificateLines(certificate, index, result.items.length, style)),
      ...result.keys.flatMap((key) => keyLines(key, style)),
      ...result.others.map((what) => `  ${what}`),
      ...result.findings.flatMap((found) => findingLines(found, '  ', style)),
      ...result.warnings.map((warning) => `  ${style.yellow(marks.warn)} ${warning}`),
      verdict(result, style),
    ].join('\n'),
};

function serverLines({ protocol, cipher, alpn, clientCertificate }: Omit<Served, 'chain'>): string[] {
  const authorities = clientCertificate?.acceptedAuthorities ?? [];
  const asked =
    clientCertificate === null
      ? 'cannot be seen (TLS 1.3 only)'
      : !clientCertificate.requested
        ? 'not asked for'
        : authorities.length === 0
          ? 'asked for; accepted CAs are not disclosed'
          : `asked for, from ${authorities.join(' or ')}`;
  return [`  ${protocol}, ${cipher}, ALPN ${alpn ?? 'none'}`, `  client certificate: ${asked}`];
}

function readers(readBy: Inspection['readBy']): string {
  const names = Object.entries(readBy)
    .filter(([, reads]) => reads)
    .map(([sdk]) => sdk);
  return names.length === 0 ? 'no SDK' : names.join(', ');
}

export function certificateLines(certificate: Certificate, index: number, count: number, style: Style): string[] {
  const { subject, issuer, key, names, usages, isCa } = certificate;
  const title = count > 1 ? `certificate ${String(index + 1)} of ${String(count)}` : 'certificate';
  return [
    `  ${style.bold(title)}${isCa ? ' (CA)' : ''}`,
    ...rows([
      ['subject', subject],
      ['issuer', issuer === subject ? 'itself' : issuer],
      ['valid', `${day(certificate.notBefore)} to ${day(certificate.notAfter)}`],
      ['names', names.join(', ')],
      ['key', keyText(key)],
      ['usages', usages.join(', ')],
      ['serial', certificate.serial],
      ['SHA-256', certificate.fingerprint],
    ]),
    ...certificate.findings.flatMap((found) => findingLines(found, '    ', style)),
  ];
}

function keyLines({ kind, key, certificate, findings }: PrivateKeySeen, style: Style): string[] {
  return [
    `  ${style.bold(kindNames[kind].replace(/^an? /, ''))}: ${keyText(key)}`,
    ...(certificate === undefined ? [] : [`    belongs to ${certificate}`]),
    ...findings.flatMap((found) => findingLines(found, '    ', style)),
  ];
}

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  return pairs.filter(([, value]) => value !== '').map(([name, value]) => `    ${name.padEnd(9)}${value}`);
}

function keyText({ type, bits, curve }: Certificate['key']): string {
  return [type.toUpperCase(), curve, bits === undefined ? undefined : `${String(bits)} bits`].filter(Boolean).join(' ');
}

function findingLines({ code, severity, message, fix }: Finding, indent: string, style: Style): string[] {
  const [mark, paint] =
    severity === 'info'
      ? ([marks.info, style.dim] as const)
      : severity === 'warning'
        ? ([marks.warn, style.yellow] as const)
        : ([marks.fail, style.red] as const);
  return [
    `${indent}${paint(`${mark} ${code}`)} ${message}`,
    ...(severity === 'info'
      ? []
      : fix.map(({ text, command }) => `${indent}  ${text}${command === undefined ? '' : ` $ ${command}`}`)),
  ];
}

function verdict({ items, keys, findings }: Inspected, style: Style): string {
  const all = [...findings, ...items.flatMap((item) => item.findings), ...keys.flatMap((key) => key.findings)];
  const bad = all.filter(({ severity }) => severity === 'error' || severity === 'critical').length;
  const odd = all.filter(({ severity }) => severity === 'warning').length;
  if (bad > 0) return style.red(`${marks.fail} ${String(bad)} wrong${odd > 0 ? `, ${String(odd)} to look at` : ''}`);
  return odd > 0 ? style.yellow(`${marks.warn} ${String(odd)} to look at`) : style.green(`${marks.pass} nothing wrong`);
}

function day(date: string): string {
  return date.slice(0, 10);
}
