import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export interface Run {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  /** Killed with SIGKILL after this long; 20 s unless told. */
  readonly timeoutMs?: number;
  /** A command that runs the program: `unshare -m …`. */
  readonly wrap?: readonly string[];
}

export const program = resolve('bin/nexusctl.cjs');

/**
 * Runs the built program as a process of its own, as a user would, with nothing of this environment but PATH and an
 * empty HOME.
 */
export function runBuilt(argv: readonly string[], given: Given = {}): Promise<Run> {
  const [command = process.execPath, ...args] = [...(given.wrap ?? []), process.execPath, program, ...argv];
  const child = spawn(command, args, {
    cwd: given.cwd,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...given.env },
    timeout: given.timeoutMs ?? 20_000,
    killSignal: 'SIGKILL',
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(given.stdin ?? '');
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (exitCode, signal) => {
      done({ exitCode, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}
