/** A list of the names that came by, so that a name that a thousand endpoints list is one text and not a thousand. */
export interface NameTable {
  /** The number of the name in `bytes[from, to)`, from 0 in the order of their coming; -1 when it is no UTF-8. */
  readonly at: (bytes: Buffer, from: number, to: number) => number;
  readonly text: (index: number) => string;
}

const first = 1024;

export function makeNameTable(): NameTable {
  let slots = new Int32Array(first * 2).fill(-1);
  let hashes = new Int32Array(first);
  let starts = new Int32Array(first + 1);
  let arena = Buffer.alloc(first * 32);
  const texts: string[] = [];

  const isAt = (index: number, bytes: Buffer, from: number, to: number): boolean => {
    const start = starts[index] ?? 0;
    if ((starts[index + 1] ?? 0) - start !== to - from) return false;
    for (let at = from; at < to; at += 1) if (bytes[at] !== arena[start + at - from]) return false;
    return true;
  };

  const grow = (needed: number): void => {
    if (needed > arena.length) arena = Buffer.concat([arena], Math.max(needed, arena.length * 2));
    if (texts.length < hashes.length) return;
    const size = texts.length * 2;
    hashes = widened(hashes, size);
    starts = widened(starts, size + 1);
    slots = new Int32Array(size * 2).fill(-1);
    for (let index = 0; index < texts.length; index += 1) slots[freeSlot(slots, hashes[index] ?? 0)] = index;
  };

  return {
    text: (index) => texts[index] ?? '',
    at: (bytes, from, to) => {
      let hash = 0x811c9dc5 | 0;
      let high = 0;
      for (let at = from; at < to; at += 1) {
        const byte = bytes[at] ?? 0;
        high |= byte;
        hash = Math.imul(hash ^ byte, 0x01000193);
      }
      const mask = slots.length - 1;
      for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
        const index = slots[slot] ?? -1;
        if (index !== -1) {
          if (hashes[index] === hash && isAt(index, bytes, from, to)) return index;
          continue;
        }
        const text = high < 0x80 ? bytes.toString('latin1', from, to) : strictText(bytes.subarray(from, to));
        if (text === null) return -1;
        const start = starts[texts.length] ?? 0;
        grow(start + to - from);
        bytes.copy(arena, start, from, to);
        hashes[texts.length] = hash;
        starts[texts.length + 1] = start + to - from;
        slots[freeSlot(slots, hash)] = texts.length;
        return texts.push(text) - 1;
      }
    },
  };
}

function freeSlot(slots: Int32Array, hash: number): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== -1) slot = (slot + 1) & mask;
  return slot;
}

function widened(old: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(size);
  wide.set(old);
  return wide;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function strictText(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}
