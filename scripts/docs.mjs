// Writes docs/checks/<CODE>.md and their index from the one table of codes.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const bundle = join(tmpdir(), `nexusctl-docs-${process.pid}.mjs`);
await build({
  entryPoints: ['src/views/check-page.ts'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  outfile: bundle,
  logLevel: 'warning',
});
const { checkPage, checkIndex, codes } = await import(pathToFileURL(bundle));
await rm(bundle);

const folder = 'docs/checks';
await mkdir(folder, { recursive: true });
for (const file of await readdir(folder)) await rm(join(folder, file));
for (const code of codes) await writeFile(join(folder, `${code}.md`), checkPage(code));
await writeFile(join(folder, 'README.md'), checkIndex());
