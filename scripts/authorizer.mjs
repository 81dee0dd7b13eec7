// The Go module in authorizer/: builds its Temporal server once per source, and runs its checks and tests.
//
//   node scripts/authorizer.mjs          build, vet, tests with the race detector, a short fuzz run, server tests
//   node scripts/authorizer.mjs build    only build; the last line is the path of the server
//   node scripts/authorizer.mjs test     only check and test
//   node scripts/authorizer.mjs bench    what a verdict costs
//
// Without Go, or with one too old, it says what it did not run and ends well; in CI (CI=true) that is a failure.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';

const moduleFolder = 'authorizer';
const cache = '.cache';
const prefix = 'temporal-server-';
const environment = {
  ...process.env,
  GOTOOLCHAIN: 'local',
  // The same for every step: other flags would compile the 1,500 packages of the server again.
  GOFLAGS: '-mod=readonly -buildvcs=false -trimpath',
  CGO_ENABLED: '0',
};

/** Where the server of these sources is, whether or not it has been built. */
export function serverPath() {
  return resolve(cache, prefix + sourceHash());
}

/** Why the module cannot be built here; undefined when it can. */
export function goMissing() {
  const { stdout, status } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', env: environment });
  if (status !== 0) return 'go is not installed';
  const wanted = /^go (\S+)$/m.exec(readFileSync(join(moduleFolder, 'go.mod'), 'utf8'))?.[1] ?? '';
  const found = stdout.trim().replace(/^go/, '');
  return atLeast(found, wanted) ? undefined : `go is ${found}; go.mod wants ${wanted}`;
}

/** Builds the server unless these sources were built before. Gives its path; undefined when the build failed. */
export function buildServer() {
  const path = serverPath();
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  say('building the Temporal server (about 8 minutes of CPU when nothing is cached, else seconds) …');
  const unfinished = `${path}.${String(process.pid)}`;
  const started = Date.now();
  const built = go({}, 'build', '-ldflags=-s -w', '-o', unfinished, './cmd/temporal-server');
  if (!built) {
    rmSync(unfinished, { force: true });
    return undefined;
  }
  for (const old of readdirSync(cache).filter((name) => name.startsWith(prefix))) {
    if (resolve(cache, old) !== unfinished) rmSync(join(cache, old), { force: true });
  }
  renameSync(unfinished, path);
  say(`built in ${String(Math.round((Date.now() - started) / 1000))} s: ${path}`);
  return path;
}

/** Runs everything that judges the module. Gives the names of what failed. */
export function testAuthorizer() {
  const steps = [
    ['format', () => formatted()],
    ['vet', () => go({}, 'vet', './...')],
    ['tests with the race detector', () => go({ CGO_ENABLED: '1' }, 'test', '-race', '.', './policy')],
    ['fuzz', () => go({}, 'test', './policy', '-run=^$', '-fuzz=FuzzParse', '-fuzztime=5s', '-parallel=2')],
    ['server tests', () => go({}, 'test', '-ldflags=-s -w', './cmd/...')],
  ];
  const failed = [];
  for (const [name, run] of steps) {
    const started = Date.now();
    const passed = run();
    if (!passed) failed.push(name);
    say(`${passed ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }
  return failed;
}

/** @param {string} [what] build, test, bench, or nothing for build and test */
export function authorizer(what) {
  const reason = goMissing();
  if (reason !== undefined) {
    say(`not run: ${reason}`);
    return process.env.CI === 'true' ? 1 : 0;
  }
  if (what === 'bench') return go({}, 'test', './policy', '-run=^$', '-bench=.', '-benchmem') ? 0 : 1;
  const failed = [];
  if (what !== 'test' && buildServer() === undefined) failed.push('build');
  if (what !== 'build') failed.push(...testAuthorizer());
  if (failed.length > 0) say(`failed: ${failed.join(', ')}`);
  else if (what === 'build') process.stdout.write(`${serverPath()}\n`);
  return failed.length === 0 ? 0 : 1;
}

function formatted() {
  const { status, stdout } = spawnSync('gofmt', ['-l', moduleFolder], { encoding: 'utf8' });
  process.stdout.write(stdout ?? '');
  return status === 0 && stdout === '';
}

function go(extra, ...args) {
  const env = { ...environment, ...extra };
  return spawnSync('go', args, { cwd: moduleFolder, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function sourceHash() {
  const hash = createHash('sha256');
  const sources = readdirSync(moduleFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(go|mod|sum)$/.test(name) && !name.endsWith('_test.go'))
    .sort();
  for (const name of sources) hash.update(`${name}\0`).update(readFileSync(join(moduleFolder, name)));
  return hash.digest('hex').slice(0, 16);
}

function atLeast(found, wanted) {
  const parts = (version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [parts(found), parts(wanted)];
  for (const i of [0, 1, 2]) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  return true;
}

function say(text) {
  process.stdout.write(`authorizer: ${text}\n`);
}

if (process.argv[1]?.endsWith('authorizer.mjs')) process.exitCode = authorizer(process.argv[2]);
