import { expect, it } from 'vitest';
import { auditLog } from '../../../src/commands/codec-server/audit-log.ts';
import type { Context } from '../../../src/context.ts';
import { createRedactor } from '../../../src/redact.ts';

const record = {
  time: '2026-01-01T00:00:00.000Z',
  event: 'request',
  outcome: 'denied',
  status: 403,
  remote: '127.0.0.1',
  durationMs: 1,
  subject: 'ops',
} as const;

function logged(format: string, write: (chunk: string) => Promise<void>) {
  const redactor = createRedactor();
  redactor.add('0123456789abcdef0123456789abcdef');
  return auditLog({ stdout: { write }, redactor } as unknown as Context, format);
}

// Each begins what would be masked up to a quote, the end of the line, or the end of all lines written together.
const hostile = [
  'authorization:',
  "password='",
  "password='''",
  'api_key = """',
  '-----BEGIN PRIVATE KEY-----',
  'bearer aaaaaaaa',
  'x","outcome":"ok',
  'a\nb',
  '0123456789abcdef0123456789abcdef',
];

it.each(['jsonl', 'text'])('no name that a client sends hides what stands beside it, in %s', async (format) => {
  let text = '';
  const log = logged(format, (chunk) => {
    text += chunk;
    return Promise.resolve();
  });
  for (const name of hostile) {
    log.record({ ...record, namespace: name });
    log.record({ ...record, subject: name, namespace: 'prod', keyIds: [name] });
    log.event({ time: record.time, event: 'reload-failed', error: 'X', message: name });
  }
  await log.flush();
  const lines = text.split('\n').slice(0, -1);
  expect(lines).toHaveLength(hostile.length * 3);
  for (const [index, line] of lines.entries()) {
    expect(line).not.toContain('0123456789abcdef');
    if (format === 'text') expect(line).toContain(index % 3 === 2 ? ' X: ' : ' from=127.0.0.1 ');
    else if (index % 3 === 2) expect(JSON.parse(line)).toMatchObject({ event: 'reload-failed', error: 'X' });
    else expect(JSON.parse(line)).toMatchObject({ outcome: 'denied', status: 403, remote: '127.0.0.1' });
  }
});

it('says how many lines a reader that is too slow has missed', async () => {
  let text = '';
  let read = (): void => undefined;
  const log = logged('jsonl', async (chunk) => {
    await new Promise<void>((resolve) => (read = resolve));
    text += chunk;
  });
  log.record({ ...record, namespace: 'first' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const large = 'n'.repeat(1024 * 1024);
  for (let index = 0; index < 20; index += 1) log.record({ ...record, namespace: large });
  read();
  await new Promise((resolve) => setTimeout(resolve, 20));
  log.record({ ...record, namespace: 'last' });
  const done = log.flush();
  const reading = setInterval(() => read(), 1);
  await done;
  clearInterval(reading);
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { event: string; count?: number; namespace?: string });
  const lost = lines.filter(({ event }) => event === 'lines-lost').reduce((sum, { count = 0 }) => sum + count, 0);
  expect(lost).toBeGreaterThan(0);
  expect(lost + lines.filter(({ event }) => event === 'request').length).toBe(22);
  expect(lines.at(-1)?.namespace).toBe('last');
});
