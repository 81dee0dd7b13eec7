// The real neighbours of the tests. `npm test` calls this: what is missing is installed (Debian packages as root,
// Python packages into .cache/), and it says what it does. What cannot be had is reported; its tests are then skipped
// with the reason, and in CI (CI=true) that is a failure.
//
// A test asks `test/helpers/neighbour.ts` for a neighbour by its name in this table.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs from Debian's packages: name → package. */
const debian = {
  openssl: 'openssl',
  nginx: 'nginx-light',
  haproxy: 'haproxy',
  zsh: 'zsh',
  fish: 'fish',
};

/** Programs from PyPI, each in a virtual environment of its own in .cache/: name → requirements, pinned. */
const python = {
  // KMS, S3 and Secrets Manager. None is true alone: ministack checks signatures, IAM and key states, moto has real
  // authenticated encryption, and microburst in front of either throws the errors that neither knows.
  moto: ['moto[server]==5.2.5'],
  ministack: ['ministack==1.5.33'],
  microburst: ['microburst==0.10.0'],
};

export function installNeighbours() {
  installDebian();
  for (const [name, requirements] of Object.entries(python)) installPython(name, requirements);
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
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { stdio: 'ignore', env });
}

function installPython(name, requirements) {
  const folder = join('.cache', 'python', name);
  if (existsSync(join(folder, 'ready')) || !onPath('python3')) return;
  say(`installing Python packages for the tests: ${requirements.join(' ')}`);
  mkdirSync(folder, { recursive: true });
  const run = (command, args) => spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const made =
    run('python3', ['-m', 'venv', folder]) && run(join(folder, 'bin', 'pip'), ['install', '--quiet', ...requirements]);
  if (made) mkdirSync(join(folder, 'ready'));
  else say(`could not install ${requirements.join(' ')}; going on without`);
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

function say(text) {
  process.stdout.write(`neighbours: ${text}\n`);
}

if (process.argv[1]?.endsWith('neighbours.mjs')) installNeighbours();
