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
  const entries: (Entry<T> | undefined)[] = Array.from({ length: size }, () => undefined);
  const slotOf = (bytes: Buffer, start: number, end: number): number => {
    const middle = (start + end) >> 1;
    const mixed =
      (end - start) * 31 + (bytes[start + 1] ?? 0) * 7 + (bytes[middle] ?? 0) * 131 + (bytes[end - 3] ?? 0) * 17;
    return mixed & (size - 1);
  };
  return {
    get(bytes, start, end) {
      const entry = entries[slotOf(bytes, start, end)];
      return entry !== undefined && isSame(entry.bytes, bytes, start, end) ? entry.value : undefined;
    },
    set(bytes, start, end, value) {
      if (end - start > longest) return;
      entries[slotOf(bytes, start, end)] = { bytes: Uint8Array.from(bytes.subarray(start, end)), value };
    },
  };
}

function isSame(known: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = 0; at < known.length; at += 1) if (known[at] !== bytes[start + at]) return false;
  return true;
}
