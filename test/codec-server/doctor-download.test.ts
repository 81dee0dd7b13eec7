import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { b64, plain } from '../helpers/codec-server.ts';
import { cors, examine, good, type Handle } from '../helpers/codec-doctor.ts';

/** What the Go SDK's driver leaves in a history in place of a payload. */
const reference = {
  metadata: { encoding: b64('json/protobuf'), messageType: b64('temporal.api.sdk.v1.ExternalStorageReference') },
  data: b64('{"driverName":"aws.s3driver","claimData":{"bucket":"b","key":"k"}}'),
};
const sample = JSON.stringify(reference);

const isDownload = (request: IncomingMessage): boolean => request.url?.split('?')[0]?.endsWith('/download') === true;
/** Right in everything but /download. */
const serving =
  (download: Handle): Handle =>
  (request, body, response) =>
    (isDownload(request) && request.method === 'POST' ? download : good)(request, body, response);
const answers =
  (status: number, text: string, headers: Readonly<Record<string, string>> = cors): Handle =>
  (_request, _body, response) =>
    void response.writeHead(status, headers).end(text);
const list = (count: number) => JSON.stringify({ payloads: Array.from({ length: count }, () => plain('stored')) });

async function downloadOf(handle: Handle, options: Readonly<Record<string, unknown>> = {}) {
  const { report, exitCode } = await examine(handle, options);
  return { ...report.checks.find(({ id }) => id === 'download'), primary: report.primary?.check, exitCode };
}

it.each<[string, Handle, string, RegExp]>([
  ['serves none', answers(404, ''), 'skip', /no \/download.*stay/],
  ['has another method there', answers(405, ''), 'skip', /no \/download/],
  ['takes references only', answers(400, 'all payloads must be storage references'), 'pass', /references only/],
  ['refuses without CORS', answers(400, '', {}), 'warn', /HTTP 400.*no Access-Control-Allow-Origin/],
  ['answers with the page of an app', answers(200, '<!doctype html>'), 'warn', /not JSON/],
  ['gives back what is no reference', (_, body, response) => answers(200, body)(_, body, response), 'warn', /HTTP 200/],
  ['refuses the credential there', answers(403, ''), 'warn', /HTTP 403/],
  ['fails inside', answers(500, ''), 'warn', /HTTP 500/],
])('without a reference to ask for: a server that %s', async (_what, handle, status, words) => {
  const found = await downloadOf(serving(handle));
  expect([found.status, found.primary, found.exitCode]).toEqual([status, undefined, 0]);
  expect(found.message).toMatch(words);
});

const both = serving(answers(200, list(2)));
it.each<[string, Handle, string, RegExp]>([
  ['fetches it', both, 'pass', /fetched/],
  ['serves no /download', serving(answers(404, '')), 'fail', /HTTP 404/],
  ['cannot fetch it', serving(answers(400, '')), 'fail', /HTTP 400/],
  ['answers with the page of an app', serving(answers(200, '<!doctype html>')), 'fail', /not JSON/],
  ['returns another number', serving(answers(200, list(1))), 'fail', /1 payloads came back for 2/],
  [
    'returns the references',
    serving((_, body, response) => answers(200, body)(_, body, response)),
    'fail',
    /as it was/,
  ],
  [
    'lets no page read it',
    serving(answers(200, list(2), { 'Content-Type': 'application/json' })),
    'fail',
    /no Access-Control-Allow-Origin/,
  ],
  [
    'answers no preflight for it',
    (request, body, response) =>
      isDownload(request) && request.method === 'OPTIONS'
        ? response.writeHead(404).end()
        : both(request, body, response),
    'fail',
    /preflight.*HTTP 404/,
  ],
])('with a reference as the sample: a server that %s', async (_what, handle, status, words) => {
  const found = await downloadOf(handle, { sample });
  expect(found.status).toBe(status);
  expect(found.message).toMatch(words);
  expect(found.primary).toBe(status === 'fail' ? 'download' : undefined);
  expect(found.exitCode).toBe(status === 'fail' ? 1 : 0);
});
