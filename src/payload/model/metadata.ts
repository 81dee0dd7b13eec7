/** Metadata of a payload, in its order. */
export type Metadata = ReadonlyMap<string, Buffer>;

interface Known {
  readonly metadata: Metadata;
  readonly names: readonly string[];
  readonly values: readonly Uint8Array[];
}

/** The last ones first, roughly: what is asked for moves up by one. */
const known: Known[] = [];
const most = 32;
const longestBytes = 4096;

/**
 * Metadata of these names and values, copied. Payloads carry few different ones: equal ones become one object, so that
 * what was found out about it (its family, its keys, its text) need not be found out for each payload.
 */
export function metadataOf(names: readonly string[], values: readonly Uint8Array[]): Metadata {
  for (const [index, candidate] of known.entries()) {
    if (!isSame(candidate, names, values)) continue;
    const before = known[index - 1];
    if (before !== undefined) {
      known[index] = before;
      known[index - 1] = candidate;
    }
    return candidate.metadata;
  }
  const copies = values.map((value) => Buffer.from(value));
  const metadata = new Map(names.map((name, index) => [name, copies[index] ?? Buffer.alloc(0)]));
  const length = copies.reduce((sum, value) => sum + value.length, names.join('').length);
  if (length <= longestBytes) known[Math.min(known.length, most - 1)] = { metadata, names, values: copies };
  return metadata;
}

function isSame({ names, values }: Known, otherNames: readonly string[], otherValues: readonly Uint8Array[]): boolean {
  if (names.length !== otherNames.length) return false;
  for (let index = 0; index < names.length; index += 1) {
    const [value, other] = [values[index], otherValues[index]];
    if (names[index] !== otherNames[index] || value?.length !== other?.length) return false;
    for (let at = 0; at < (value?.length ?? 0); at += 1) if (value?.[at] !== other?.[at]) return false;
  }
  return true;
}
