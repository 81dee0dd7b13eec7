// Decode of a history of 51,200 events (106 MB, one encrypted 1 KiB payload an event), whole processes, against reading,
// parsing and writing the JSON, and against the documented way of a TypeScript codec. What is compared is wall time, the
// best of the rounds; CPU time stands beside it, because it is steadier on a busy machine.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHistory, writeSealed } from './payload/history.mjs';

const decode = ['bin/nexusctl.cjs', 'payload', 'decode', '--preset', 'go', '--mode', 'replay'];

export async function run(events = 51_200, rounds = 3) {
  const folder = mkdtempSync(join(tmpdir(), 'nexusctl-bench-'));
  const sample = await startSample();
  try {
    const [file, clear, twice, sealed] = ['history', 'clear', 'twice', 'sealed'].map((name) => join(folder, name));
    writeHistory(file, events, true);
    writeHistory(clear, events, false);
    writeHistory(twice, 2 * events, true);
    writeSealed(sealed, events);
    const best = measureAll(
      {
        'nexusctl payload decode --mode replay': [...decode, file],
        'JSON.parse + JSON.stringify': ['bench/payload/json.mjs', file],
        'TypeScript codec, all at once': ['bench/payload/sample-codec.mjs', file, 'all'],
        'TypeScript codec, payload by payload': ['bench/payload/sample-codec.mjs', file, 'each'],
      },
      rounds,
    );
    // A round of these takes half a minute: one tells enough.
    const behind = measureAll(
      {
        '  the same behind express, all at once': ['bench/payload/sample-client.mjs', file, 'all', sample.port],
        '  the same behind express, one by one': ['bench/payload/sample-client.mjs', file, 'each', sample.port],
      },
      1,
    );
    const own = best['nexusctl payload decode --mode replay'];
    for (const [name, row] of Object.entries({ ...best, ...behind })) show(name, row, row.wall / own.wall);
    const { larger } = measureAll({ larger: [...decode, twice] }, rounds);
    show('nexusctl, twice as many events', larger, larger.wall / own.wall);
    const { opened, unopened, gcm, bare } = measureAll(
      {
        opened: [...decode, file],
        unopened: [...decode, clear],
        gcm: ['bench/payload/node-gcm.mjs', sealed, String(events)],
        bare: ['bench/payload/node-gcm.mjs', sealed, '0'],
      },
      2 * rounds,
    );
    const each = (more, less) => ((more.cpu - less.cpu) / events) * 1e6;
    const codec = JSON.parse(spawnSync(process.execPath, ['bench/payload/codec.mjs', String(events), '8']).stdout);
    perPayload('decode of nexusctl/codec', codec.decode, codec.open, '  (wanted: at most 1.5)');
    perPayload('encode of nexusctl/codec', codec.encode, codec.seal, '  (wanted: at most 1.5)');
    // Base64 out and in, and the compiling of it all by V8, are in this one too.
    perPayload('what opening adds to the decode of a history', each(opened, unopened), each(gcm, bare));
  } finally {
    sample.child.kill('SIGTERM');
    rmSync(folder, { recursive: true });
  }
}

function show(name, { wall, cpu, peakMb }, ratio) {
  console.log(
    `${name.padEnd(40)} ${wall.toFixed(2).padStart(6)} s  CPU ${cpu.toFixed(2).padStart(6)} s  ${String(peakMb).padStart(4)} MB  ${ratio.toFixed(2)}x`,
  );
}

function perPayload(name, ours, nodes, wanted = '') {
  console.log(
    `CPU a payload, ${name}: ${ours.toFixed(1)} us; Node's own AES-GCM ${nodes.toFixed(1)} us: ${(ours / nodes).toFixed(2)}x${wanted}`,
  );
}

function measureAll(commands, rounds) {
  const best = {};
  for (let round = 0; round < rounds; round += 1)
    for (const [name, args] of Object.entries(commands)) {
      const { wall, cpu, peakMb } = measure(args);
      const before = best[name] ?? { wall: Infinity, cpu: Infinity, peakMb: 0 };
      best[name] = {
        wall: Math.min(before.wall, wall),
        cpu: Math.min(before.cpu, cpu),
        peakMb: Math.max(before.peakMb, peakMb),
      };
    }
  return best;
}

function measure(args) {
  const out = openSync('/dev/null', 'w');
  const report = `process.on('exit',()=>process.stderr.write('used='+JSON.stringify(process.resourceUsage())))`;
  const started = performance.now();
  const { stderr, status } = spawnSync(process.execPath, ['--import', `data:text/javascript,${report}`, ...args], {
    stdio: ['ignore', out, 'pipe'],
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
  });
  const wall = (performance.now() - started) / 1000;
  closeSync(out);
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(/used=(\{.*\})/.exec(String(stderr))[1]);
  return { wall, cpu: (userCPUTime + systemCPUTime) / 1e6, peakMb: Math.round(maxRSS / 1024) };
}

async function startSample() {
  const child = spawn(process.execPath, ['bench/codec/sample.mjs'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { child, port: String(line).trim() };
}
