'use strict';
// The start of the program: scripts/build.mjs writes this file to dist/nexusctl.cjs with the packs' hash in it.
//
// A pack (dist/packs/) holds an entry and all that it needs, as functions by name: one file to find and read instead of
// thirty. What several packs hold runs once. V8 compiles a function when it is called; what it compiled is kept for the
// next run, because that is a third of the time of a short command. Node 22 can do that by itself (enableCompileCache).
const fs = require('node:fs');
const { enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { dirname, isAbsolute, join } = require('node:path');
const { Script } = require('node:vm');

/** Stands for the content of all packs; written by scripts/build.mjs. */
const build = 'BUILD';

const packs = join(__dirname, 'packs');
const pieces = new Map();
const modules = new Map();
/** Scripts whose compiled form is not on disk yet, by the path where it belongs. */
const unsaved = new Map();
const cache = compiledCode();

function __piece(name) {
  let module = modules.get(name);
  if (module === undefined) {
    if (!pieces.has(name)) addPack(name);
    module = { exports: {} };
    modules.set(name, module);
    pieces.get(name)(module, module.exports, require, __piece, __import);
  }
  return module.exports;
}

/** Packages outside the bundle: V8 does not let a script that was kept call import() itself. */
function __import(name) {
  return import(name);
}

function addPack(name) {
  const file = join(packs, `${name}.cjs`);
  const pack = cache === undefined ? require(file) : withCache(file, join(cache, `${name}.code`));
  for (const piece of Object.keys(pack)) if (!pieces.has(piece)) pieces.set(piece, pack[piece]);
}

function withCache(file, kept) {
  const source = `(function(module){${fs.readFileSync(file, 'latin1')}\n})`;
  const script = new Script(source, { filename: file, cachedData: readOrUndefined(kept) });
  if (script.cachedDataRejected !== false) {
    if (unsaved.size === 0) process.once('exit', save);
    unsaved.set(kept, script);
  }
  const module = { exports: {} };
  script.runInThisContext()(module);
  return module.exports;
}

function readOrUndefined(path) {
  try {
    return fs.readFileSync(path);
  } catch {
    return undefined;
  }
}

/** After the run, so that the functions which it called are in it. Whoever cannot write starts slower, no more. */
function save() {
  try {
    for (const folder of [dirname(dirname(cache)), dirname(cache), cache]) makeFolder(folder);
    for (const [path, script] of unsaved) {
      const unfinished = `${path}.${process.pid}`;
      fs.writeFileSync(unfinished, script.createCachedData(), { mode: 0o600 });
      fs.renameSync(unfinished, path);
    }
    forgetOldBuilds(dirname(cache));
  } catch {
    // A full disk, a home that is not there or not ours.
  }
}

function makeFolder(folder) {
  if (!fs.existsSync(folder)) fs.mkdirSync(folder, { mode: 0o700 });
}

function forgetOldBuilds(folder) {
  const monthAgo = Date.now() - 30 * 24 * 3_600_000;
  for (const name of fs.readdirSync(folder)) {
    const build = join(folder, name);
    if (build !== cache && fs.lstatSync(build).mtimeMs < monthAgo) fs.rmSync(build, { recursive: true, force: true });
  }
}

/** Where the compiled code of this build and this Node is kept; undefined where none can be. */
function compiledCode() {
  const { env, version, arch } = process;
  if (env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  const folder = cacheFolder(process);
  if (folder === undefined) return undefined;
  if (enableCompileCache !== undefined) {
    enableCompileCache(folder);
    return undefined;
  }
  return join(folder, `${version}-${arch}-${build}`);
}

/** Code from there is run: a folder that is another's, or that others may write to, is none. */
function cacheFolder({ platform, env, getuid }) {
  const home = platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  const parent = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME || home;
  if (!parent || !isAbsolute(parent)) return undefined;
  const folder = join(parent, 'nexusctl');
  const found = fs.lstatSync(folder, { throwIfNoEntry: false });
  const isOurs = found === undefined || (found.isDirectory() && (getuid === undefined || isPrivate(found, getuid())));
  return isOurs ? folder : undefined;
}

function isPrivate({ uid, mode }, own) {
  return uid === own && (mode & 0o022) === 0;
}

module.exports = __piece('nexusctl');
