import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { program } from '../helpers/run.ts';

it('the guided tour of `npm start` shows what it says, in under 15 s', () => {
  const args = [program, 'sandbox', 'run', '--', process.execPath, 'scripts/tour.mjs'];
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent' };
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env, timeout: 15_000 });
  expect(stdout).toContain('The tour took');
  expect(status).toBe(0);
});
