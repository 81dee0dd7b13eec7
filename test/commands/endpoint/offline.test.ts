import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../helpers/folder.ts';
import { runBuilt } from '../../helpers/run.ts';

it('names a policy that is not there, when files are asked alone', async () => {
  const gone = resolve('test/fixtures/none.json');
  const argv = ['endpoint', 'reachable', '--from', 'orders', '--offline'];
  const { exitCode, stderr } = await runBuilt([...argv, '--policy-file', gone]);
  expect([exitCode, stderr.split('\n')[0]]).toEqual([3, `error: there is no policy at ${gone}`]);
  expect(await runBuilt(argv)).toMatchObject({ exitCode: 2 });
});

// The library that reads any YAML would take minutes and gigabytes for it.
describe('a nexus.yaml above 16 MiB', () => {
  const asked = async (text: string) => {
    const folder = await makeFolder({ 'nexus.yaml': text });
    const argv = ['endpoint', 'check', 'billing', '--from', 'caller-7.a', '--offline', '-o', 'json'];
    return await runBuilt([...argv, '-f', join(folder, 'nexus.yaml')]);
  };
  const reason = 'r'.repeat(900);
  const allow = Array.from({ length: 20_000 }, (_, index) => ({ namespace: `caller-${String(index)}.a`, reason }));
  const document = { version: 1, endpoints: [{ name: 'billing', allow }] };

  it.each([
    ['JSON', JSON.stringify(document, null, 2)],
    ['JSON on one line', JSON.stringify(document)],
  ])('is read when it is %s', async (_, text) => {
    const { exitCode, stdout } = await asked(text);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('"allowed": true')]);
  });

  it('is refused with the line that only the library would know', async () => {
    const { exitCode, stderr } = await asked(
      `version: 1\nendpoints:\n  - name: &anchor aa\n${'# filler\n'.repeat(2_000_000)}`,
    );
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('and line 3 is not laid out')]);
  });
});
