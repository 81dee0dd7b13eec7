// Go programs of this repository, built once per source into .cache/.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';

const cache = '.cache';

export const goEnvironment = {
  ...process.env,
  GOTOOLCHAIN: 'local',
  // The same for every module and step: other flags would compile the 1,500 packages of the server again.
  GOFLAGS: '-mod=readonly -buildvcs=false -trimpath',
  CGO_ENABLED: '0',
};

/** Why the module in this folder cannot be built here; undefined when it can. */
export function goMissing(folder) {
  const { stdout, status } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', env: goEnvironment });
  if (status !== 0) return 'go is not installed';
  const wanted = /^go (\S+)$/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1] ?? '';
  const found = stdout.trim().replace(/^go/, '');
  return atLeast(found, wanted) ? undefined : `go is ${found}; go.mod wants ${wanted}`;
}

/** Runs go in the module's folder; its output goes to ours. */
export function go(folder, args, extra = {}) {
  const options = { cwd: folder, env: { ...goEnvironment, ...extra }, stdio: ['ignore', 'inherit', 'inherit'] };
  return spawnSync('go', args, options).status === 0;
}

/**
 * Builds `target` of the module in `folder` unless these sources were built before; what older sources gave is removed.
 * @param {{ folder: string, target: string, name: string, say: (text: string) => void, about: string }} program
 * @returns its path; undefined when the build failed
 */
export function buildOnce({ folder, target, name, say, about }) {
  const prefix = `${name}-`;
  const path = resolve(cache, prefix + sourceHash(folder));
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  say(`building ${about} …`);
  const unfinished = `${path}.${String(process.pid)}`;
  const started = Date.now();
  if (!go(folder, ['build', '-ldflags=-s -w', '-o', unfinished, target])) {
    rmSync(unfinished, { force: true });
    return undefined;
  }
  for (const old of readdirSync(cache).filter((file) => file.startsWith(prefix))) {
    if (!isBeingMade(old)) rmSync(join(cache, old), { force: true });
  }
  renameSync(unfinished, path);
  say(`built in ${String(Math.round((Date.now() - started) / 1000))} s: ${path}`);
  return path;
}

/** `NAME.PID`, and the process is there: another build, or this one. */
function isBeingMade(file) {
  const owner = Number(/\.(\d+)$/.exec(file)?.[1]);
  try {
    return owner > 0 && process.kill(owner, 0);
  } catch {
    return false;
  }
}

function sourceHash(folder) {
  const hash = createHash('sha256');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(go|mod|sum)$/.test(name) && !name.endsWith('_test.go'))
    .sort();
  for (const name of sources) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

function atLeast(found, wanted) {
  const parts = (version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [parts(found), parts(wanted)];
  for (const i of [0, 1, 2]) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  return true;
}
