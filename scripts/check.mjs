// `npm run check`: everything that can be judged without running a test. Steps run side by side, two at a time.
import { spawn } from 'node:child_process';

const steps = [
  ['types', 'tsc', '-p', '.'],
  ['lint', 'eslint', '.', '--max-warnings', '0'],
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['import rules', 'depcruise', 'src', '--config', '.dependency-cruiser.mjs'],
  ['dead code', 'knip', '--no-progress'],
  ['build', 'node', 'scripts/build.mjs'],
  ['package', 'publint', '--strict'],
];

const failed = [];
const queue = [...steps];
await Promise.all([worker(), worker()]);
process.stdout.write(
  failed.length === 0 ? `check: ${steps.length} steps ok\n` : `check failed: ${failed.join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function worker() {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const [name, command, ...args] = step;
    const started = Date.now();
    const { code, output } = await run(command, args);
    if (code !== 0) failed.push(name);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n${code === 0 ? '' : output}`);
  }
}

function run(command, args) {
  return new Promise((resolve) => {
    const path = `node_modules/.bin:${process.env.PATH}`;
    const child = spawn(command, args, { env: { ...process.env, PATH: path, FORCE_COLOR: '0' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
    child.on('close', (code) => resolve({ code, output }));
  });
}
