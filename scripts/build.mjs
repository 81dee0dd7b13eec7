// Builds dist/: one CommonJS file for the program (it starts fastest, see docs/architecture.md). Heavy packages stay
// outside and are loaded at the moment of use.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const { version, dependencies } = JSON.parse(await readFile('package.json', 'utf8'));

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.3',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'eof',
  external: Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]),
  logLevel: 'warning',
  metafile: true,
  define: { NEXUSCTL_VERSION: JSON.stringify(version) },
};

await rm('dist', { recursive: true, force: true });
const program = await build({ ...shared, entryPoints: ['src/bin.ts'], format: 'cjs', outfile: 'dist/nexusctl.cjs' });
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licences(program.metafile));

/** The licence texts of the packages that are inside the bundle, as their licences ask. */
async function licences({ inputs }) {
  const folders = Object.keys(inputs).map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  const texts = [...new Set(folders)]
    .filter(Boolean)
    .sort()
    .map(async (folder) => {
      const { name, version } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
      const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
      return `${name} ${version}\n\n${file === undefined ? '' : await readFile(`${folder}/${file}`, 'utf8')}`;
    });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}
