// nexusctl connect-test beside the SDK's own Connection.connect: what each says for the same fault, and how long the
// whole process takes on a healthy target.
import { spawn } from 'node:child_process';
import { createServer as createHttp2 } from 'node:http2';
import { createServer as createTcp } from 'node:net';
import { createServer as createHttp } from 'node:http';
import { clearServer } from './clear-server.mjs';

const script = `
const { Connection } = require('@temporalio/client');
Connection.connect({ address: process.argv[1], tls: process.argv[2] === 'tls' ? true : undefined, connectTimeout: 2000 })
  .then(async (connection) => {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    console.log('OK');
  })
  .catch((error) => console.log(String(error) + (error.cause ? ' <- ' + String(error.cause) : '')))
  .finally(() => process.exit());`;

export async function run() {
  const closers = [];
  const listen = (server) =>
    new Promise((resolve) => {
      closers.push(server);
      server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${server.address().port}`));
    });
  const temporal = (answer) => {
    const server = createHttp2();
    server.on('stream', (stream, headers) => answer(stream, headers[':path'].split('/').pop()));
    return listen(server);
  };
  const status = (code, message) => (stream) =>
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': code, 'grpc-message': message },
      { endStream: true },
    );
  const healthy = await listen(clearServer());
  const faults = [
    ['healthy', healthy],
    ['refused', '127.0.0.1:1'],
    ['plaintext server, TLS asked', healthy, 'tls'],
    ['closes at once', await listen(createTcp((socket) => socket.end()))],
    ['HTTP/1 server', await listen(createHttp((_request, response) => response.end('hello')))],
    [
      '404 page over HTTP/2',
      await temporal((stream) => {
        stream.respond({ ':status': 404, 'content-type': 'text/html' });
        stream.end('<html>');
      }),
    ],
    ['gRPC, not Temporal', await temporal(status('12', 'unknown service'))],
    ['rate limited', await temporal(status('8', 'namespace rate limit exceeded'))],
    ['not authenticated', await temporal(status('16', 'Jwt is missing'))],
  ];
  for (const [name, address, tls] of faults) {
    const ours = await spawned(['bin/nexusctl.cjs', 'connect-test', '--address', address, ...(tls ? ['--tls'] : [])]);
    const theirs = await spawned(['-e', script, address, tls ?? '']);
    console.log(`${name}\n  nexusctl  ${ours.ms} ms  ${ours.last}\n  SDK       ${theirs.ms} ms  ${theirs.last}`);
  }
  for (const server of closers) server.close();
}

function spawned(args) {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.on('data', (data) => (output += String(data)));
    child.on('close', () =>
      resolve({ ms: Math.round(performance.now() - startedAt), last: output.trim().split('\n').pop().slice(0, 150) }),
    );
  });
}
