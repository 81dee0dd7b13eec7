import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runMain } from '../helpers/context.ts';
import { makeFolder } from '../helpers/folder.ts';

/** An operator service that takes one key, and does something when it is shown another. */
async function startServer(accepted: string, onRefusal: () => void) {
  const keys: string[] = [];
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const key = String(headers.authorization).replace('Bearer ', '');
    keys.push(key);
    const head = { ':status': 200, 'content-type': 'application/grpc' };
    if (key === accepted) {
      stream.respond(head, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
      return;
    }
    onRefusal();
    stream.respond({ ...head, 'grpc-status': '16', 'grpc-message': 'expired' }, { endStream: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { keys, address: `127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

const list = (address: string, reference: string, cwd: string) => {
  const clear = ['--no-tls', '--allow-plaintext-key', '127.0.0.1'];
  const argv = ['endpoint', 'list', '--backend', 'self-hosted', '--address', address, ...clear];
  return runMain([...argv, '--api-key-file', reference, '-o', 'json'], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '' },
  });
};

it('a key that was rotated since it was read is read again, once', async () => {
  const folder = await makeFolder({ 'key.txt': 'old-key-0451' });
  const rotate = () => writeFileSync(join(folder, 'key.txt'), 'new-key-0451');
  const { keys, address } = await startServer('new-key-0451', rotate);
  const { exitCode, stderr } = await list(address, 'key.txt', folder);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect([keys[0], ...new Set(keys.slice(1))]).toEqual(['old-key-0451', 'new-key-0451']);
});

it('a command that gives the key is run again', async () => {
  const folder = await makeFolder({ 'key.txt': 'old-key-0451' });
  const rotate = () => writeFileSync(join(folder, 'key.txt'), 'new-key-0451');
  const { keys, address } = await startServer('new-key-0451', rotate);
  expect((await list(address, `exec:cat ${join(folder, 'key.txt')}`, folder)).exitCode).toBe(0);
  expect([keys[0], ...new Set(keys.slice(1))]).toEqual(['old-key-0451', 'new-key-0451']);
});

it('a key that stays wrong is not tried for ever', async () => {
  const folder = await makeFolder({ 'key.txt': 'old-key-0451' });
  const { keys, address } = await startServer('new-key-0451', () => undefined);
  const { exitCode, stderr } = await list(address, 'key.txt', folder);
  expect(exitCode).toBe(4);
  expect(stderr).toContain('UNAUTHENTICATED');
  expect(keys).toEqual(['old-key-0451', 'old-key-0451']);
});
