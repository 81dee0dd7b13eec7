import type { Files } from './files.ts';

/** What another process on this machine sees. */
export interface ProcessView {
  /** Its environment as it was when it started. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Files by their paths as they are there, which may be a container's. */
  readonly files: Files;
}

export interface Processes {
  /**
   * @throws NexusctlError NOT_FOUND for no such process or no /proc,
   *   FILE_UNREADABLE without the right to look
   */
  readonly view: (pid: number) => Promise<ProcessView>;
}
