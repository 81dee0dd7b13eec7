// A namespace frontend in clear, as small as one can be: what is measured against it is the client.
import { createServer } from 'node:http2';

const replies = {
  GetSystemInfo: '0a03312e3212025801',
  DescribeNamespace: '0a100a0764656661756c7410013203696431',
  ListNexusEndpoints: '',
};

/** Answers each call with the empty or smallest valid message; every other method with an empty one. */
export function clearServer() {
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const reply = Buffer.from(replies[headers[':path'].split('/').pop()] ?? '', 'hex');
    const head = Buffer.alloc(5);
    head.writeUInt32BE(reply.length, 1);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.concat([head, reply]));
  });
  return server;
}
