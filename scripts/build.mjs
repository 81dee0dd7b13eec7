// Builds dist/: one CommonJS file for the program (it starts fastest, see docs/architecture.md). Heavy packages stay
// outside and are loaded at the moment of use.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import ts from 'typescript';

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
// The public library: `nexusctl/codec` for workers and clients, and its payload converter for the workflow sandbox.
const library = await build({
  ...shared,
  entryPoints: { codec: 'src/worker/codec.ts', converter: 'src/worker/converter.ts' },
  format: 'cjs',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  external: [...shared.external, '@temporalio/common'],
});
for (const name of ['codec', 'converter', 'endpoint-value']) await declarations(name);
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licences(program.metafile, library.metafile));

/** The licence texts of the packages that are inside the bundle, as their licences ask. */
async function licences(...metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
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

/** The types of one public file as `.d.cts`: Temporal projects are often CommonJS, and `.d.ts` would say ES module. */
async function declarations(name) {
  const fileName = `src/worker/${name}.ts`;
  const options = { compilerOptions: { isolatedDeclarations: true, declaration: true, module: ts.ModuleKind.ESNext } };
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(await readFile(fileName, 'utf8'), {
    fileName,
    ...options,
  });
  const [problem] = diagnostics;
  if (problem !== undefined)
    throw new Error(`${fileName}: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`);
  await writeFile(`dist/${name}.d.cts`, outputText.replace(/(['"])\.\/([\w-]+)\.ts\1/g, "'./$2.cjs'"));
}
