import { spawnSync } from 'node:child_process';
import { neighbour } from '../helpers/neighbour.ts';
import type { Need } from './fault.ts';

/** Why a need is not met here; null when it is. In CI a missing neighbour throws. */
export function missing(need: Need): string | null {
  const known = answers.get(need);
  if (known !== undefined) return known;
  const answer = look(need);
  answers.set(need, answer);
  if (answer !== null && process.env['CI'] === 'true')
    throw new Error(`${answer}, and in CI no test that needs it may be skipped`);
  return answer;
}

const answers = new Map<Need, string | null>();

function look(need: Need): string | null {
  switch (need) {
    case 'openssl':
    case 'nginx':
    case 'haproxy':
    case 'go':
      return neighbour(need) === null ? `${need} is not installed` : null;
    case 'namespaces':
      return spawnSync('/usr/bin/env', ['unshare', '-mn', 'ip', 'link', 'set', 'lo', 'up']).status === 0
        ? null
        : 'namespaces of the kernel need root, unshare and ip';
  }
}
