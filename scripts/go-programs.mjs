// Go programs of the tests: each has a folder that names the versions and the sums of all its parts, and is built once
// per source into .cache/.
//
//   node scripts/go-programs.mjs NAME    the last line on stdout is the path of the program
import process from 'node:process';
import { buildOnce, goMissing } from './go-module.mjs';

const programs = {
  // The real Web UI, with its pages.
  'temporal-web-ui': {
    folder: 'test/browser/web-ui',
    target: 'github.com/temporalio/ui-server/v2/cmd/server',
    about: 'the Web UI (about a minute when nothing is cached)',
  },
  // The `temporal` CLI 1.5.1: of the versions that the proxy has, the last that can be built (1.9.1 wants a module that is
  // only in its repository). It knows no extensions; neighbours.mjs has 1.9.1, built by others.
  'temporal-cli': {
    folder: 'test/server/temporal-cli',
    target: 'github.com/temporalio/cli/cmd/temporal',
    about: 'the temporal CLI (about 6 minutes of CPU when nothing is cached)',
  },
  // A program that connects with the Go SDK, for the predictions of connect-test.
  'faults-go-sdk': {
    folder: 'test/faults/go-sdk',
    target: '.',
    about: 'the client of the Go SDK (half a minute when nothing is cached)',
  },
};

/** Gives the exit code. Without Go it says so; in CI (CI=true) that is a failure. */
function build(name) {
  const { folder, ...program } = programs[name];
  const say = (text) => process.stdout.write(`${name}: ${text}\n`);
  const reason = goMissing(folder);
  if (reason !== undefined) {
    say(`not built: ${reason}`);
    return process.env.CI === 'true' ? 1 : 0;
  }
  const path = buildOnce({ ...program, folder, name, say });
  if (path === undefined) return 1;
  process.stdout.write(`${path}\n`);
  return 0;
}

const [name] = process.argv.slice(2);
if (name !== undefined && Object.hasOwn(programs, name)) process.exitCode = build(name);
else throw new Error(`one of: ${Object.keys(programs).join(', ')}`);
