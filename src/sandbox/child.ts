import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { endGroup, sendSignal } from './process-group.ts';

export interface ChildRequest {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /**
   * The command shares our terminal: it stays in our process group (job control and prompts work), and the terminal
   * itself sends Ctrl-C to it. Otherwise it leads a group of its own, and all of that group gets every signal.
   */
  readonly terminal: boolean;
  /** Calls back with every signal that arrives from now on, the ones that came earlier first. */
  readonly onSignal: (take: (signal: NodeJS.Signals) => void) => void;
  /** Ends the command when it aborts. */
  readonly signal: AbortSignal;
}

export type ChildEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'not-started'; readonly reason: 'not-found' | 'not-executable'; readonly message: string };

/** How long a command may take to end when its time is over, and what it has left behind, too. */
const graceMs = 5000;

/** Runs a command to its end with our three streams. Death by a signal is 128 + its number, as in a shell. */
export async function runChild(request: ChildRequest): Promise<ChildEnd> {
  const { command, environment, cwd, terminal, onSignal, signal } = request;
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd, env: { ...environment }, stdio: 'inherit', detached: !terminal });
  const end = ended(child);
  const { pid } = child;
  if (pid === undefined) return end;
  const send = (name: NodeJS.Signals): void => void sendSignal(terminal ? pid : -pid, name);
  const stop = (): void => {
    send('SIGTERM');
    setTimeout(() => send('SIGKILL'), graceMs).unref();
  };
  onSignal((name) => {
    if (!(terminal && sentByTerminal.has(name))) send(name);
  });
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const result = await end;
  signal.removeEventListener('abort', stop);
  // What it started and left running would talk to a sandbox that is gone.
  if (!terminal) await endGroup(pid, graceMs);
  return result;
}

/** Keys of the terminal: its whole foreground group gets them, so passing them on would send them twice. */
const sentByTerminal: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);

function ended(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'not-found' : 'not-executable';
      resolve({ kind: 'not-started', reason, message: error.message });
    });
    child.on('exit', (code, name) => {
      resolve({ kind: 'exited', exitCode: name === null ? (code ?? 0) : 128 + constants.signals[name] });
    });
  });
}
