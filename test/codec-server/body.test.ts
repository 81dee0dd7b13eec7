import { expect, it } from 'vitest';
import { readPayloads, writePayloads } from '../../src/codec-server/body.ts';

const answer = (body: string | Uint8Array): string => writePayloads(readPayloads(Buffer.from(body))).toString();
const withName = (name: string): Buffer => Buffer.from(`{"payloads":[{"metadata":{"${name}":"AAAA"}}]}`, 'latin1');
const withSize = (size: string): string => `{"payloads":[{"externalPayloads":[{"sizeBytes":${size}}]}]}`;

it.each([
  ['both spellings of a size', '{"payloads":[{"external_payloads":[{"size_bytes":7}]}]}', '[{"sizeBytes":"7"}]'],
  ['the largest size', withSize('"9223372036854775807"'), '[{"sizeBytes":"9223372036854775807"}]'],
  ['a name beyond ASCII', '{"payloads":[{"metadata":{"gr\u00fc\\u00df":"AAAA"}}]}', '"gr\\u00fc\\u00df":"AAAA"'],
  ['a name beyond the basic plane', '{"payloads":[{"metadata":{"\\ud83d\\ude00":"AAAA"}}]}', '"\\ud83d\\ude00"'],
])('reads %s, and writes what every client reads', (_what, body, written) => {
  expect(answer(body)).toContain(written);
});

// Any other answer to these would hold what Go's protojson refuses, or not what was sent.
it.each([
  ['bytes that are not UTF-8', withName('\xff')],
  ['half a surrogate pair', withName('\\ud800')],
  ['UTF-16', Buffer.from('{"payloads":[]}', 'utf16le')],
  ['a size beyond int64', withSize('"9223372036854775808"')],
  ['a size that a double does not hold', withSize('9007199254740993')],
  ['a size with a fraction', withSize('1.5')],
])('refuses %s', (_what, body) => {
  expect(() => answer(body)).toThrow(expect.objectContaining({ name: 'NexusctlError' }) as Error);
});
