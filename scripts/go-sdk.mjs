// A program that connects with the Go SDK, for the predictions of connect-test: test/faults/go-sdk names the SDK's
// version. Built once per source into .cache/; the last line on stdout is its path.
import process from 'node:process';
import { buildOnce, goMissing } from './go-module.mjs';

const folder = 'test/faults/go-sdk';

/** Gives the exit code. Without Go it says so; in CI (CI=true) that is a failure. */
function buildGoSdk() {
  const reason = goMissing(folder);
  if (reason !== undefined) {
    say(`not built: ${reason}`);
    return process.env.CI === 'true' ? 1 : 0;
  }
  const about = 'the client of the Go SDK (half a minute when nothing is cached)';
  const path = buildOnce({ folder, target: '.', name: 'faults-go-sdk', say, about });
  if (path === undefined) return 1;
  process.stdout.write(`${path}\n`);
  return 0;
}

function say(text) {
  process.stdout.write(`go-sdk: ${text}\n`);
}

process.exitCode = buildGoSdk();
