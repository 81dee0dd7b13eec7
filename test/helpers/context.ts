import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import { lazyPorts } from '../../src/adapters/lazy.ts';
import type { Context, Ports, Sink } from '../../src/context.ts';
import { NexusctlError } from '../../src/errors/nexusctl-error.ts';
import { main } from '../../src/main.ts';
import { buildWholeProgram } from '../../src/program.ts';
import { createRedactor } from '../../src/redact.ts';

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  readonly home?: string;
  readonly now?: Date;
  /** Terminal columns of stdout and stderr; absent means a pipe. */
  readonly terminal?: number;
  readonly ports?: Partial<Ports>;
}

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** This process, for adapters that are used in tests. */
export const host = {
  pid: process.pid,
  uid: process.getuid?.(),
  kill: (pid: number, signal: NodeJS.Signals | 0): void => void process.kill(pid, signal),
};

/** Runs a command line in this process over an in-memory Context: no environment, no files but those named. */
export async function runMain(argv: readonly string[], given: Given = {}): Promise<Outcome> {
  const { context, stdout, stderr } = memoryContext(given);
  const exitCode = await main(argv, context);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** The command tree with every verb declared: what a test over all verbs walks. */
export function wholeProgram(): ReturnType<typeof buildWholeProgram> {
  return buildWholeProgram(memoryContext({}).context);
}

function memoryContext(given: Given) {
  const stdout = memorySink(given.terminal);
  const redactor = createRedactor();
  const stderr = memorySink(given.terminal, redactor.redact);
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  const context: Context = {
    stdin: Object.assign(Readable.from(given.stdin === undefined ? [] : [Buffer.from(given.stdin)]), {
      isTTY: given.terminal !== undefined,
    }),
    stdout,
    stderr,
    env: given.env ?? {},
    platform: 'linux',
    home: given.home ?? '/nonexistent/home',
    cwd: given.cwd ?? '/nonexistent',
    version: '0.0.0-test',
    now: () => given.now ?? new Date(),
    signal: abort.signal,
    takeSignals: () => () => undefined,
    abortAfter: (milliseconds) =>
      void setTimeout(() => abort.abort(new NexusctlError('TIMED_OUT', 'too long')), milliseconds).unref(),
    redactor,
    asset: async (path) => (await import('node:fs/promises')).readFile(path, 'utf8'),
    ports: { ...lazyPorts(host), ...given.ports },
    outcome: { exitCode: 0 },
  };
  return { context, stdout, stderr };
}

function memorySink(
  columns: number | undefined,
  pass = (text: string) => text,
): Sink & { readonly text: () => string } {
  const chunks: Buffer[] = [];
  return {
    write: (chunk) => {
      chunks.push(Buffer.from(typeof chunk === 'string' ? pass(chunk) : chunk));
      return Promise.resolve();
    },
    isTTY: columns !== undefined,
    columns: columns ?? 80,
    text: () => Buffer.concat(chunks).toString(),
  };
}
