/** The bytes that mean something in YAML. */
export const newline = 10;
export const carriage = 13;
export const space = 32;
export const quote = 34;
export const hash = 35;
export const apostrophe = 39;
export const comma = 44;
export const dash = 45;
export const dot = 46;
export const colon = 58;
export const openList = 91;
export const backslash = 92;
export const closeList = 93;
export const openMap = 123;
export const bar = 124;
export const closeMap = 125;

export function isItem(first: number, second: number): boolean {
  return first === dash && second === space;
}

export function isKeyLetter(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || byte === 36;
}

/** A letter, digit, hyphen, dot or slash, or what is not ASCII. */
export function isWord(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || (byte >= 45 && byte <= 57) || (byte >= 65 && byte <= 90) || byte >= 0x80;
}

/** A letter, digit, slash, dot or underscore: what nothing else in YAML begins with. */
export function isPlainStart(byte: number): boolean {
  return (isWord(byte) && byte < 0x80 && byte !== dash) || byte === 95;
}

/** Characters that may be no part of YAML, or a line's end in one version of it: DEL, C1, U+2028, U+2029, U+FFxx. */
export function isOdd(bytes: Buffer, at: number): boolean {
  const [one, two = 0, three = 0] = bytes.subarray(at, at + 3);
  if (one === 0x7f) return true;
  if (one === 0xc2) return two < 0xa0;
  if (one === 0xe2) return two === 0x80 && (three === 0xa8 || three === 0xa9);
  return one === 0xef;
}
