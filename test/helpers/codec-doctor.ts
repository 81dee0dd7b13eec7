import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codecProbe } from '../../src/adapters/codec-server/probe.ts';
import { diagnose } from '../../src/codec-server/doctor/run.ts';

export const ui = 'http://localhost:8233';

export type Handle = (request: IncomingMessage, body: string, response: ServerResponse) => void;

/** Has the doctor examine a codec server that answers by `handle`. */
export async function examine(handle: Handle, options: Readonly<Record<string, unknown>> = {}) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handle(request, Buffer.concat(chunks).toString(), response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const { report, exitCode } = await diagnose(
      codecProbe,
      {
        endpoint: `http://127.0.0.1:${String(port)}`,
        namespace: 'default',
        origin: ui,
        headers: {},
        passToken: false,
        credentials: false,
        timeoutMs: 1500,
        signal: new AbortController().signal,
        ...options,
      },
      false,
    );
    const status = Object.fromEntries(report.checks.map((check) => [check.id, check.status]));
    return { report, exitCode, status };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export const cors = {
  'Access-Control-Allow-Origin': ui,
  'Access-Control-Allow-Headers': 'content-type, x-namespace',
  'Content-Type': 'application/json',
};

/** Passes everything through, and is right in everything. */
export const good: Handle = ({ method, url, headers }, body, response) => {
  const known = headers.origin === undefined || headers.origin === ui ? cors : { 'Content-Type': 'application/json' };
  let status = 200;
  try {
    if (method === 'POST') JSON.parse(body);
  } catch {
    status = 400;
  }
  if (/\/(?:encode|download)\b/.test(url ?? '') && method === 'POST') status = 404;
  response.writeHead(status, known);
  response.end(method === 'POST' && status === 200 ? body : '');
};
