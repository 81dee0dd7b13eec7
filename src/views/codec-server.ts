import { marks, type Style } from '../output/style.ts';
import type { View } from '../output/view.ts';
import type { AuditRecord } from '../codec-server/audit.ts';
import type { Check, CodecReport } from '../codec-server/doctor/report.ts';

/** What a codec server says of itself when it listens. */
export interface Started {
  readonly event: 'listening';
  readonly url: string;
  /** To paste into the Web UI and into --codec-endpoint; with the path secret, when there is one. */
  readonly endpoint: string;
  /** When the path secret is kept elsewhere: it is not shown, and `endpoint` is masked. */
  readonly shell?: {
    /** A word of a POSIX shell that becomes the endpoint. */
    readonly endpoint: string;
    /** What the variable in it stands for, when it is not the user's own. */
    readonly where?: string;
  };
  readonly authentication: 'none' | 'token' | 'jwt' | 'token, jwt';
  readonly tls: boolean;
  readonly encode: boolean;
  readonly origins: readonly string[];
  readonly keys: readonly string[];
  readonly metrics?: string;
  readonly warnings: readonly string[];
}

export const startedView: View<Started> = {
  text: ({ endpoint, shell, authentication, encode, origins, keys, metrics, warnings }, style) => {
    const word = shell?.endpoint ?? `'${endpoint}'`;
    return [
      `${marks.pass} codec server at ${style.bold(shell?.endpoint ?? endpoint)}`,
      ...(shell?.where === undefined ? [] : [`  ${shell.where}`]),
      `  keys            ${keys.length === 0 ? 'none: nothing is decoded; give --keyring FILE or --key ID=REF' : keys.join(', ')}`,
      `  authentication  ${authentication === 'none' ? 'none; whoever knows the address above may ask' : authentication}`,
      `  encode          ${encode ? 'on' : 'off'}`,
      `  Web UI          ${origins.length === 0 ? 'no origin is let in (--origin)' : origins.join(', ')}`,
      ...(metrics === undefined ? [] : [`  metrics         ${metrics}`]),
      '',
      `  temporal workflow show --codec-endpoint ${word} -n NAMESPACE -w ID`,
      `  nexusctl codec-server test ${word}`,
      ...(shell === undefined ? [] : [`  echo ${word}  # for the Web UI`]),
      ...warnings.map((warning) => style.yellow(`${marks.warn} ${warning}`)),
      '  Ctrl-C ends it.',
    ].join('\n');
  },
};

/** Something that happened to the server itself. */
export type ServerEvent =
  | { readonly time: string; readonly event: 'reloaded'; readonly keys: readonly string[] }
  /** Whoever reads the log was too slow for that many lines before this one. */
  | { readonly time: string; readonly event: 'lines-lost'; readonly count: number }
  | {
      readonly time: string;
      readonly event: 'reload-failed' | 'key-set-failed';
      readonly error: string;
      readonly message: string;
    };

export function eventLine(event: ServerEvent): string {
  switch (event.event) {
    case 'reloaded':
      return `${event.time} reloaded keys=${event.keys.join(',')}`;
    case 'lines-lost':
      return `${event.time} lines-lost count=${String(event.count)}`;
    case 'reload-failed':
    case 'key-set-failed':
      return `${event.time} ${event.event} ${event.error}: ${event.message}`;
  }
}

/** One audit line for people; strings come escaped. */
export function auditLine(record: AuditRecord): string {
  const { time, outcome, status, subject, namespace, operation, count, unchanged, keyIds, origin, remote, durationMs } =
    record;
  return [
    time,
    outcome,
    String(status),
    operation ?? '-',
    `subject=${subject === undefined ? '-' : asField(subject)}`,
    `namespace=${namespace === undefined ? '-' : asField(namespace)}`,
    ...(count === undefined ? [] : [`payloads=${String(count)}`]),
    ...(unchanged === undefined || unchanged === 0 ? [] : [`unchanged=${String(unchanged)}`]),
    ...(keyIds === undefined || keyIds.length === 0 ? [] : [`keys=${asField(keyIds.join(','))}`]),
    ...(origin === undefined ? [] : [`origin=${origin}`]),
    `from=${remote}`,
    `${durationMs.toFixed(0)}ms`,
    ...(record.error === undefined ? [] : [`error=${record.error}`]),
  ].join(' ');
}

/** Foreign text must not pass for other fields of its line. */
function asField(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

export const codecReportView: View<CodecReport> = {
  text: (report, style) => {
    const { url, origin, namespace, checks, primary, ok } = report;
    return [
      `${style.bold(url)} as the Web UI at ${origin} and the CLI use it, namespace ${namespace}`,
      '',
      ...checks.flatMap((check) => checkLines(check, style)),
      '',
      primary === null
        ? ok
          ? style.green(`${marks.pass} nothing stands in the way`)
          : style.yellow(`${marks.warn} it works, with warnings (--strict)`)
        : style.red(`${marks.fail} ${primary.summary}`),
      ...(primary?.fix === undefined ? [] : [`  fix: ${primary.fix}`]),
    ].join('\n');
  },
};

function checkLines({ title, status, message, seenAs, fix }: Check, style: Style): string[] {
  const paint = { pass: style.green, warn: style.yellow, fail: style.red, skip: style.dim }[status];
  const lines = [`${paint(marks[status])} ${title}: ${status === 'skip' ? style.dim(message) : message}`];
  if (seenAs?.webUi !== undefined) lines.push(style.dim(`    Web UI: ${seenAs.webUi}`));
  if (seenAs?.cli !== undefined) lines.push(style.dim(`    CLI: ${seenAs.cli}`));
  if (fix !== undefined) lines.push(`    fix: ${fix}`);
  return lines;
}
