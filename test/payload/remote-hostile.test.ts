import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { runMain } from '../helpers/context.ts';
import { base64, event, history } from './history.ts';

type Answer = (body: string, response: ServerResponse) => void;

let answer: Answer = () => undefined;
let asked: string[] = [];
/** Where redirects point: nothing may ever come here. */
const elsewhere = createServer((request, response) => {
  asked.push(`ELSEWHERE ${JSON.stringify(request.headers)}`);
  response.end('{"payloads":[]}');
});
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    asked.push(body);
    answer(body, response);
  });
});
const listening = [server, elsewhere].map(
  (one) =>
    new Promise<number>((resolve) => one.listen(0, '127.0.0.1', () => resolve((one.address() as AddressInfo).port))),
);
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  for (const one of [server, elsewhere]) {
    one.closeAllConnections();
    one.close();
  }
});

const sealed = (index: number) => ({ metadata: { encoding: base64('binary/own') }, data: base64(String(index)) });

async function decode(count: number, ...argv: string[]) {
  const [port] = await Promise.all(listening);
  const payloads = Array.from({ length: count }, (_, index) => sealed(index));
  const input = JSON.stringify(history([event('1', 'activityTaskCompletedEventAttributes', { result: { payloads } })]));
  const flags = ['--codec-endpoint', `http://127.0.0.1:${String(port)}`, '--allow-plaintext-key', '127.0.0.1'];
  const result = await runMain(['payload', 'decode', ...flags, '--codec-auth-file', 'env:AUTH', ...argv], {
    stdin: input,
    env: { AUTH: 'Bearer token-of-the-user' },
  });
  return { ...result, input };
}

const open: Answer = (body, response) => response.end(body.replaceAll(base64('binary/own'), base64('json/plain')));
const changed =
  (change: (payloads: object[]) => unknown): Answer =>
  (body, response) =>
    response.end(JSON.stringify({ payloads: change((JSON.parse(body) as { payloads: object[] }).payloads) }));

it('asks for many payloads in batches, and puts each answer in its place', async () => {
  answer = open;
  const { stdout, exitCode } = await decode(1200, '-o', 'json');
  expect(exitCode).toBe(0);
  expect((JSON.parse(stdout) as { payloads: { value: number }[] }).payloads.map(({ value }) => value)).toEqual(
    Array.from({ length: 1200 }, (_, index) => index),
  );
  expect(asked.map((body) => (JSON.parse(body) as { payloads: object[] }).payloads.length)).toEqual([500, 500, 200]);
});

const hostile: readonly [what: string, words: string, answer: Answer][] = [
  ['gives one payload less', 'gave 2 payloads for 3', changed((payloads) => payloads.slice(1))],
  ['gives one payload more', 'gave 4 payloads for 3', changed((payloads) => [...payloads, payloads[0]])],
  ['gives none', 'gave 0 payloads for 3', changed(() => [])],
  ['answers with a page', 'gave 0 payloads for 3', (_body, response) => response.end('<!doctype html><p>hello')],
  ['answers with nothing', 'gave 0 payloads for 3', (_body, response) => response.end()],
  [
    'nests deeper than anybody does',
    'gave 0 payloads for 3',
    (_body, response) => response.end('{"payloads":'.repeat(50_000)),
  ],
  [
    'has no end',
    'does not answer',
    (_body, response) => {
      const more = (): boolean => response.write(Buffer.alloc(1024 * 1024, 0x20));
      response.on('drain', () => more());
      while (more());
    },
  ],
  [
    'breaks off',
    'does not answer',
    (_body, response) => response.writeHead(200, { 'Content-Length': '999' }).write('{"pay', () => response.destroy()),
  ],
  ['is somewhere else', 'no codec server answers there (404)', (_body, response) => response.writeHead(404).end()],
];
it.each(hostile)('a server that %s opens nothing', async (_what, words, how) => {
  answer = how;
  const { stdout, stderr, exitCode } = await decode(3);
  expect([1, 5]).toContain(exitCode);
  expect(stdout).toBe('');
  expect(stderr).toContain(words);
  expect(asked).toHaveLength(1);
  expect(stdout + stderr).not.toContain('token-of-the-user');
});

it.each([301, 302, 303, 307, 308])('a redirect (%i) takes neither payload nor token along', async (status) => {
  const [, other] = await Promise.all(listening);
  answer = (_body, response) =>
    response.writeHead(status, { Location: `http://127.0.0.1:${String(other)}/decode` }).end();
  const { stderr, exitCode } = await decode(2);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain(`redirects (${String(status)})`);
  expect(asked.filter((line) => line.startsWith('ELSEWHERE'))).toEqual([]);
});
