import type { AuditRecord } from '../../codec-server/audit.ts';
import type { Context } from '../../context.ts';
import { escapeDeep, escapeJson, escapeTerminal } from '../../output/escape.ts';
import { auditLine, eventLine, type ServerEvent } from '../../views/codec-server.ts';

export interface AuditLog {
  readonly record: (record: AuditRecord) => void;
  readonly event: (event: ServerEvent) => void;
  readonly flush: () => Promise<void>;
}

/** Lines that wait for a reader who is slower than the requests; beyond that the server waits for nobody. */
const mostBytes = 16 * 1024 * 1024;

/** The log of a server is its product: one line an event on stdout, written together once a turn of the event loop. */
export function auditLog({ stdout, redactor }: Context, output: string): AuditLog {
  let lines = '';
  let lost: { readonly time: string; readonly count: number } | null = null;
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    // Requests of the same turn go out in one write.
    await new Promise((resolve) => setImmediate(resolve));
    while (lines !== '') {
      const chunk = lines;
      lines = lost === null ? '' : `${eventText({ event: 'lines-lost', ...lost })}\n`;
      lost = null;
      // A reader that has gone does not stop the server.
      await stdout.write(chunk).catch(() => undefined);
    }
    writing = undefined;
  };
  const append = (line: string, time: string): void => {
    if (lines.length < mostBytes) lines += `${line}\n`;
    else lost = { time, count: (lost?.count ?? 0) + 1 };
    writing ??= write();
  };
  const isText = output === 'text';
  const eventText = (event: ServerEvent): string =>
    isText ? eventLine(escapeDeep(event, escapeTerminal)) : escapeJson(JSON.stringify(event));
  // Value by value: in a whole line, a name that a client makes up could begin what is masked up to the line's end.
  const clean = (record: AuditRecord): AuditRecord => {
    const { subject, namespace, keyIds } = record;
    return {
      ...record,
      ...(subject === undefined ? {} : { subject: redactor.redact(subject) }),
      ...(namespace === undefined ? {} : { namespace: redactor.redact(namespace) }),
      ...(keyIds === undefined ? {} : { keyIds: keyIds.map(redactor.redact) }),
    };
  };
  return {
    record: (raw) => {
      const record = clean(raw);
      append(isText ? auditLine(escapeDeep(record, escapeTerminal)) : escapeJson(JSON.stringify(record)), record.time);
    },
    event: (event) => append(eventText(escapeDeep(event, redactor.redact)), event.time),
    flush: async () => writing,
  };
}
