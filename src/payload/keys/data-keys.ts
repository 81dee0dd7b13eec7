import type { Maybe } from '../model/maybe.ts';

/** Bounds on one data key (security.md 13): whichever is reached first ends its use. */
export const dataKeyBounds = { ageMs: 3_600_000, messages: 2 ** 24, bytes: 64 * 1024 ** 3, entries: 1000 } as const;

export interface WrappedKey {
  readonly key: Buffer;
  readonly wrapped: Buffer;
}

/**
 * Data keys between calls of the key service: one that writes per key id, and those that were unwrapped to read. Bounded
 * by age, messages, bytes and number of entries.
 */
export interface DataKeys {
  /** The data key to write with now; a new one is made (one call of the service) when the bounds are reached. */
  readonly toWrite: (id: string, bytes: number, make: () => Promise<WrappedKey>) => Promise<WrappedKey>;
  /** The data key behind `wrapped`; concurrent readers share one call of the service. */
  readonly toRead: (id: string, wrapped: Buffer, unwrap: () => Promise<Buffer>) => Maybe<Buffer>;
  readonly clear: () => void;
}

interface Writing {
  readonly made: Promise<WrappedKey>;
  readonly since: number;
  messages: number;
  bytes: number;
}

interface Reading {
  key: Maybe<Buffer>;
  readonly since: number;
}

export function makeDataKeys(
  now: () => number,
  bounds: Readonly<Record<keyof typeof dataKeyBounds, number>> = dataKeyBounds,
): DataKeys {
  const writing = new Map<string, Writing>();
  const reading = new Map<string, Reading>();
  /** A clock that was set back says nothing about the age. */
  const isOld = (since: number): boolean => now() < since || now() - since >= bounds.ageMs;
  return {
    toWrite(id, bytes, make) {
      let entry = writing.get(id);
      const spent =
        entry === undefined ||
        isOld(entry.since) ||
        entry.messages + 1 > bounds.messages ||
        entry.bytes + bytes > bounds.bytes;
      if (entry === undefined || spent) {
        entry = { made: make(), since: now(), messages: 0, bytes: 0 };
        writing.set(id, entry);
        entry.made.catch(() => writing.delete(id));
      }
      entry.messages += 1;
      entry.bytes += bytes;
      return entry.made;
    },
    toRead(id, wrapped, unwrap) {
      const name = `${id}\n${wrapped.toString('latin1')}`;
      const known = reading.get(name);
      if (known !== undefined && !isOld(known.since)) {
        // Least recently used goes first.
        reading.delete(name);
        reading.set(name, known);
        return known.key;
      }
      const key = unwrap();
      const entry: Reading = { key, since: now() };
      reading.set(name, entry);
      // What is here once need not be waited for again.
      key.then(
        (bytes) => (entry.key = bytes),
        () => reading.delete(name),
      );
      const oldest = reading.size > bounds.entries ? reading.keys().next().value : undefined;
      if (oldest !== undefined) reading.delete(oldest);
      return key;
    },
    clear() {
      writing.clear();
      reading.clear();
    },
  };
}
