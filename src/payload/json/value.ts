import { isUtf8 } from 'node:buffer';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import {
  firstMember,
  isNull,
  isString,
  keyEnd,
  nextMember,
  openBrace,
  skipSpace,
  skipValue,
  stringAt,
  valueStart,
} from './scan.ts';
import { encodingOf, makePayload, metadataText, type Payload } from '../model/payload.ts';

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

/** The payload behind a value in shorthand: the CLI's rule, api-go common/v1/payload_json.go. */
export function payloadOfShorthand(value: Buffer): Payload {
  if (isNull(value, 0)) return makePayload({ encoding: 'binary/null' });
  const message = messageOfShorthand(value);
  if (message === null) return makePayload({ encoding: 'json/plain' }, value);
  return makePayload({ encoding: 'json/protobuf', messageType: message.type }, message.data);
}

/** A proto message in shorthand without the member that names its type, and every other byte as it was. */
function messageOfShorthand(value: Buffer): { readonly type: string; readonly data: Buffer } | null {
  if (value[0] !== openBrace || !value.includes('"_protoMessageType"')) return null;
  let previousEnd = -1;
  for (let at = firstMember(value, 0, 0); at >= 0;) {
    const behindKey = keyEnd(value, at);
    const start = valueStart(value, behindKey);
    const end = skipValue(value, start, 1);
    const next = nextMember(value, end);
    if (stringAt(value, { start: at, end: behindKey }) === '_protoMessageType' && isString(value, start)) {
      const [from, to] = next >= 0 ? [at, next] : [previousEnd === -1 ? at : previousEnd, end];
      const data = Buffer.concat([value.subarray(0, from), value.subarray(to)]);
      return { type: stringAt(value, { start, end }), data };
    }
    previousEnd = end;
    at = next;
  }
  return null;
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
