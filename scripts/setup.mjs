// Installs what the lock file names when it is not there yet. Uses nothing but Node, so that a fresh clone can run it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';

/** Runs `npm ci` unless node_modules was made from exactly this lock file. */
export function install() {
  const lock = createHash('sha256').update(readFileSync('npm-shrinkwrap.json')).digest('hex');
  const stamp = 'node_modules/.nexusctl-lock';
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stdout.write('installing dependencies (npm ci) …\n');
  const { status } = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}

if (process.argv[1]?.endsWith('setup.mjs')) install();
