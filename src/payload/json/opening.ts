import { skipSpace } from './scan.ts';

/**
 * Whether bytes begin as JSON in braces, brackets or quotes does. A message of the protocol may look so: its first tag,
 * 0x0A, is a line end and the length behind it any byte; but it soon has a byte that no JSON has.
 */
export function opensJson(bytes: Buffer): boolean {
  const first = bytes[skipSpace(bytes, 0)];
  if (first !== 0x7b && first !== 0x5b && first !== 0x22) return false;
  return bytes[0] !== 0x0a || isText(bytes.subarray(0, 256));
}

const scalar = String.raw`(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)[ \t\r]*`;
const scalarLine = new RegExp(String.raw`^\s*${scalar}(?:$|\n\s*(?:$|[[{"]|${scalar}(?:\n|$)))`);

/** Whether the first line is a number or a word of JSON, with JSON or nothing below it. */
export function opensScalar(bytes: Buffer): boolean {
  return scalarLine.test(bytes.subarray(0, 8192).toString('latin1'));
}

/** Whether the beginning is text; colours of a terminal count as such. */
export function isText(bytes: Buffer): boolean {
  return bytes
    .subarray(0, 4096)
    .every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x1b);
}
