// 1,000 endpoints with 1,000 callers each, on the rehearsal account: CPU time (user and system) and peak memory of the
// whole process, against the yaml library that parses the same file and JSON.stringify that writes it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './measure.mjs';

const count = Number(process.env.BENCH_ENDPOINTS ?? 1000);
const callers = Number(process.env.BENCH_CALLERS ?? 1000);
const runs = Number(process.env.BENCH_RUNS ?? 3);
const limits = { cpuMs: 2000, peakMb: 300 };

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'nexusctl-bench-'));
  try {
    const [file, facts] = [join(folder, 'nexus.yaml'), join(folder, 'with-facts.yaml')];
    writeFileSync(
      file,
      nexusYaml(() => ''),
    );
    writeFileSync(
      facts,
      nexusYaml((index) => factsOf(index)),
    );
    await withSandbox(async (env) => {
      const measured = (args) => measure(folder, [process.execPath, 'bin/nexusctl.cjs', ...args], env);
      console.log(`${count} endpoints with ${callers} callers each; medians of ${runs}`);
      report('apply -f (all of them are new)', [
        await measured(['endpoint', 'apply', '-f', file, '--yes', '--async', '-o', 'json']),
      ]);
      const commands = {
        'plan -f': ['plan', '-f', file],
        'plan -f (owner, reason and end each)': ['plan', '-f', facts],
        'plan -f --check -o json': ['plan', '-f', file, '--check', '-o', 'json'],
        'apply -f (nothing to do)': ['apply', '-f', file, '--yes'],
        export: ['export'],
        'matrix -o csv': ['matrix', '-o', 'csv'],
        'callers -f': ['callers', 'endpoint-0500', '-f', file],
        check: ['check', 'endpoint-0500', '--from', namespaceOf(7)],
        reachable: ['reachable', '--from', namespaceOf(7)],
        list: ['list'],
      };
      for (const [name, args] of Object.entries(commands))
        report(name, await several(() => measured(['endpoint', ...args])));
      report(
        'peer: yaml parse + JSON.stringify',
        await several(() => measure(folder, [process.execPath, '-e', peer, file], env)),
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const peer = `
  const { parse } = require('yaml');
  process.stdout.write(JSON.stringify(parse(require('node:fs').readFileSync(process.argv[1], 'utf8'))));`;

async function several(work) {
  const results = [];
  for (let run = 0; run < runs; run++) results.push(await work());
  return results;
}

async function measure(folder, [program, ...args], env) {
  const usage = join(folder, 'usage.json');
  const child = spawn(program, ['--require', './bench/usage.cjs', ...args], {
    env: { ...env, PATH: process.env.PATH, BENCH_USAGE_FILE: usage },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return JSON.parse(readFileSync(usage, 'utf8'));
}

function report(name, results) {
  const [cpuMs, peakMb] = ['cpuMs', 'peakMb'].map((key) => median(results.map((result) => result[key])));
  const over = [
    ...(cpuMs > limits.cpuMs ? [`over ${limits.cpuMs} ms`] : []),
    ...(peakMb > limits.peakMb ? [`over ${limits.peakMb} MB`] : []),
  ];
  console.log(
    `${name.padEnd(40)} ${cpuMs.toFixed(0).padStart(7)} ms CPU ${peakMb.toFixed(0).padStart(6)} MB  ${over.join(', ')}`,
  );
}

const namespaceOf = (index) => `caller-${String(index).padStart(4, '0')}.sndbx`;

const factsOf = (index) =>
  `\n        owner: team-${index % 40}\n        reason: TICKET-${index}\n        until: 2031-03-${String(10 + (index % 20))}`;

function nexusYaml(facts) {
  const list = Array.from(
    { length: callers },
    (_, index) => `      - namespace: ${namespaceOf(index)}${facts(index)}\n`,
  ).join('');
  const endpoints = Array.from(
    { length: count },
    (_, index) =>
      `  - name: endpoint-${String(index).padStart(4, '0')}\n    target: { namespace: ${namespaceOf(0)}, taskQueue: queue-${index} }\n    allow:\n${list}`,
  );
  return `version: 1\naccount: sndbx\nendpoints:\n${endpoints.join('')}`;
}

/** Runs `work` with the environment that `sandbox run` gives its child. */
async function withSandbox(work) {
  const print = 'console.log(JSON.stringify(process.env)); process.stdin.resume()';
  const namespaces = Array.from({ length: callers }, (_, index) => [
    '--namespace',
    namespaceOf(index).replace('.sndbx', ''),
  ]).flat();
  const options = ['--quiet', '--endpoint-limit', String(count), '--operation-time', '1ms', ...namespaces];
  const command = ['bin/nexusctl.cjs', 'sandbox', 'run', ...options, '--', process.execPath, '-e', print];
  const child = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) if ((text += chunk).includes('\n')) break;
  try {
    await work(JSON.parse(text));
  } finally {
    child.stdin.end();
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}
