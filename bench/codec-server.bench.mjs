// The codec server, as built and with every check on, against the documented way of a TypeScript codec, in the same run:
// requests per second over 16 connections, in turn, so that a drift of the machine's speed cancels out in the ratio.
// CPU per request is beside it: on a busy machine that is the steadier number.
import { spawn } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from './codec/load.mjs';
import { median } from './measure.mjs';

const key = 'test-key-test-key-test-key-test!';
const rounds = 5;

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'nexusctl-bench-'));
  writeFileSync(join(folder, 'sample.key'), key, { mode: 0o600 });
  writeFileSync(join(folder, 'keys.toml'), '[keyring.keys.test-key-id]\nsecret = "sample.key"\n');
  const flags = ['--listen', '127.0.0.1:0', '--keyring', join(folder, 'keys.toml'), '--rate-limit', '1000000'];
  const ours = await start(['bin/nexusctl.cjs', 'codec-server', 'start', '-o', 'jsonl', ...flags]);
  const peer = await start(['bench/codec/sample.mjs']);
  const targetOf = (line) => new URL(`${JSON.parse(line).endpoint}/decode`);
  try {
    const [here, there] = [targetOf(ours.line), { port: Number(peer.line), pathname: '/decode' }];
    for (const [count, wanted] of [
      [1, 3],
      [100, 2.5],
    ]) {
      const body = JSON.stringify({ payloads: Array.from({ length: count }, payload) });
      const rows = [];
      for (let round = -1; round < rounds; round += 1) {
        const a = await measured(ours, { port: Number(here.port), path: here.pathname, body });
        const b = await measured(peer, { port: there.port, path: there.pathname, body });
        if (round >= 0) rows.push([a, b]);
      }
      const of = (side, name) => median(rows.map((pair) => pair[side][name]));
      const ratio = median(rows.map(([a, b]) => a.perSecond / b.perSecond));
      const cpu = median(rows.map(([a, b]) => b.cpu / a.cpu));
      console.log(
        `${String(count).padStart(3)} payloads of 1 KiB: ${of(0, 'perSecond').toFixed(0)} requests/s (p99 ${of(0, 'p99').toFixed(1)} ms), ` +
          `sample ${of(1, 'perSecond').toFixed(0)} (p99 ${of(1, 'p99').toFixed(1)} ms): ${ratio.toFixed(2)}x  (wanted: at least ${wanted}); ` +
          `CPU a request ${(of(0, 'cpu') * 1000).toFixed(0)} us, sample ${(of(1, 'cpu') * 1000).toFixed(0)} us: ${cpu.toFixed(2)}x`,
      );
    }
  } finally {
    for (const { child } of [ours, peer]) child.kill('SIGTERM');
    await Promise.all([ours, peer].map(({ exited }) => exited));
    rmSync(folder, { recursive: true });
  }
}

async function start(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
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
