// Paired timing of whole processes: A B A B …, so that a drift of the machine's speed cancels out in the ratio.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * @param {string[]} command a program and its arguments
 * @param {{ env?: Record<string, string>, stdin?: string }} [given]
 * @returns {Promise<number>} wall time in milliseconds; throws when the exit code is not the expected one
 */
async function time(command, { env = process.env, stdin = '', exitCode = 0 } = {}) {
  const started = process.hrtime.bigint();
  const child = spawn(command[0], command.slice(1), { env, stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const [code] = await once(child, 'exit');
  if (code !== exitCode) throw new Error(`${command.join(' ')} ended with ${code}, not ${exitCode}`);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** Runs two commands in turn and returns the medians and the median of the ratios, pair by pair. */
export async function compare(ours, peer, { runs = 15, warmup = 2, ...given } = {}) {
  const pairs = [];
  for (let run = -warmup; run < runs; run++) {
    const pair = [await time(ours, given), await time(peer, { ...given, exitCode: 0 })];
    if (run >= 0) pairs.push(pair);
  }
  return {
    oursMs: median(pairs.map(([a]) => a)),
    peerMs: median(pairs.map(([, b]) => b)),
    ratio: median(pairs.map(([a, b]) => a / b)),
  };
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** One row of a bench's table on stdout. */
export function row(name, { oursMs, peerMs, ratio }, target) {
  const bound = target === undefined ? '' : `  (wanted: at most ${target})`;
  console.log(
    `${name.padEnd(44)} ${oursMs.toFixed(0).padStart(6)} ms  ${peerMs.toFixed(0).padStart(6)} ms  ${ratio.toFixed(2)}x${bound}`,
  );
}
