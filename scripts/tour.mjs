// The guided tour: nexusctl itself, run as a user would run it, inside `nexusctl sandbox run`. Every step says what it
// shows, and the tour fails when a step does not show it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/nexusctl.cjs', import.meta.url));
const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'nexusctl-tour-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

// The namespaces of the sandbox's account.
const [handler, caller, stranger] = ['billing.sndbx', 'orders.sndbx', 'legacy.sndbx'];
const input = '{"invoice": 1234567890123456789, "amount": "12.50 EUR"}';

title('1. Can we connect?');
step('every layer from DNS to Nexus, and round-trip times', 'nexusctl connect-test', { shows: /connected to/ });
step('a wrong server name: one cause, and the fix', 'nexusctl connect-test --tls-server-name billing.example', {
  exit: 5,
  shows: /TLS012/,
});

title('2. Who may call?');
step('an endpoint', `nexusctl endpoint create billing --target-namespace ${handler} --target-task-queue billing`);
step('one caller is allowed', `nexusctl endpoint allow billing ${caller}`);
step('again: nothing to do is a success', `nexusctl endpoint allow billing ${caller}`, {
  shows: /nothing to change/,
});
step('may it call? yes', `nexusctl endpoint check billing --from ${caller}`, { shows: /yes|may call/i });
step('may another? no, and the exit code says so', `nexusctl endpoint check billing --from ${stranger}`, {
  exit: 1,
  shows: /no\b|may not call/i,
});

title('3. What is in the payload?');
step('a key', 'nexusctl payload keygen', { to: 'orders.key', quiet: true });
writeFileSync(join(folder, 'input.json'), input);
step(
  'encrypted as every Temporal SDK sample does it',
  'nexusctl payload encrypt --key orders-2026=file:orders.key input.json',
  {
    to: 'payload.json',
  },
);
step('which key is it? (no key needed to ask)', 'nexusctl payload inspect payload.json', { shows: /orders-2026/ });
step('opened: numbers come out exactly', 'nexusctl payload decode --key orders-2026=file:orders.key payload.json', {
  shows: /1234567890123456789/,
});

say(`\nThe tour took ${((Date.now() - started) / 1000).toFixed(1)} s. Next: nexusctl --help`);

function step(what, command, { exit = 0, shows, to, quiet = false } = {}) {
  say(`\n# ${what}\n$ ${command}${to === undefined ? '' : ` > ${to}`}`);
  const [, ...args] = command.split(' ');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
  if (to !== undefined) writeFileSync(join(folder, to), stdout, { mode: 0o600 });
  else if (!quiet) process.stdout.write(stdout);
  process.stdout.write(stderr);
  if (exit !== 0) say(`(exit ${status})`);
  if (status !== exit) fail(`exit ${status}, not ${exit}`);
  if (shows !== undefined && !shows.test(stdout)) fail(`the output does not show ${shows}`);
}

function title(text) {
  say(`\n── ${text} ${'─'.repeat(Math.max(0, 70 - text.length))}`);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function fail(why) {
  say(`\nthe tour stops here: ${why}`);
  process.exit(1);
}
