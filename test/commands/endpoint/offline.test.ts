import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { runBuilt } from '../../helpers/run.ts';

it('names a policy that is not there, when files are asked alone', async () => {
  const gone = resolve('test/fixtures/none.json');
  const argv = ['endpoint', 'reachable', '--from', 'orders', '--offline'];
  const { exitCode, stderr } = await runBuilt([...argv, '--policy-file', gone]);
  expect([exitCode, stderr.split('\n')[0]]).toEqual([3, `error: there is no policy at ${gone}`]);
  expect(await runBuilt(argv)).toMatchObject({ exitCode: 2 });
});
