import { spawn } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { neighbour } from './neighbour.ts';
import { program, type Run } from './run.ts';

/** The released `temporal` CLI, or the one that NEXUSCTL_TEMPORAL_CLI names; null when there is none. */
export const temporalCli = process.env['NEXUSCTL_TEMPORAL_CLI'] ?? neighbour('temporal');

/** Puts the built program into a folder under the name by which the CLI finds it as its extension. */
export function installExtension(folder: string): void {
  symlinkSync(program, join(folder, 'temporal-nexusctl'));
}

interface Given {
  /** Which CLI; `temporalCli` unless told. */
  readonly cli?: string | null;
  /** HOME, working directory and first in PATH. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Called with the process id when it has written something; the process leads a group of its own. */
  readonly onOutput?: (pid: number) => void;
}

/** Runs it with nothing of this environment but PATH. A CLI that hangs on a codec ignores TERM: it is killed. */
export function temporal(
  args: readonly string[],
  { cli = temporalCli, folder, env, stdin = '', onOutput }: Given,
): Promise<Run> {
  if (cli === null) throw new Error('there is no temporal CLI: ask for it first');
  const child = spawn(cli, args, {
    cwd: folder,
    env: { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`, HOME: folder, ...env },
    timeout: 60_000,
    killSignal: 'SIGKILL',
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    if (stdout === '') onOutput?.(child.pid ?? 0);
    stdout += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (exitCode, signal) => {
      done({ exitCode, signal, stdout, stderr });
    });
  });
}
