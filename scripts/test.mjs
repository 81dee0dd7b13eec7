// `npm test`: installs what is missing and runs every test, the Go module's first; the summary of all others comes last.
// `npm run test:unit` leaves out what needs a neighbour. Further arguments (files, -t NAME) go to vitest alone.
import process from 'node:process';
import { runInGroup } from './process-group.mjs';

const script = ([name, ...args]) => runInGroup([process.execPath, `scripts/${name}.mjs`, ...args]);
const unit = process.argv.includes('--unit');
const rest = process.argv.slice(2).filter((argument) => argument !== '--unit');
const goPrograms = ['temporal-web-ui', 'temporal-cli', 'faults-go-sdk'].map((name) => ['go-programs', name]);
const before = [
  ['setup'],
  ...(unit ? [] : [['neighbours']]),
  ...(unit || rest.length > 0 ? [] : [['authorizer'], ...goPrograms]),
];
const failed = [];
for (const step of before) {
  const code = await script(step);
  if (code > 128 || (code !== 0 && step[0] === 'setup')) process.exit(code);
  if (code !== 0) failed.push(step.join(' '));
}
const projects = unit ? ['--project', 'unit'] : [];
const code = await runInGroup(['node_modules/.bin/vitest', 'run', ...projects, ...rest]);
if (failed.length > 0) process.stdout.write(`failed, see above: ${failed.join(', ')}\n`);
process.exitCode = code === 0 && failed.length > 0 ? 1 : code;
