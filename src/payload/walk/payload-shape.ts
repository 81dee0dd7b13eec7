import { jsonKey } from '../json/key.ts';
import {
  firstMember,
  isNull,
  isString,
  keyEnd,
  nextMember,
  openBrace,
  skipValue,
  stringAt,
  valueStart,
  type Span,
} from '../json/scan.ts';
import type { PayloadParts } from '../json/form.ts';
import type { InputForm } from './place.ts';

/** What the value at a payload's place is. */
export interface Shape {
  readonly isPayload: boolean;
  readonly end: number;
  readonly parts: PayloadParts | null;
}

/** Whether the value at a payload's place is a payload in full; see `InputForm`. */
export function judge(form: InputForm, bytes: Buffer, at: number, depth: number, listed: boolean): Shape {
  if (form === 'auto' && bytes[at] === openBrace) return shapeOf(bytes, at, depth, listed, true);
  return { isPayload: form === 'full', end: skipValue(bytes, at, depth), parts: null };
}

/** Whether the value at `from` is a payload by its looks: a payload's fields only, and metadata that names an encoding. */
export function hasPayloadShape(bytes: Buffer, from: number, depth: number): boolean {
  return bytes[from] === openBrace && shapeOf(bytes, from, depth, false, false).isPayload;
}

/**
 * @param listed in a list that can hold nothing but payloads the encoding may be missing
 * @param toEnd false: what is no payload is not read on, and its end is not known
 */
function shapeOf(bytes: Buffer, from: number, depth: number, listed: boolean, toEnd: boolean): Shape {
  let fits = true;
  let encoding: Span | null = null;
  let holdsValue = false;
  let simple = true;
  let metadataStart = -1;
  let metadataEnd = -1;
  let dataStart = -1;
  let dataEnd = -1;
  let at = firstMember(bytes, from, depth);
  while (at >= 0) {
    const behindKey = keyEnd(bytes, at);
    const { name } = jsonKey(bytes, at, behindKey);
    const value = valueStart(bytes, behindKey);
    let end: number;
    switch (name) {
      case 'metadata': {
        const map = metadataAt(bytes, value, depth + 1);
        fits &&= map.fits;
        encoding ??= map.encoding;
        simple &&= metadataStart === -1;
        metadataStart = value;
        metadataEnd = end = map.end;
        break;
      }
      case 'data':
        end = skipValue(bytes, value, depth + 1);
        holdsValue ||= !isString(bytes, value) && !isNull(bytes, value);
        simple &&= dataStart === -1;
        dataStart = value;
        dataEnd = end;
        break;
      case 'externalPayloads':
      case 'external_payloads':
        end = skipValue(bytes, value, depth + 1);
        simple = false;
        break;
      default:
        end = skipValue(bytes, value, depth + 1);
        fits = false;
    }
    if (!fits && !toEnd) return { isPayload: false, end, parts: null };
    at = nextMember(bytes, end);
  }
  // A readable download of the Web UI puts the value where its bytes were: that is named, and not taken for a value.
  const isPayload =
    fits && (holdsValue ? encoding !== null && isEncoding(bytes, encoding) : encoding !== null || listed);
  return {
    isPayload,
    end: ~at,
    parts: isPayload && simple ? { metadataStart, metadataEnd, dataStart, dataEnd } : null,
  };
}

interface MetadataShape {
  readonly fits: boolean;
  readonly encoding: Span | null;
  readonly end: number;
}

function metadataAt(bytes: Buffer, from: number, depth: number): MetadataShape {
  if (bytes[from] !== openBrace)
    return { fits: isNull(bytes, from), encoding: null, end: skipValue(bytes, from, depth) };
  let fits = true;
  let encoding: Span | null = null;
  let at = firstMember(bytes, from, depth);
  while (at >= 0) {
    const behindKey = keyEnd(bytes, at);
    const value = valueStart(bytes, behindKey);
    const end = skipValue(bytes, value, depth + 1);
    if (jsonKey(bytes, at, behindKey).name === 'encoding') encoding ??= { start: value, end };
    fits &&= isString(bytes, value) || isNull(bytes, value);
    at = nextMember(bytes, end);
  }
  return { fits, encoding, end: ~at };
}

/** Whether a string names an encoding, in base64 or as it is. */
function isEncoding(bytes: Buffer, span: Span): boolean {
  if (!isString(bytes, span.start)) return false;
  const text = stringAt(bytes, span);
  return [text, Buffer.from(text, 'base64').toString('latin1')].some((name) => /^[a-z]+\/[\w.+-]+$/i.test(name));
}
