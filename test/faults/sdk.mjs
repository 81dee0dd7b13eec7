// Connects with the installed SDK, by one job a line on stdin, and answers each with a line: whether it connected, what
// it said otherwise, and how long it took. Jobs run side by side. Ends when stdin does.
import { createInterface } from 'node:readline';
import process from 'node:process';
import { Connection } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';

Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });

createInterface({ input: process.stdin })
  .on('line', (line) => void run(JSON.parse(line)))
  .on('close', () => process.exit());

async function run({ id, sdk, settings, timeoutMs }) {
  const startedAt = performance.now();
  const result = await Promise.race([
    connect(sdk, settings, timeoutMs).then(
      () => ({ connects: true, text: 'OK' }),
      (error) => ({ connects: false, text: textOf(error) }),
    ),
    new Promise((resolve) => setTimeout(resolve, timeoutMs + 500, { connects: false, text: 'still pending' })),
  ]);
  process.stdout.write(`${JSON.stringify({ id, ...result, ms: performance.now() - startedAt })}\n`);
}

async function connect(sdk, { address, tls, apiKey }, timeoutMs) {
  const options = { address, tls: tlsOf(tls), ...(apiKey === undefined ? {} : { apiKey }) };
  if (sdk === 'typescript-client') return (await Connection.connect({ ...options, connectTimeout: timeoutMs })).close();
  return (await NativeConnection.connect(options)).close();
}

function tlsOf(tls) {
  if (tls === undefined || typeof tls === 'boolean') return tls;
  const { serverName, ca, cert, key } = tls;
  const bytes = (text) => Buffer.from(text, 'base64');
  return {
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
    ...(ca === undefined ? {} : { serverRootCACertificate: bytes(ca) }),
    ...(cert === undefined ? {} : { clientCertPair: { crt: bytes(cert), key: bytes(key) } }),
  };
}

function textOf(error) {
  const cause = error?.cause === undefined ? '' : ` <- ${String(error.cause)}`;
  return `${String(error)}${cause}`
    .replace(/127\.0\.0\.1:\d+|localhost:\d+/g, 'HOST:PORT')
    .replace(/[0-9A-F]{12,}:error/g, 'error');
}
