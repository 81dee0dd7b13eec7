// Decoding a workflow of 5,001 events that stands on a server: `nexusctl payload decode --workflow-id`, which has the
// keys, against `temporal workflow show --codec-endpoint`, which asks a codec server once an event, one after the other.
// The codec server is the documented one of TypeScript (bench/codec/sample.mjs), then nexusctl's own, on loopback and
// behind 10 ms of distance.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createRequire } from 'node:module';
import { createServer as listen } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';

const cli = resolve('.cache/python/temporal/bin/temporal');
const program = resolve('bin/nexusctl.cjs');
const id = 'many-signals';

export async function run(signals = 5000) {
  if (!existsSync(cli)) return console.log('not run: there is no temporal CLI; node scripts/neighbours.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'nexusctl-bench-'));
  const env = { PATH: process.env.PATH, HOME: folder };
  const children = [];
  const start = (command, args) => {
    const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    return child;
  };
  let distant;
  try {
    writeFileSync(join(folder, 'one.key'), 'test-key-test-key-test-key-test!', { mode: 0o600 });
    const keyring = '[keyring]\nactive = "test-key-id"\n[keyring.keys.test-key-id]\nsecret = "file:./one.key"\n';
    writeFileSync(join(folder, 'keys.toml'), keyring, { mode: 0o600 });
    const port = String(await freePort());
    start(cli, ['server', 'start-dev', '--ip', '127.0.0.1', '--port', port, '--headless', '--log-level', 'never']);
    const address = `127.0.0.1:${port}`;
    const codec = start(process.execPath, [
      ...[program, 'codec-server', 'start', '--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '-o', 'jsonl'],
      ...['--no-path-secret', '--rate-limit', '100000'],
    ]);
    const [line] = await once(codec.stdout, 'data');
    const near = JSON.parse(String(line).split('\n')[0]).endpoint;
    codec.stdout.resume();
    const sample = start(process.execPath, [resolve('bench/codec/sample.mjs')]);
    const [samplePort] = await once(sample.stdout, 'data');
    distant = await delayed(near, 10);
    await sendSignals(address, join(folder, 'keys.toml'), signals);

    const show = (endpoint) => [
      ...[cli, 'workflow', 'show', '-w', id, '-n', 'default', '--address', address, '-o', 'json'],
      ...['--codec-endpoint', endpoint],
    ];
    const decode = [process.execPath, program, 'payload', 'decode', '--mode', 'replay', '-w', id, '--address', address];
    const rows = {
      'nexusctl payload decode --workflow-id': [...decode, '--keyring', 'keys.toml'],
      '  through the codec server': [...decode, '--codec-endpoint', near],
      '  through the codec server, 10 ms away': [...decode, '--codec-endpoint', distant.url],
      'temporal workflow show, TypeScript codec': show(`http://127.0.0.1:${String(samplePort).trim()}`),
      "temporal workflow show, nexusctl's codec": show(near),
      '  the codec server 10 ms away': show(distant.url),
    };
    const own = await time(Object.values(rows)[0], { cwd: folder, env });
    for (const [name, command] of Object.entries(rows)) {
      const rounds = command.includes(distant.url) ? 1 : 3;
      const seconds = command.includes('--keyring') ? own : await time(command, { cwd: folder, env }, rounds);
      console.log(`${name.padEnd(42)} ${seconds.toFixed(2).padStart(6)} s  ${(seconds / own).toFixed(1)}x`);
    }
  } finally {
    distant?.close();
    await Promise.all(
      children.map(async (child) => {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }),
    );
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The best of some rounds: other work on the machine only ever adds. */
async function time([command, ...args], given, rounds = 3) {
  let best = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    const child = spawn(command, args, { ...given, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors}`);
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return best;
}

/** One encrypted payload of 1 KiB an event. */
async function sendSignals(address, keyring, signals) {
  const { openCodec } = createRequire(import.meta.url)('../dist/codec.cjs');
  const dataConverter = { payloadCodecs: [await openCodec({ keyring })] };
  let connection;
  for (let left = 100; connection === undefined; left -= 1)
    connection = await Connection.connect({ address, connectTimeout: 500 }).catch((error) => {
      if (left === 0) throw error;
    });
  const client = new Client({ connection, dataConverter });
  const text = 'x'.repeat(1000);
  const options = { taskQueue: 'nobody', workflowId: id, args: [text] };
  for (let left = 100; ; left -= 1) {
    const started = await client.workflow.start('wait', options).catch((error) => {
      if (left === 0) throw error;
    });
    if (started !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const handle = client.workflow.getHandle(id);
  for (let sent = 0; sent < signals; sent += 50)
    await Promise.all(Array.from({ length: 50 }, (_, index) => handle.signal('note', `${sent + index} ${text}`)));
  await connection.close();
}

/** The same server with `ms` between a request and its answer, as a round trip to another place takes. */
async function delayed(endpoint, ms) {
  const { hostname, port } = new URL(endpoint);
  const server = createServer((incoming, outgoing) => {
    setTimeout(() => {
      const headers = { ...incoming.headers, host: `${hostname}:${port}` };
      const onward = request({ hostname, port, path: incoming.url, method: incoming.method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    }, ms);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function freePort() {
  const server = listen().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
