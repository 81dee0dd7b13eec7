// The real Web UI of Temporal for the tests: test/browser/web-ui names its version, Go's module proxy has it with its
// pages. Built once per go.sum into .cache/; the last line on stdout is the path of the program.
import process from 'node:process';
import { buildOnce, goMissing } from './go-module.mjs';

const folder = 'test/browser/web-ui';

/** Gives the exit code. Without Go it says so; in CI (CI=true) that is a failure. */
export function buildWebUi() {
  const reason = goMissing(folder);
  if (reason !== undefined) {
    say(`not built: ${reason}`);
    return process.env.CI === 'true' ? 1 : 0;
  }
  const target = 'github.com/temporalio/ui-server/v2/cmd/server';
  const about = 'the Web UI (about a minute when nothing is cached)';
  const path = buildOnce({ folder, target, name: 'temporal-web-ui', say, about });
  if (path === undefined) return 1;
  process.stdout.write(`${path}\n`);
  return 0;
}

function say(text) {
  process.stdout.write(`web-ui: ${text}\n`);
}

if (process.argv[1]?.endsWith('web-ui.mjs')) process.exitCode = buildWebUi();
