import { readFileSync } from 'node:fs';
import { request as inClear } from 'node:http';
import { request as overTls } from 'node:https';
import type { TemporalServer } from './temporal-server.ts';
import { serverName } from './server-credentials.ts';

export interface DirectCall {
  readonly port: number;
  /** Sent as it is: nothing is normalised. */
  readonly path: string;
  readonly method?: string;
  /** Name and value in turn, so that a name can come twice. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** An HTTP call past every SDK: `STATUS body`, or `no answer: WHY` when there is none. */
export function callDirectly(server: TemporalServer, call: DirectCall): Promise<string> {
  const { port, path, method = 'POST', headers = [], body = '{"id":"direct","amount":1}' } = call;
  const own = ['Host', `127.0.0.1:${String(port)}`, 'Content-Type', 'application/json', 'Nexus-Request-Id', 'direct'];
  const options = { host: '127.0.0.1', port, path, method, headers: [...own, ...headers], timeout: 10_000 };
  return new Promise((resolve) => {
    const sent =
      server.connecting().tls === false
        ? inClear(options)
        : overTls({
            ...options,
            servername: serverName,
            // The internal frontend's certificate is of another CA: who listens there is no matter here.
            rejectUnauthorized: false,
            cert: readFileSync(server.files.clientCert),
            key: readFileSync(server.files.clientKey),
          });
    sent.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', () => undefined);
      response.on('close', () => resolve(`${String(response.statusCode)} ${text.trim()}`));
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(`no answer: ${error.code ?? error.message}`));
    sent.end(method === 'GET' ? undefined : body);
  });
}
