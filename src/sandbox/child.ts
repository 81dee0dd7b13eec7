import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { kill } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

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

const graceMs = 2000;

/** Runs a command to its end with our three streams. Death by a signal is 128 + its number, as in a shell. */
export async function runChild(request: ChildRequest): Promise<ChildEnd> {
  const { command, environment, cwd, terminal, onSignal, signal } = request;
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd, env: { ...environment }, stdio: 'inherit', detached: !terminal });
  const end = ended(child);
  onSignal((name) => {
    if (!(terminal && sentByTerminal.has(name))) send(child, name, !terminal);
  });
  const stop = (): void => {
    send(child, 'SIGTERM', !terminal);
    setTimeout(() => send(child, 'SIGKILL', !terminal), graceMs).unref();
  };
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const result = await end;
  signal.removeEventListener('abort', stop);
  if (!terminal) await endGroup(child);
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

/** What the command started and left running would talk to a sandbox that is gone. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (!send(child, 'SIGTERM', true)) return;
  for (let waited = 0; waited < graceMs; waited += 20) {
    await sleep(20);
    if (!send(child, 0, true)) return;
  }
  send(child, 'SIGKILL', true);
}

/** @returns whether anybody is there to get it; the null signal only asks */
function send(child: ChildProcess, name: NodeJS.Signals | 0, group: boolean): boolean {
  if (child.pid === undefined) return false;
  try {
    return kill(group ? -child.pid : child.pid, name);
  } catch {
    return false;
  }
}
