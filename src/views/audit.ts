import { escapeCsv, escapeJson } from '../output/escape.ts';
import { marks, type Style } from '../output/style.ts';
import { wrapLine } from '../output/wrap.ts';
import type { View } from '../output/view.ts';
import type { Audit, AuditRow } from '../payload/audit/audit.ts';
import { auditCodes, needsOf, type AuditFinding } from '../payload/audit/codes.ts';
import { shortened } from '../payload/model/key-id.ts';
import { sarifOf } from './audit-sarif.ts';

interface Audited extends Audit {
  readonly policyOnly: boolean;
  /** The one document, where paths name none. */
  readonly source: string;
  /** Of nexusctl. */
  readonly version: string;
}

/** Findings of one code that are listed one by one. */
const listed = 10;

export const auditView: View<Audited> = {
  text: (audit, style) => {
    if (audit.policyOnly) return policyText(audit);
    const lines = [
      ...rowsText(audit.rows, style),
      ...usesText(audit, style),
      ...findingsText(audit.findings, style),
      ...audit.needs.map((id) => needsText(id, audit.findings)),
      '',
      `${count(audit.summary.payloads)}, ${String(audit.summary.encrypted)} encrypted, ${count(audit.summary.errors, 'error')}, ${count(audit.summary.warnings, 'warning')}`,
      wrapLine(
        'Encrypted is not authentic: most formats bind neither the position of a payload nor its namespace.',
        style.width,
      ),
    ];
    return lines.join('\n');
  },
  json: ({ policyOnly, rows, keys, findings, needs, summary, iamPolicy, warnings }) =>
    policyOnly
      ? { schemaVersion: 1, iamPolicy: iamPolicy ?? null, warnings }
      : {
          schemaVersion: 1,
          rows,
          keys,
          findings,
          needs,
          summary,
          ...(iamPolicy === undefined ? {} : { iamPolicy }),
          warnings,
        },
  raw: {
    csv: ({ rows }) =>
      [
        [
          'endpoint',
          'service',
          'operation',
          'payloads',
          'encrypted',
          'plain',
          'stored',
          'families',
          'keys',
          'largest_bytes',
        ],
        ...rows.map((row) => [
          row.endpoint ?? '',
          row.service ?? '',
          row.operation ?? '',
          String(row.payloads),
          String(row.encrypted),
          String(row.plain),
          String(row.stored),
          row.families.join('; '),
          row.keys.join('; '),
          String(row.largest),
        ]),
      ]
        .map((cells) => cells.map(escapeCsv).join(','))
        .join('\r\n'),
    sarif: (audit) => escapeJson(JSON.stringify(sarifOf(audit), null, 2)),
  },
};

function policyText({ iamPolicy }: Audited): string {
  return iamPolicy === undefined
    ? 'the keyring has no KMS key with an ARN: there is no policy to print'
    : JSON.stringify(iamPolicy, null, 2);
}

function rowsText(rows: readonly AuditRow[], style: Style): string[] {
  return rows.flatMap((row) => {
    const name =
      row.endpoint === undefined
        ? '(workflow)'
        : [row.endpoint, row.service, row.operation].filter((part) => part !== undefined).join(' / ');
    const mark =
      row.plain === 0 ? style.green(marks.pass) : row.encrypted === 0 ? marks.info : style.yellow(marks.warn);
    const stored = row.stored === 0 ? '' : `, ${String(row.stored)} stored`;
    const how = row.families.length === 0 ? '' : `  ${row.families.join(', ')}`;
    const keys = row.keys.length === 0 ? '' : `  keys ${row.keys.map(shortened).join(', ')}`;
    return [
      `${mark} ${style.bold(name)}`,
      wrapLine(
        `    ${count(row.payloads)}, ${String(row.encrypted)} encrypted, ${String(row.plain)} plain${stored}, largest ${String(row.largest)} bytes${how}${keys}`,
        style.width,
      ),
    ];
  });
}

function usesText({ keys }: Audit, style: Style): string[] {
  return keys
    .filter(({ nonceLimit }) => nonceLimit !== undefined)
    .map(({ key, payloads }) => {
      const share = ((payloads / 2 ** 32) * 100).toPrecision(2);
      return wrapLine(
        `  key ${shortened(key)}: ${count(payloads)} here, ${share}% of the 2^32 that random nonces allow in its whole life`,
        style.width,
      );
    });
}

function findingsText(findings: readonly AuditFinding[], style: Style): string[] {
  const lines: string[] = [];
  for (const [code, severity] of Object.entries(auditCodes)) {
    const own = findings.filter((finding) => finding.code === code);
    const mark = severity === 'error' ? style.red(marks.fail) : style.yellow(marks.warn);
    for (const { path, message } of own.slice(0, listed))
      lines.push(wrapLine(`${mark} ${code}  ${path}: ${message}`, style.width));
    if (own.length > listed) lines.push(`  … and ${String(own.length - listed)} more ${code}`);
  }
  return lines.length === 0 ? [] : ['', ...lines];
}

function needsText(id: string, findings: readonly AuditFinding[]): string {
  const { sure, unsure } = needsOf(id, findings);
  const unread = findings.filter(({ code }) => code === 'MALFORMED').length;
  const rest = unread === 0 ? '' : `; ${count(unread)} here cannot be read`;
  if (sure > 0)
    return `${count(sure)} here still ${sure === 1 ? 'needs' : 'need'} the key '${id}': it cannot be retired${rest}`;
  if (unsure > 0)
    return `${count(unsure)} here may need the key '${id}' and do not say so: --try-keys asks the keys of the keyring${rest}`;
  return `nothing ${unread === 0 ? 'here' : 'that can be read here'} needs the key '${id}'${rest}`;
}

function count(of: number, what = 'payload'): string {
  return `${String(of)} ${what}${of === 1 ? '' : 's'}`;
}
