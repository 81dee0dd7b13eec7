// Start-up: whole processes against bare `node -e 0`, in the same run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearServer } from './clear-server.mjs';
import { compare, row } from './measure.mjs';

const bare = [process.execPath, '-e', '0'];
const nexusctl = [process.execPath, 'bin/nexusctl.cjs'];
const payload = '{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"ImEi"}';

export async function run() {
  const home = mkdtempSync(join(tmpdir(), 'nexusctl-bench-'));
  // Certificates that Node is told to load (NODE_EXTRA_CA_CERTS) cost both sides the same.
  const quiet = { ...withoutOurs(process.env), HOME: home };
  row('--version / node -e 0', await compare([...nexusctl, '--version'], bare, { env: quiet }), 1.35);
  const decode = await compare([...nexusctl, 'payload', 'decode'], bare, { env: quiet, stdin: payload });
  row('payload decode (one payload) / node -e 0', decode, 1.5);
  const server = clearServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${server.address().port}`;
  const clear = await compare([...nexusctl, 'connect-test', '--address', address], bare, { env: quiet });
  row('connect-test (loopback, in clear) / node -e 0', clear, 1.8);
  server.close();
  await withSandbox(async (env) => {
    const test = await compare([...nexusctl, 'connect-test'], bare, { env: { ...env, ...quiet } });
    row('connect-test (loopback, mTLS) / node -e 0', test, 1.8);
    const list = await compare([...nexusctl, 'endpoint', 'list'], bare, { env: { ...env, ...quiet } });
    row('endpoint list (loopback, TLS) / node -e 0', list);
  });
  rmSync(home, { recursive: true, force: true });
}

function withoutOurs(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(TEMPORAL|NEXUSCTL)_/.test(name)));
}

/** Runs `work` with the environment that `sandbox run` gives its child. */
async function withSandbox(work) {
  const print = 'console.log(JSON.stringify(process.env)); process.stdin.resume()';
  const args = [...nexusctl.slice(1), 'sandbox', 'run', '--', process.execPath, '-e', print];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  try {
    await work(JSON.parse(String(line)));
  } finally {
    child.stdin.end();
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}
