import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { makePlace, nextField, varint, wireType } from '../../protobuf/wire.ts';

/** From year 1 to 9999, as the JSON form has them. */
const firstSecond = -62_135_596_800;
const lastSecond = 253_402_300_799;
const longestSeconds = 315_576_000_000;

/** google.protobuf.Timestamp as it stands in JSON. @throws NexusctlError PROTOBUF_INVALID */
export function timestampJson(message: Buffer): string {
  const { seconds, nanos } = partsOf(message);
  if (seconds < firstSecond || seconds > lastSecond || nanos < 0) throw outOfRange('timestamp');
  return `"${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction(nanos)}Z"`;
}

/** google.protobuf.Duration as it stands in JSON. @throws NexusctlError PROTOBUF_INVALID */
export function durationJson(message: Buffer): string {
  const { seconds, nanos } = partsOf(message);
  if (Math.abs(seconds) > longestSeconds || seconds * nanos < 0) throw outOfRange('duration');
  const sign = seconds < 0 || nanos < 0 ? '-' : '';
  return `"${sign}${String(Math.abs(seconds))}${fraction(Math.abs(nanos))}s"`;
}

/** Both have the same fields: 1 seconds, 2 nanos. */
function partsOf(message: Buffer): { readonly seconds: number; readonly nanos: number } {
  const place = makePlace();
  let seconds = 0;
  let nanos = 0;
  for (let at = 0; at < message.length; at = place.end) {
    nextField(message, at, message.length, place);
    if (place.wireType !== wireType.varint) continue;
    const value = varint(message, place.from, place.to);
    const signed = typeof value === 'number' ? value : Number(BigInt.asIntN(64, value));
    if (place.number === 1) seconds = signed;
    if (place.number === 2) nanos = signed;
  }
  if (Math.abs(nanos) > 999_999_999) throw outOfRange('fraction of a second');
  return { seconds, nanos };
}

/** Nothing, or three, six or nine digits. */
function fraction(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  return `.${digits.replace(/(?:000){1,2}$/, '')}`;
}

function outOfRange(what: string): NexusctlError {
  return new NexusctlError('PROTOBUF_INVALID', `not a protobuf message: a ${what} out of range`);
}
