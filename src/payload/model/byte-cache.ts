/** Remembers what few different byte sequences mean. A place holds one: what is new takes the place of what was there. */
export interface ByteCache<T> {
  readonly get: (bytes: Buffer, start: number, end: number) => T | undefined;
  /** Keeps a copy of the bytes, unless they are many. */
  readonly set: (bytes: Buffer, start: number, end: number, value: T) => void;
}

interface Entry<T> {
  readonly bytes: Uint8Array;
  readonly value: T;
}

/** @param size a power of two; @param longest bytes: with `size` the bound on what is held */
export function makeByteCache<T>(size: number, longest: number): ByteCache<T> {
  const entries: (Entry<T> | null)[] = Array.from({ length: size }, () => null);
  return {
    get(bytes, start, end) {
      const entry = entries[mix(bytes, start, end) & (size - 1)];
      return entry && isSame(entry.bytes, bytes, start, end) ? entry.value : undefined;
    },
    set(bytes, start, end, value) {
      if (end - start > longest) return;
      const slot = mix(bytes, start, end) & (size - 1);
      entries[slot] = { bytes: Uint8Array.from(bytes.subarray(start, end)), value };
    },
  };
}

/** A few of the bytes and their number: what differs elsewhere only takes the same place. */
function mix(bytes: Buffer, start: number, end: number): number {
  if (end - start < 3) return end - start;
  const length = end - start;
  return length * 31 + at(bytes, start + 1) * 7 + at(bytes, start + (length >> 1)) * 131 + at(bytes, end - 3) * 17;
}

function at(bytes: Buffer, index: number): number {
  return bytes[index] ?? 0;
}

function isSame(known: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let index = 0; index < known.length; index += 1) if (known[index] !== bytes[start + index]) return false;
  return true;
}
