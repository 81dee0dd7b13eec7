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
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    // Requests of the same turn go out in one write.
    await new Promise((resolve) => setImmediate(resolve));
    while (lines !== '') {
      const chunk = redactor.redact(lines);
      lines = '';
      // A reader that has gone does not stop the server.
      await stdout.write(chunk).catch(() => undefined);
    }
    writing = undefined;
  };
  const append = (line: string): void => {
    if (lines.length < mostBytes) lines += `${line}\n`;
    writing ??= write();
  };
  const isText = output === 'text';
  return {
    record: (record) =>
      append(isText ? auditLine(escapeDeep(record, escapeTerminal)) : escapeJson(JSON.stringify(record))),
    event: (event) => append(isText ? eventLine(escapeDeep(event, escapeTerminal)) : escapeJson(JSON.stringify(event))),
    flush: async () => writing,
  };
}
