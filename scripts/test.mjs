// `npm test`: installs what is missing and runs every test, the Go module's first; the summary of all others comes last.
// `npm run test:unit` leaves out what needs a neighbour. Further arguments (files, -t NAME) go to vitest alone.
import process from 'node:process';
import { installNeighbours } from './neighbours.mjs';
import { runInGroup } from './process-group.mjs';
import { install } from './setup.mjs';

install();
const unit = process.argv.includes('--unit');
const rest = process.argv.slice(2).filter((argument) => argument !== '--unit');
if (!unit) installNeighbours();
const failed = [];
for (const step of unit || rest.length > 0 ? [] : ['authorizer', 'web-ui']) {
  const code = await runInGroup([process.execPath, `scripts/${step}.mjs`]);
  if (code > 128) process.exit(code);
  if (code !== 0) failed.push(step);
}
const without = unit ? ['--exclude', 'test/{browser,e2e,faults,server}/**'] : [];
const code = await runInGroup(['node_modules/.bin/vitest', 'run', ...without, ...rest]);
if (failed.length > 0) process.stdout.write(`failed, see above: ${failed.join(', ')}\n`);
process.exitCode = code === 0 && failed.length > 0 ? 1 : code;
