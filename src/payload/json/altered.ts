import { isUtf8 } from 'node:buffer';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { encodingOf, type Payload } from '../model/payload.ts';
import { skipSpace } from './scan.ts';

const json: ReadonlySet<string> = new Set(['json/plain', 'json/protobuf']);

/**
 * What is wrong with a payload whose encoding says JSON and whose data cannot be: no text, or one that begins as no JSON
 * does. So are payloads that a codec encrypted in place without any mark. What is JSON but for some words (`NaN` of Python)
 * counts as JSON.
 */
export function alteration(payload: Payload): string | null {
  const { data, metadata } = payload;
  if (data.length === 0 || !json.has(encodingOf(payload))) return null;
  if (metadata.has(decodedMark)) return 'its data was the value itself, as in a readable download of the Web UI';
  return beginsJson(data) && isUtf8(data) ? null : 'its data is no JSON: changed by a codec that does not say so';
}

/** Until August 2024 the Web UI put it beside each payload that it decoded; of JSON it then wrote the value. */
const decodedMark = 'encodingDecoded';

/** @throws NexusctlError FAMILY_UNSUPPORTED: bytes that nobody can read are not shown as a value */
export function refuseAltered(payload: Payload): void {
  const what = alteration(payload);
  if (what === null) return;
  throw new NexusctlError('FAMILY_UNSUPPORTED', `its encoding is ${encodingOf(payload)}, and ${what}`, {
    hint: payload.metadata.has(decodedMark)
      ? 'download the history as encoded (or decoded, for replay): its payloads are base64'
      : 'decode it with the codec server that belongs to it: --codec-endpoint URL; a readable download of the Web UI is to be had as encoded',
  });
}

/** The first characters of JSON, of NaN and Infinity, and of a byte order mark. */
const firstBytes: ReadonlySet<number> = new Set(Buffer.from('{["-0123456789tfnNI\ufeff'));

function beginsJson(data: Buffer): boolean {
  const at = skipSpace(data, 0);
  return at === data.length || firstBytes.has(data[at] ?? 0);
}
