// `npm test`: installs what is missing, builds, and runs every test. `--unit` leaves out what needs a neighbour.
import { spawnSync } from 'node:child_process';
import { installNeighbours } from './neighbours.mjs';
import { install } from './setup.mjs';

install();
const unit = process.argv.includes('--unit');
if (!unit) installNeighbours();
const rest = process.argv.slice(2).filter((argument) => argument !== '--unit');
const projects = unit ? ['--exclude', 'test/{e2e,faults,server}/**'] : [];
const { status } = spawnSync('node_modules/.bin/vitest', ['run', ...projects, ...rest], { stdio: 'inherit' });
process.exitCode = status ?? 1;
