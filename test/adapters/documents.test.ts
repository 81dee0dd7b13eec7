import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBuilt } from '../helpers/run.ts';

describe('a document that cannot be read', () => {
  const gone = resolve('test/fixtures/none.json');
  const folder = resolve('test/fixtures');
  it.each([
    ['one that is not there', gone, `error: ${gone} is not there`],
    ['a folder', folder, `error: cannot read ${folder}: it is a folder`],
  ])('is named in words: %s', async (_what, path, first) => {
    const { exitCode, stderr } = await runBuilt(['payload', 'decode', path]);
    expect([exitCode, stderr.split('\n')[0]]).toEqual([3, first]);
  });
});
