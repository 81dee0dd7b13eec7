// Runs a command with all that it starts as one group of processes, none of which outlives this process.
import { spawn } from 'node:child_process';
import process from 'node:process';

/**
 * The shell that becomes the command holds, before it does, a pipe of this process, and leaves it to a guard within the
 * group: when it closes without a word, this process is gone, and could say nothing. There is no moment without a guard.
 */
const guarded = `
  (
    trap "" HUP INT TERM
    read -r ended <&3 && exit
    kill -s TERM -- "-$$"; sleep 2; kill -s KILL -- "-$$"
  ) </dev/null >/dev/null 2>&1 &
  exec 3<&- "$@"`;

/**
 * @param {readonly string[]} command
 * @returns {Promise<number>} its exit code; 128 and the number of the signal when one ended it
 */
export function runInGroup(command) {
  const child = spawn('/bin/sh', ['-c', guarded, 'sh', ...command], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    detached: true,
  });
  const guard = child.stdio[3];
  guard.on('error', () => undefined);
  let grace;
  const end = (signal) => {
    killGroup(child.pid, signal);
    grace ??= setTimeout(() => killGroup(child.pid, 'SIGKILL'), 5000);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, end);
  // npm ends its shell, not what that runs: then our parent is another.
  const parent = process.ppid;
  const orphaned = setInterval(() => process.ppid !== parent && end('SIGTERM'), 500);
  return new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code, signal) => {
      guard.end('ended\n');
      for (const one of signals) process.off(one, end);
      clearTimeout(grace);
      clearInterval(orphaned);
      resolve(code ?? 128 + (numbers[signal] ?? 0));
    });
  });
}

const numbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function killGroup(id, signal) {
  try {
    process.kill(-id, signal);
  } catch {
    // It has ended meanwhile.
  }
}
