/** What an adapter may know of the process it runs in; made in bin.ts, the only file that names `process`. */
export interface Host {
  readonly pid: number;
  /** The user; undefined where users have no number (Windows). */
  readonly uid: number | undefined;
  /** Sends a signal; 0 only asks whether the process is there. Throws ESRCH or EPERM as Node does. */
  readonly kill: (pid: number, signal: NodeJS.Signals | 0) => void;
}
