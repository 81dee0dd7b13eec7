import { isUtf8 } from 'node:buffer';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { payloadAt, putPayload } from '../payload/json/form.ts';
import { makeJsonText, put, written } from '../payload/json/text.ts';
import {
  eachElement,
  eachMember,
  openBrace,
  openBracket,
  skipSpace,
  skipValue,
  stringAt,
} from '../payload/json/scan.ts';
import type { Payload } from '../payload/model/payload.ts';

/**
 * The payloads of a request: proto3 JSON of `temporal.api.common.v1.Payloads`, in order. Tolerant: unknown members of
 * the envelope are skipped, an absent list is empty, fields come in either spelling.
 * @throws NexusctlError INPUT_INVALID, PAYLOAD_MALFORMED, LIMIT_EXCEEDED
 */
export function readPayloads(body: Buffer): readonly Payload[] {
  if (!isUtf8(body)) throw notPayloads('UTF-8');
  const payloads: Payload[] = [];
  const start = skipSpace(body, 0);
  if (body[start] !== openBrace) throw notPayloads('an object');
  let lists = 0;
  const end = eachMember(body, start, 0, (bytes, key, at, depth) => {
    if (stringAt(bytes, key) !== 'payloads') return skipValue(bytes, at, depth);
    lists += 1;
    if (lists > 1) throw notPayloads('one list');
    if (bytes[at] !== openBracket) return skipNull(bytes, at, depth);
    return eachElement(bytes, at, depth, (_bytes, _index, from, inner) => {
      if (bytes[from] !== openBrace) throw notPayloads('payload objects');
      const { payload, end } = payloadAt(bytes, from, inner);
      // Go's protojson takes no such name back.
      for (const name of payload.metadata.keys())
        if (/\p{Surrogate}/u.test(name)) throw notPayloads('whole characters');
      payloads.push(payload);
      return end;
    });
  });
  if (skipSpace(body, end) !== body.length) throw notPayloads('nothing behind the object');
  return payloads;
}

function skipNull(bytes: Buffer, at: number, depth: number): number {
  const end = skipValue(bytes, at, depth);
  if (bytes.toString('latin1', at, end) !== 'null') throw notPayloads('a list');
  return end;
}

function notPayloads(wanted: string): NexusctlError {
  return new NexusctlError('INPUT_INVALID', `a body of payloads needs ${wanted}`);
}

/** Strict: only what the schema knows, in its spelling, so that Go's protojson takes it. */
export function writePayloads(payloads: readonly Payload[]): Buffer {
  const expected = payloads.reduce((sum, { data }) => sum + data.length * 1.34 + 128, 32);
  const text = makeJsonText(Math.ceil(expected));
  put(text, '{"payloads":[');
  for (const [index, payload] of payloads.entries()) {
    if (index > 0) put(text, ',');
    putPayload(text, payload);
  }
  put(text, ']}');
  return written(text);
}
