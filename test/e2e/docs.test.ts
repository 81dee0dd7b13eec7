import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../helpers/folder.ts';
import { program, runBuilt } from '../helpers/run.ts';

/** The blocks of a page that a newcomer can run as they are printed, in a rehearsal account or cluster. */
const blocks: readonly [page: string, first: string, sandbox: readonly string[]][] = [
  ['docs/self-hosted.md', 'nexusctl endpoint create', ['--self-hosted']],
  ['docs/endpoints.md', 'nexusctl endpoint export', []],
  ['docs/encryption-shared-key.md', 'nexusctl payload keygen', []],
];

it.each(blocks)('%s: the block that begins with `%s` does what it says', async (page, first, sandbox) => {
  const text = await readFile(page, 'utf8');
  const block = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].find(([, body = '']) => body.startsWith(first))?.[1];
  expect(block).toBeDefined();
  const cwd = await makeFolder({ 'bin/nexusctl': `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n` });
  await chmod(join(cwd, 'bin/nexusctl'), 0o755);
  await writeFile(join(cwd, 'block.sh'), block ?? '');
  const { exitCode, stderr } = await runBuilt(['sandbox', 'run', ...sandbox, '--', 'sh', '-e', 'block.sh'], {
    cwd,
    env: { PATH: `${join(cwd, 'bin')}:${process.env['PATH'] ?? ''}` },
    timeoutMs: 60_000,
  });
  expect(stderr).not.toMatch(/^(error|hint):/m);
  expect(exitCode).toBe(0);
});
