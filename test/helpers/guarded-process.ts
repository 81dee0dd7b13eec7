import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

export interface GuardedProcess {
  readonly ended: () => boolean;
  /** The end of what it wrote, both streams. */
  readonly log: () => string;
  /** Ends it as `signal` does, waits until it is gone, and removes its folder. */
  readonly close: () => Promise<void>;
}

interface Given {
  /** Its HOME and working directory, removed when it has ended. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it is ended with; TERM unless told. */
  readonly signal?: 'TERM' | 'KILL';
}

/**
 * Starts a server that does not outlive this process, whatever ends it: a shell holds the other end of a pipe, and ends
 * the server when the pipe closes. The shell is in a session of its own, so that Ctrl-C at a terminal does not reach it.
 */
export function startGuarded(command: readonly string[], { folder, env = {}, signal = 'TERM' }: Given): GuardedProcess {
  const child = spawn('/bin/sh', ['-c', guard, 'sh', ...command], {
    cwd: folder,
    detached: true,
    env: { PATH: process.env['PATH'], HOME: folder, GUARDED_FOLDER: folder, GUARDED_SIGNAL: signal, ...env },
  });
  child.unref();
  child.stdin.on('error', () => undefined);
  let log = '';
  for (const stream of [child.stdout, child.stderr] as Socket[]) {
    stream.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000)));
    stream.unref();
  }
  (child.stdin as Socket).unref();
  const exit = once(child, 'exit');
  return {
    ended: () => child.exitCode !== null,
    log: () => log,
    close: async () => {
      child.ref();
      child.stdin.end();
      await exit;
    },
  };
}

/** A server that does not obey within five seconds is killed. Nobody may be left to read what the shell says of it. */
const guard = `
  exec 3<&0
  "$@" </dev/null 3<&- & server=$!
  (
    cat <&3 >/dev/null
    kill -$GUARDED_SIGNAL $server
    left=25; while [ $left -gt 0 ] && kill -0 $server; do sleep 0.2; left=$((left - 1)); done
    kill -KILL $server
  ) 2>/dev/null & watch=$!
  exec 3<&- </dev/null >/dev/null 2>&1
  wait $server; code=$?
  kill $watch 2>/dev/null
  cd /; rm -rf "$GUARDED_FOLDER"
  exit $code`;
