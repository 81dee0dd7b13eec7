/** The port through which the core reads and writes the user's files. Filled by adapters/files.ts. */
export interface Files {
  /**
   * Reads a regular file of at most `limit` bytes (1 MiB unless told).
   * @returns its bytes, or null when nothing is there
   * @throws NexusctlError FILE_UNREADABLE (a folder, a device, no permission) or INPUT_TOO_LARGE
   */
  readonly read: (path: string, limit?: number) => Promise<Uint8Array | null>;
  /**
   * Replaces a file as a whole: the new bytes are written beside the target (links resolved), flushed and renamed.
   * Mode and owner of what is replaced are kept; a new file gets 0600.
   * @throws NexusctlError FILE_UNWRITABLE, or FILE_EXISTS when `create` is set and something is there
   */
  readonly write: (
    path: string,
    bytes: string | Uint8Array,
    options?: { create?: boolean; mode?: number },
  ) => Promise<void>;
  /** Makes a folder, and those above it, with 0700 where they are missing. @throws NexusctlError FILE_UNWRITABLE */
  readonly makeFolder: (path: string) => Promise<void>;
  /** Facts about a path, links followed; null when nothing is there. */
  readonly stat: (path: string) => Promise<FileFacts | null>;
  /**
   * Runs `work` while holding the lock of `path` (a file beside it with pid and start time of its owner).
   * The lock of a dead process is broken.
   * @throws NexusctlError LOCKED when a living process keeps it longer than `waitMs`
   */
  readonly locked: <T>(path: string, waitMs: number, work: () => Promise<T>) => Promise<T>;
}

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  readonly size: number;
  /** POSIX permission bits, e.g. 0o600. */
  readonly mode: number;
  readonly uid: number;
  /** Owned by this user or by root, and writable by nobody else. */
  readonly onlyOwnerWrites: boolean;
  /** Group or others may read it: worth a warning when it holds a key. */
  readonly othersMayRead: boolean;
}
