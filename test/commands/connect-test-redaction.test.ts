import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { runMain } from '../helpers/context.ts';

const canary = 'canary-SECRET-0451-abcdefgh';

it.each(['text', 'json', 'junit', 'sarif', 'github'])(
  'a server that sends the key back in its refusal does not get it into the report (%s)',
  async (format) => {
    const seen: string[] = [];
    const server = createServer();
    server.on('stream', (stream, headers) => {
      const key = headers.authorization ?? '';
      seen.push(key);
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16', 'grpc-message': `bad ${key}` },
        { endStream: true },
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const argv = ['connect-test', '--address', address, '--no-tls', '--allow-plaintext-key', '127.0.0.1', '-o', format];
    const { stdout, stderr, exitCode } = await runMain(argv, { env: { TEMPORAL_API_KEY: canary } });
    expect(exitCode).not.toBe(0);
    expect(exitCode).not.toBe(70);
    expect(seen.join(' ')).toContain(canary);
    expect(stdout + stderr).not.toContain('0451');
  },
);
