import { isUtf8 } from 'node:buffer';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { skipSpace, skipValue } from './json-scan.ts';
import { encodingOf, metadataText, type Payload } from './payload.ts';

/** What a payload holds: JSON as it was written (numbers exact, never parsed), or bytes. */
export type Value = { readonly json: string } | { readonly bytes: Buffer };

export function valueOf(payload: Payload): Value {
  const encoding = encodingOf(payload);
  if (encoding === 'binary/null' || encoding === 'binary/nexusNoValue') return { json: 'null' };
  if (encoding.startsWith('json/') && isJson(payload.data)) return { json: payload.data.toString('utf8').trim() };
  return { bytes: payload.data };
}

/** The shorthand of the CLI for reading; null when the payload has none and stays in full. */
export function shorthandOf(payload: Payload): string | null {
  const value = valueOf(payload);
  if (!('json' in value)) return null;
  const messageType = encodingOf(payload) === 'json/protobuf' ? metadataText(payload, 'messageType') : undefined;
  if (messageType === undefined || !value.json.startsWith('{')) return value.json;
  const empty = /^\{\s*\}$/.test(value.json);
  return `{"_protoMessageType":${JSON.stringify(messageType)}${empty ? '' : ','}${value.json.slice(1)}`;
}

function isJson(data: Buffer): boolean {
  if (!isUtf8(data)) return false;
  try {
    const end = skipValue(data, skipSpace(data, 0));
    return skipSpace(data, end) === data.length && hasSoundStrings(data.toString('utf8'));
  } catch (error) {
    if (error instanceof NexusctlError) return false;
    throw error;
  }
}

/** The scan skips over strings; what can be wrong in one is a control character or an escape. */
function hasSoundStrings(text: string): boolean {
  if (!/[\u0000-\u001f\\]/.test(text)) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
