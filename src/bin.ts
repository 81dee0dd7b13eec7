import { setMaxListeners } from 'node:events';
import { fstatSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import type { Context, Sink } from './context.ts';
import { lazyPorts } from './adapters/lazy.ts';
import { NexusctlError } from './errors/nexusctl-error.ts';
import { main } from './main.ts';
import { createRedactor } from './redact.ts';

/** Written into the bundle by scripts/build.mjs. */
declare const NEXUSCTL_VERSION: string;

/** Runs this process's command line. Called by bin/nexusctl.cjs with the package's folder. */
export function run(packageRoot: string): void {
  const abort = new AbortController();
  // Each call of a service listens to it, and many are made at a time.
  setMaxListeners(0, abort.signal);
  const takeSignals = listenToSignals(abort);
  void main(process.argv.slice(2), makeContext(packageRoot, abort, takeSignals)).then((exitCode) =>
    process.exit(exitCode),
  );
}

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * What else would end this process and can be caught; SIGUSR1 would open Node's debugger. Left out: signals of a crash,
 * which come again when the handler returns, and SIGPROF, which belongs to the profiler.
 */
const others = [
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGVTALRM',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGABRT',
  'SIGTRAP',
  'SIGSTKFLT',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
] as const;

function listenToSignals(abort: AbortController): Context['takeSignals'] {
  let taker: ((signal: NodeJS.Signals) => void) | undefined;
  const deliver = (signal: NodeJS.Signals): void => (taker === undefined ? interrupt(abort) : taker(signal));
  for (const signal of interrupts) process.on(signal, deliver);
  return (take) => {
    taker = take;
    // Windows has none of them.
    const more = process.platform === 'win32' ? [] : others;
    for (const signal of more) process.on(signal, deliver);
    return () => {
      taker = undefined;
      for (const signal of more) process.off(signal, deliver);
    };
  };
}

/** The first signal lets the command clean up; a second one ends the process at once. */
function interrupt(abort: AbortController): void {
  if (abort.signal.aborted) process.exit(130);
  abort.abort(new NexusctlError('INTERRUPTED', 'interrupted'));
}

function makeContext(packageRoot: string, abort: AbortController, takeSignals: Context['takeSignals']): Context {
  const redactor = createRedactor();
  return {
    // Opening a standard stream costs a millisecond or more: each is opened by the command that uses it.
    get stdin() {
      return process.stdin;
    },
    stdout: sink(1, () => process.stdout),
    // Nothing on stderr is a product: whatever is said there passes the last gate.
    stderr: sink(2, () => process.stderr, redactor.redact),
    env: ownEnvironment(),
    platform: process.platform,
    home: homedir(),
    cwd: process.cwd(),
    version: NEXUSCTL_VERSION,
    now: () => new Date(),
    signal: abort.signal,
    takeSignals,
    abortAfter: (milliseconds) => {
      const reason = new NexusctlError('TIMED_OUT', `the command took longer than ${String(milliseconds)} ms`, {
        hint: 'raise --command-timeout',
      });
      setTimeout(() => abort.abort(reason), milliseconds).unref();
    },
    redactor,
    asset: async (path) => {
      const { readFile } = await import('node:fs/promises');
      return readFile(join(packageRoot, path), 'utf8');
    },
    ports: lazyPorts({
      pid: process.pid,
      uid: process.getuid?.(),
      kill: (pid, signal) => void process.kill(pid, signal),
    }),
    outcome: { exitCode: 0 },
  };
}

/**
 * The environment as it was given, for commands and their children; what this process sets is for its own libraries. On
 * Windows, whose names have any case, only what must go makes it a copy.
 */
function ownEnvironment(): Context['env'] {
  const { env, platform } = process;
  const given = platform === 'win32' && env['NODE_TLS_REJECT_UNAUTHORIZED'] === undefined ? env : { ...env };
  // Verification is never off here, whatever the shell says; Node would warn about the variable on stderr (security.md 1).
  delete env['NODE_TLS_REJECT_UNAUTHORIZED'];
  // The AWS SDK writes six lines to stderr on Node 20 unless this is there before a client is made.
  env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  // Node waits at its exit for a lookup that still runs, and glibc would ask a silent resolver for ten seconds.
  env['RES_OPTIONS'] ??= 'timeout:1 attempts:2';
  return given;
}

/** A reader that has gone is no failure of ours: main knows it by its code. */
function wordWriteError(error: Error, descriptor: number): Error {
  const code = 'code' in error ? String(error.code) : error.name;
  if (code === 'EPIPE') return error;
  const where = descriptor === 1 ? 'stdout' : 'stderr';
  return new NexusctlError(
    'FILE_UNWRITABLE',
    `cannot write to ${where}: ${code === 'ENOSPC' ? 'the disk is full' : code}`,
    {
      hint: 'what was written so far is not whole',
      cause: error,
    },
  );
}

function sink(
  descriptor: number,
  open: () => Writable & { columns?: number },
  pass: (text: string) => string = (text) => text,
): Sink {
  let opened: ReturnType<typeof open> | undefined;
  const stream = (): ReturnType<typeof open> => {
    // A reader that goes away is told through the write's callback; without a listener the stream would throw as well.
    opened ??= open().on('error', () => undefined);
    return opened;
  };
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        stream().write(typeof chunk === 'string' ? pass(chunk) : chunk, (error) =>
          error ? reject(wordWriteError(error, descriptor)) : resolve(),
        );
      }),
    // Asked of the descriptor: most commands never write to stderr, and opening it costs three milliseconds; so does
    // node:tty, which a pipe or a file needs not.
    get isTTY() {
      const mayBe = process.platform === 'win32' || fstatSync(descriptor).isCharacterDevice();
      return mayBe && isatty(descriptor);
    },
    get columns() {
      // A terminal that nobody has given a size says 0.
      const { columns = 0 } = stream();
      return columns > 0 ? columns : 80;
    },
  };
}
