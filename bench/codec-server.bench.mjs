// The codec server, as built and with every check on, against the documented ways of a codec in TypeScript and Go, in the same run:
// requests per second over 16 connections, in turn, so that a drift of the machine's speed cancels out in the ratio.
// CPU per request is beside it: on a busy machine that is the steadier number.
import { spawn } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOnce, goMissing } from '../scripts/go-module.mjs';
import { load } from './codec/load.mjs';
import { median } from './measure.mjs';

const key = 'test-key-test-key-test-key-test!';
const rounds = 5;

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'nexusctl-bench-'));
  writeFileSync(join(folder, 'sample.key'), key, { mode: 0o600 });
  writeFileSync(join(folder, 'keys.toml'), '[keyring.keys.test-key-id]\nsecret = "sample.key"\n');
  const flags = ['--listen', '127.0.0.1:0', '--keyring', join(folder, 'keys.toml'), '--rate-limit', '1000000'];
  const goSample = builtInGo();
  const ours = await start(process.execPath, ['bin/nexusctl.cjs', 'codec-server', 'start', '-o', 'jsonl', ...flags]);
  const peers = {
    'TypeScript sample': await start(process.execPath, ['bench/codec/sample.mjs']),
    ...(goSample && { 'Go sample': await start(goSample, []) }),
  };
  const own = new URL(`${JSON.parse(ours.line).endpoint}/decode`);
  const servers = [
    { name: 'nexusctl', process: ours, port: Number(own.port), path: own.pathname },
    ...Object.entries(peers).map(([name, peer]) => ({ name, process: peer, port: Number(peer.line), path: '/decode' })),
  ];
  try {
    for (const [count, wanted] of [
      [1, 3],
      [100, 2.5],
    ]) {
      const body = JSON.stringify({ payloads: Array.from({ length: count }, payload) });
      const results = servers.map(() => []);
      for (let round = -1; round < rounds; round += 1)
        for (const [index, { process: server, port, path }] of servers.entries()) {
          const result = await measured(server, { port, path, body });
          if (round >= 0) results[index].push(result);
        }
      console.log(`${count} payloads of 1 KiB a request:`);
      for (const [index, { name }] of servers.entries()) {
        const of = (member) => median(results[index].map((result) => result[member]));
        const ratio = (member) =>
          median(results[index].map((result, round) => result[member] / results[0][round][member]));
        console.log(
          `  ${name.padEnd(18)} ${of('perSecond').toFixed(0).padStart(6)} requests/s  p99 ${of('p99').toFixed(1).padStart(6)} ms  ` +
            `CPU ${(of('cpu') * 1000).toFixed(0).padStart(5)} us a request  ` +
            (index === 0
              ? ''
              : `${(1 / ratio('perSecond')).toFixed(2)}x the requests, ${ratio('cpu').toFixed(2)}x per core`) +
            (index === 1 ? `  (wanted: at least ${wanted})` : ''),
        );
      }
    }
  } finally {
    for (const { process: server } of servers) server.child.kill('SIGTERM');
    await Promise.all(servers.map(({ process: server }) => server.exited));
    rmSync(folder, { recursive: true });
  }
}

/** The Go sample's server; undefined, with the reason on the terminal, where it cannot be built. */
function builtInGo() {
  const folder = 'bench/codec/go';
  const missing = goMissing(folder);
  if (missing !== undefined) console.log(`Go sample: skipped, ${missing}`);
  return missing === undefined
    ? buildOnce({ folder, target: '.', name: 'codec-sample', say: console.log, about: 'the Go sample' })
    : undefined;
}

async function start(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [first] = await once(child.stdout, 'data');
  // The audit log is read, as by a log collector.
  child.stdout.resume();
  return { child, exited, line: String(first).split('\n')[0] };
}

async function measured({ child }, given) {
  const before = cpuMs(child.pid);
  const result = await load({ ...given, ms: 1500 });
  const answered = result.statuses['200'] ?? 0;
  const others = Object.keys(result.statuses).filter((status) => status !== '200');
  if (others.length > 0) throw new Error(`not every answer was 200: ${JSON.stringify(result.statuses)}`);
  return { ...result, cpu: (cpuMs(child.pid) - before) / answered };
}

/** User and system time of a process; Linux only, NaN elsewhere. */
function cpuMs(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

/** What the public encryption samples write: AES-256-GCM of a json/plain payload of 1 KiB. */
function payload() {
  const inner = Buffer.concat([
    field(1, Buffer.concat([field(1, Buffer.from('encoding')), field(2, Buffer.from('json/plain'))])),
    field(2, Buffer.from(JSON.stringify(randomBytes(765).toString('base64')))),
  ]);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const data = Buffer.concat([nonce, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
  const base64 = (text) => Buffer.from(text).toString('base64');
  return {
    metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('test-key-id') },
    data: base64(data),
  };
}

function field(number, bytes) {
  const length = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length, rest]), bytes]);
}
