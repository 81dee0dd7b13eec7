import { expect, it } from 'vitest';
import { makeStyle } from '../../src/output/style.ts';
import { auditLine, startedView } from '../../src/views/codec-server.ts';

const style = await makeStyle(false, 100);
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

it('the commands of a server whose path secret is kept elsewhere can be pasted', () => {
  const url = 'http://127.0.0.1:1';
  const started = { event: 'listening', url, authentication: 'none', tls: false, encode: false } as const;
  const rest = { origins: [], keys: [], warnings: [] };
  const text = (shell: { endpoint: string; where?: string }) =>
    startedView.text({ ...started, ...rest, endpoint: `${url}/[redacted]`, shell }, style);
  const word = '"http://127.0.0.1:1/${CODEC_PATH}"';
  const shown = text({ endpoint: word });
  expect(shown).toContain(`workflow show --codec-endpoint ${word} -n`);
  expect(shown).toContain(`codec-server test ${word}\n`);
  expect(shown).toContain(`echo ${word}  #`);
  expect(shown).not.toContain('redacted');
  expect(text({ endpoint: word, where: 'CODEC_PATH is what exec:op … says' })).toContain('CODEC_PATH is what exec:op');
});
