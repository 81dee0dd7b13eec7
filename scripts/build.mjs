// Builds dist/: one CommonJS file for the program (it starts fastest, see docs/architecture.md). Heavy packages stay
// outside and are loaded at the moment of use.
import { readFile, rm } from 'node:fs/promises';
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
  define: { NEXUSCTL_VERSION: JSON.stringify(version) },
};

await rm('dist', { recursive: true, force: true });
await build({ ...shared, entryPoints: ['src/bin.ts'], format: 'cjs', outfile: 'dist/nexusctl.cjs' });
