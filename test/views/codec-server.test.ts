import { expect, it } from 'vitest';
import { auditLine } from '../../src/views/codec-server.ts';

const record = {
  time: 'T',
  event: 'request',
  outcome: 'denied',
  status: 403,
  remote: '127.0.0.1',
  durationMs: 1,
} as const;

it.each([
  ['orders-prod.a1b2c', 'namespace=orders-prod.a1b2c '],
  ['prod subject=root payloads=9', 'namespace="prod subject=root payloads=9" '],
  ['a"b', 'namespace="a\\"b" '],
  ['', 'namespace="" '],
])('a namespace %j cannot pass for other fields of the line', (namespace, field) => {
  expect(auditLine({ ...record, subject: 'ops', namespace })).toContain(`subject=ops ${field}`);
});

it('nor can a subject or the id of a key', () => {
  const line = auditLine({ ...record, subject: 'ann namespace=x', keyIds: ['a b', 'c'] });
  expect(line).toContain('subject="ann namespace=x" namespace=-');
  expect(line).toContain('keys="a b,c"');
});
