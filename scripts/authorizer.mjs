// The Go module in authorizer/: builds its Temporal server once per source, and runs its checks and tests.
//
//   node scripts/authorizer.mjs          build, vet, tests with the race detector, a short fuzz run, server tests
//   node scripts/authorizer.mjs build    only build; the last line is the path of the server
//   node scripts/authorizer.mjs test     only check and test
//   node scripts/authorizer.mjs bench    what a verdict costs
//
// Without Go, or with one too old, it says what it did not run and ends well; in CI (CI=true) that is a failure.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { buildOnce, go, goMissing } from './go-module.mjs';

const folder = 'authorizer';

/** Builds the server unless these sources were built before. Gives its path; undefined when the build failed. */
function buildServer() {
  const about = 'the Temporal server (about 8 minutes of CPU when nothing is cached, else seconds)';
  return buildOnce({ folder, target: './cmd/temporal-server', name: 'temporal-server', say, about });
}

/** Runs everything that judges the module. Gives the names of what failed. */
function testAuthorizer() {
  const steps = [
    ['format', () => formatted()],
    ['vet', () => go(folder, ['vet', './...'])],
    ['tests with the race detector', () => go(folder, ['test', '-race', '.', './policy'], { CGO_ENABLED: '1' })],
    ['fuzz', () => go(folder, ['test', './policy', '-run=^$', '-fuzz=FuzzParse', '-fuzztime=5s', '-parallel=2'])],
    ['server tests', () => go(folder, ['test', '-ldflags=-s -w', './cmd/...'])],
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
  const reason = goMissing(folder);
  if (reason !== undefined) {
    say(`not run: ${reason}`);
    return process.env.CI === 'true' ? 1 : 0;
  }
  if (what === 'bench') return go(folder, ['test', './policy', '-run=^$', '-bench=.', '-benchmem']) ? 0 : 1;
  const failed = [];
  const server = what === 'test' ? undefined : buildServer();
  if (what !== 'test' && server === undefined) failed.push('build');
  if (what !== 'build') failed.push(...testAuthorizer());
  if (failed.length > 0) say(`failed: ${failed.join(', ')}`);
  else if (what === 'build') process.stdout.write(`${server}\n`);
  return failed.length === 0 ? 0 : 1;
}

function formatted() {
  const { status, stdout } = spawnSync('gofmt', ['-l', folder], { encoding: 'utf8' });
  process.stdout.write(stdout ?? '');
  return status === 0 && stdout === '';
}

function say(text) {
  process.stdout.write(`authorizer: ${text}\n`);
}

if (process.argv[1]?.endsWith('authorizer.mjs')) process.exitCode = authorizer(process.argv[2]);
