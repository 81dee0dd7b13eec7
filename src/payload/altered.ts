import { isUtf8 } from 'node:buffer';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { encodingOf, type Payload } from './payload.ts';

export const alteredNote = 'its data is no JSON: changed by a codec that does not say so';

const json: ReadonlySet<string> = new Set(['json/plain', 'json/protobuf']);

/**
 * Whether the encoding of a payload says JSON and the data cannot be: no text, or one that begins as no JSON does. So are
 * payloads that a codec encrypted in place without any mark. What is JSON but for some characters (`NaN` of Python) counts
 * as JSON.
 */
export function isAltered(payload: Payload): boolean {
  const { data } = payload;
  return data.length > 0 && json.has(encodingOf(payload)) && (!beginsJson(data) || !isUtf8(data));
}

/** @throws NexusctlError FAMILY_UNSUPPORTED: bytes that nobody can read are not shown as a value */
export function refuseAltered(payload: Payload): void {
  if (!isAltered(payload)) return;
  throw new NexusctlError(
    'FAMILY_UNSUPPORTED',
    `its encoding is ${encodingOf(payload)}, and its data is no JSON: another codec changed it and does not say so`,
    {
      hint: 'decode it with the codec server that belongs to it: --codec-endpoint URL; a readable download of the Web UI is to be had as encoded',
    },
  );
}

/** The first characters of JSON, of NaN and Infinity, and of a byte order mark. */
const firstBytes: ReadonlySet<number> = new Set(Buffer.from('{["-0123456789tfnNI\ufeff'));
const space: ReadonlySet<number> = new Set(Buffer.from(' \t\r\n'));

function beginsJson(data: Buffer): boolean {
  let at = 0;
  while (space.has(data[at] ?? 0)) at += 1;
  return at === data.length || firstBytes.has(data[at] ?? 0);
}
