import { utf8Text } from '../../protobuf/wire.ts';

const quote = 0x22;
const backslash = 0x5c;

/** JSON text that grows. Bytes rather than a string: most of it is base64, and all of it goes into a file. */
export interface JsonText {
  bytes: Buffer;
  length: number;
}

export function makeJsonText(expectedBytes: number): JsonText {
  return { bytes: Buffer.allocUnsafe(expectedBytes), length: 0 };
}

/** What was written so far. */
export function written({ bytes, length }: JsonText): Buffer {
  return bytes.subarray(0, length);
}

/** @param text ASCII */
export function put(to: JsonText, text: string): void {
  const { length } = to;
  if (length + text.length > to.bytes.length) grow(to, text.length);
  to.bytes.write(text, length, 'latin1');
  to.length = length + text.length;
}

export function putBytes(to: JsonText, bytes: Uint8Array): void {
  const { length } = to;
  if (length + bytes.length > to.bytes.length) grow(to, bytes.length);
  to.bytes.set(bytes, length);
  to.length = length + bytes.length;
}

function grow(to: JsonText, count: number): void {
  const grown = Buffer.allocUnsafe(Math.max(to.bytes.length * 2, to.length + count));
  to.bytes.copy(grown, 0, 0, to.length);
  to.bytes = grown;
}

/** Most texts are printable ASCII without a character that JSON escapes: those are copied. */
export function putString(to: JsonText, bytes: Buffer, from: number, end: number): void {
  if (to.length + end - from + 2 > to.bytes.length) grow(to, end - from + 2);
  const out = to.bytes;
  let length = to.length;
  out[length++] = quote;
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte === quote || byte === backslash || byte >= 0x7f) {
      putEscaped(to, bytes.subarray(from, end));
      return;
    }
    out[length++] = byte;
  }
  out[length++] = quote;
  to.length = length;
}

function putEscaped(to: JsonText, text: Buffer): void {
  const json = Buffer.from(JSON.stringify(utf8Text(text)));
  if (to.length + json.length > to.bytes.length) grow(to, json.length);
  json.copy(to.bytes, to.length);
  to.length += json.length;
}
