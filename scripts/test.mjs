// `npm test`: installs what is missing and runs every test, the Go module's first; the summary of all others comes last.
// `npm run test:unit` leaves out what needs a neighbour. Further arguments (files, -t NAME) go to vitest alone.
import { spawnSync } from 'node:child_process';
import { authorizer } from './authorizer.mjs';
import { installNeighbours } from './neighbours.mjs';
import { install } from './setup.mjs';
import { buildWebUi } from './web-ui.mjs';

install();
const unit = process.argv.includes('--unit');
const rest = process.argv.slice(2).filter((argument) => argument !== '--unit');
if (!unit) installNeighbours();
const go = unit || rest.length > 0 ? 0 : Math.max(authorizer(), buildWebUi());
const without = unit ? ['--exclude', 'test/{browser,e2e,faults,server}/**'] : [];
const { status } = spawnSync('node_modules/.bin/vitest', ['run', ...without, ...rest], { stdio: 'inherit' });
if (go !== 0) process.stdout.write('Go: failed, see above\n');
process.exitCode = go === 0 ? (status ?? 1) : go;
