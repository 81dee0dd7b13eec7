// `npm run check`: everything that can be judged without running a test, two steps at a time.
import { spawn } from 'node:child_process';

/** The others come after it: tests are typed against the library as it is published. */
const first = 'build';
const others = ['check:types', 'check:lint', 'check:format', 'check:imports', 'check:dead-code', 'check:package'];

const failed = [];
const queue = [first];
await worker();
queue.push(...others);
await Promise.all([worker(), worker()]);
process.stdout.write(
  failed.length === 0 ? `check: ${others.length + 1} steps ok\n` : `check failed: ${failed.join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function worker() {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const started = Date.now();
    const { code, output } = await run(step);
    if (code !== 0) failed.push(step);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${step} (${seconds} s)\n${code === 0 ? '' : output}`);
  }
}

function run(script) {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', script], { env: { ...process.env, FORCE_COLOR: '0' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
    child.on('close', (code) => resolve({ code, output }));
  });
}
