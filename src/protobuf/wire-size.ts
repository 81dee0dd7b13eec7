/** Bytes of a field that holds so many bytes: text, a message, an entry of a map. */
export function fieldSize(bytes: number, number = 1): number {
  return tagSize(number) + varintSize(bytes) + bytes;
}

/** Bytes of the tag before the value of a field. */
export function tagSize(number: number): number {
  return varintSize(number * 8);
}

/** Bytes of a whole number; negative ones take ten. Past 2^53 it may be off by one. */
export function varintSize(value: number): number {
  if (value < 0) return 10;
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}
