// Builds dist/: the program as CommonJS packs, of which a command loads only its own (docs/architecture.md), and the
// library. Heavy packages stay outside and are loaded at the moment of use.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build, transform } from 'esbuild';
import ts from 'typescript';

const { version, dependencies } = JSON.parse(await readFile('package.json', 'utf8'));

/** commander loads node:child_process (5 ms) for sub-commands that are programs of their own; nexusctl has none. */
const withoutSubprograms = {
  name: 'commander without sub-programs',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /node_modules.commander./.test(importer) ? { path: 'none', namespace: 'none' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {}' }));
  },
};

const target = 'node20.3';
const minified = { minifyWhitespace: true, minifySyntax: true, legalComments: 'eof' };
const shared = {
  ...minified,
  bundle: true,
  platform: 'node',
  target,
  external: Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]),
  logLevel: 'warning',
  metafile: true,
  define: { NEXUSCTL_VERSION: JSON.stringify(version) },
};

await rm('dist', { recursive: true, force: true });
const program = await buildProgram();
// The public library: `nexusctl/codec` for workers and clients, and its payload converter for the workflow sandbox.
const library = await build({
  ...shared,
  entryPoints: { codec: 'src/worker/codec.ts', converter: 'src/worker/converter.ts' },
  format: 'cjs',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  external: [...shared.external, '@temporalio/common'],
  // Node prints the line of an error that nobody caught: in the log of a worker that should not be all of the library.
  minifyWhitespace: false,
});
for (const name of ['codec', 'converter', 'endpoint-value']) await declarations(name);
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licences(program.metafile, library.metafile));

/**
 * The program as CommonJS packs that are loaded when a verb needs them. esbuild splits only ES modules, and Node starts
 * CommonJS faster, so the pieces are split as the one and then written as the other.
 */
async function buildProgram() {
  const result = await build({
    ...shared,
    entryPoints: { nexusctl: 'src/bin.ts' },
    plugins: [withoutSubprograms],
    format: 'esm',
    splitting: true,
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    write: false,
  });
  const outputs = new Map(Object.entries(result.metafile.outputs).map(([path, output]) => [nameOf(path), output]));
  const closure = (name, seen = new Set()) => {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const { path, kind, external } of outputs.get(name).imports)
      if (kind === 'import-statement' && external !== true) closure(nameOf(path), seen);
    return seen;
  };
  const pieces = new Map(
    await Promise.all(result.outputFiles.map(async ({ path, text }) => [nameOf(path), await pieceOf(text)])),
  );
  const base = closure('nexusctl');
  await mkdir('dist/packs', { recursive: true });
  const hash = createHash('sha256');
  for (const [name, { entryPoint }] of outputs) {
    if (entryPoint === undefined) continue;
    const own = [...closure(name)].filter((piece) => name === 'nexusctl' || !base.has(piece));
    const pack = `module.exports=${packOf(own, pieces)};\n`;
    hash.update(pack);
    await writeFile(`dist/packs/${name}.cjs`, pack);
  }
  const loader = await readFile('scripts/loader.cjs', 'utf8');
  const { code } = await transform(loader.replace("'BUILD'", `'${hash.digest('hex').slice(0, 16)}'`), minified);
  await writeFile('dist/nexusctl.cjs', code);
  return result;
}

function packOf(names, pieces) {
  const functions = names.map(
    (name) => `${JSON.stringify(name)}:function(module,exports,require,__piece,__import){${pieces.get(name)}\n}`,
  );
  return `{${functions.join(',\n')}}`;
}

function nameOf(path) {
  return /([^/\\]+)\.js$/.exec(path)[1];
}

/** One of esbuild's ES modules as the body of a CommonJS function that gets others by `__piece(NAME)`. */
async function pieceOf(text) {
  const late = text.replaceAll(/\bimport\((["']\.{1,2}\/[^"']+["'])\)/g, 'Promise.resolve().then(()=>require($1))');
  const format = { format: 'cjs', platform: 'node', target, sourcefile: 'piece.mjs' };
  const { code } = await transform(late, { ...minified, ...format });
  const pieces = plainExports(code).replaceAll(
    /\brequire\((["'])\.{1,2}\/(?:[^"']+\/)?([^"'/]+)\.js\1\)/g,
    '__piece("$2")',
  );
  return requireLate(pieces.replaceAll(/\bimport\((?=["'])/g, '__import('));
}

/**
 * Writes the exports as one literal at the end instead of esbuild's getters. Those are made for bindings that change,
 * which eslint forbids here; V8 looks every one of them up anew, which costs more than the small functions that read JSON
 * and protobuf. In a literal it knows them, and puts their code where they are called.
 */
function plainExports(code) {
  const getters =
    /var piece_exports=\{\};__export\(piece_exports,\{([^}]*)\}\);module\.exports=__toCommonJS\(piece_exports\);/;
  const names = getters.exec(code)?.[1];
  if (names === undefined) return code;
  // esbuild's sign of a module that runs only when something requires it, after its exports were taken.
  if (/\binit_\w+:/.test(names)) throw new Error(`exports that are set later: ${names.slice(0, 200)}`);
  return `${code.replace(getters, '')};module.exports={${names.replaceAll('()=>', '')}};`;
}

/**
 * Moves each load of a piece or of a Node module from the top to where its value is used, as other bundlers' "inline
 * requires" do: a command then runs what it comes to, not all that it might. Our modules do nothing when they are
 * loaded, so the order does not matter; packages outside the bundle stay where they are.
 */
function requireLate(code) {
  const calls = new Map();
  const declared = code
    .replaceAll(/(?<=^|[;}])__piece\("[^"]+"\);/g, '')
    .replaceAll(
      /\b(import_\w+)=(__toESM\(require\("node:[^"]+"\)(?:,1)?\)|require\("node:[^"]+"\)|__piece\("[^"]+"\))(?=[,;])/g,
      (_whole, name, call) => {
        calls.set(name, call);
        return `\0${name}`;
      },
    );
  return declared
    .replaceAll(/(?<![\0\w$])import_\w+/g, (name) => (calls.has(name) ? `(${name}??=${calls.get(name)})` : name))
    .replaceAll('\0', '');
}

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
