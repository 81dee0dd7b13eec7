// `npm start`: installs, builds, and runs the guided tour against the sandbox. Uses nothing but Node until installed.
import { spawnSync } from 'node:child_process';
import { install } from './setup.mjs';

install();
run(process.execPath, 'scripts/build.mjs');
run(process.execPath, 'bin/nexusctl.cjs', 'sandbox', 'run', '--', process.execPath, 'scripts/tour.mjs');

function run(...command) {
  const { status, signal } = spawnSync(command[0], command.slice(1), { stdio: 'inherit' });
  if (status !== 0) process.exit(signal === null ? (status ?? 1) : 130);
}
