import { flattened } from './documents/flattened.ts';
import { payloadJson, putPayload } from './json/form.ts';
import { makeJsonText, put, putBytes, written } from './json/text.ts';
import type { Opened } from './layers.ts';
import type { Payload } from './model/payload.ts';
import type { Handled, HandledBatch } from './handled.ts';
import { isChanged } from './transform-payload.ts';
import { shorthandOf } from './json/value.ts';
import type { Failure, List, Place } from './walk/place.ts';

/** `replay`: payloads stay payloads, nothing else changes. `readable`: payloads become their values, failures their words. */
export type RenderMode = 'replay' | 'readable';

interface Edit {
  readonly start: number;
  readonly end: number;
  /** A string only when it is ASCII; a payload in its proto3 JSON form. */
  readonly text: string | Buffer | Payload;
}

/** A batch with its changed payloads in place; every other byte as it came. */
export function renderBatch(batch: HandledBatch, mode: RenderMode): Buffer {
  const edits = mode === 'replay' ? replayEdits(batch) : readableEdits(batch);
  if (edits.length === 0) return batch.bytes;
  edits.sort((a, b) => a.start - b.start);
  const out = makeJsonText(batch.bytes.length + edits.length * 64);
  let from = 0;
  for (const { start, end, text } of edits) {
    putBytes(out, batch.bytes.subarray(from, start));
    if (typeof text === 'string') put(out, text);
    else if (Buffer.isBuffer(text)) putBytes(out, text);
    else putPayload(out, text);
    from = end;
  }
  putBytes(out, batch.bytes.subarray(from));
  return written(out);
}

function replayEdits({ bytes, handled }: HandledBatch): Edit[] {
  const edits: Edit[] = [];
  const shorthand = new Map<List, Handled[]>();
  for (const one of handled) {
    const { place, opened, blob } = one;
    if (place === null) continue;
    if (blob !== undefined) edits.push({ start: place.start, end: place.end, text: blob });
    else if (place.list?.shorthand === true) collect(shorthand, place.list, one);
    else edits.push(...editsInPlace(bytes, place, opened));
  }
  // A list in shorthand has no room for payloads: one that changed makes the whole list full.
  for (const [list, elements] of shorthand) {
    if (!elements.some(({ opened }) => isChanged(opened))) continue;
    if (elements.every(({ place }) => place?.form === 'payload')) {
      // It had payloads in full already, and no braces around them.
      edits.push(...elements.flatMap((one) => (one.place === null ? [] : editsInPlace(bytes, one.place, one.opened))));
      continue;
    }
    const items = elements.map(({ opened, before }) => inFull(opened.payload ?? before));
    edits.push({ start: list.start, end: list.end, text: `{"payloads":[${items.join(',')}]}` });
  }
  return edits;
}

function editsInPlace(bytes: Buffer, place: Place, opened: Opened): Edit[] {
  const { payload } = opened;
  if (!isChanged(opened) || payload === null) return [];
  const text = place.form === 'lines' ? flattened(linesAt(bytes, place), payload, false) : payload;
  return [{ start: place.start, end: place.end, text }];
}

function linesAt(bytes: Buffer, { start, end }: Place): Buffer {
  return bytes.subarray(start, end);
}

function readableEdits({ bytes, handled }: HandledBatch): Edit[] {
  const edits: Edit[] = [];
  const lists = new Map<List, Handled[]>();
  for (const one of handled) {
    const { place } = one;
    if (place === null) continue;
    if (one.blob !== undefined) {
      edits.push({ start: place.start, end: place.end, text: one.blob });
      continue;
    }
    if (place.list !== null && !place.list.shorthand) {
      collect(lists, place.list, one);
      continue;
    }
    const words = place.failure === null ? null : failureEdits(place.failure, one);
    if (words !== null) edits.push(...words);
    else if (place.form === 'lines' && one.opened.payload !== null && one.opened.status !== 'failed')
      edits.push({
        start: place.start,
        end: place.end,
        text: flattened(linesAt(bytes, place), one.opened.payload, true),
      });
    else if (place.form === 'payload' && one.opened.payload !== null)
      edits.push({ start: place.start, end: place.end, text: Buffer.from(readable(one)) });
  }
  for (const [list, elements] of lists)
    if (elements.length === list.count && elements.every(({ opened }) => opened.payload !== null))
      edits.push({ start: list.start, end: list.end, text: Buffer.from(`[${elements.map(readable).join(',')}]`) });
  return edits;
}

function readable({ opened, before }: Handled): string {
  const payload = opened.payload ?? before;
  if (payload === null || opened.status === 'failed') return inFull(payload);
  return shorthandOf(payload) ?? payloadJson(payload);
}

function inFull(payload: Payload | null): string {
  return payload === null ? 'null' : payloadJson(payload);
}

/** Puts message and stack trace of an encoded failure back where SDKs had them (1.6 of the payload notes). */
function failureEdits(failure: Failure, { opened }: Handled): Edit[] | null {
  if (opened.status === 'failed' || opened.payload === null) return null;
  const words = wordsOf(opened.payload);
  if (words === null) return null;
  const stackTrace = JSON.stringify(words.stackTrace);
  const edits: Edit[] = [];
  const added: string[] = [];
  if (failure.message === null) added.push(`"message":${JSON.stringify(words.message)}`);
  else edits.push({ ...failure.message, text: Buffer.from(JSON.stringify(words.message)) });
  if (failure.stackTrace === null) added.push(`"stackTrace":${stackTrace}`);
  else edits.push({ ...failure.stackTrace, text: Buffer.from(stackTrace) });
  const gone = added.length === 0 ? failure.gap : failure.member;
  return [...edits, { ...gone, text: Buffer.from(added.join(',')) }];
}

function wordsOf(payload: Payload): { readonly message: string; readonly stackTrace: string } | null {
  const text = shorthandOf(payload);
  if (text?.startsWith('{') !== true) return null;
  const words = JSON.parse(text) as Record<string, unknown>;
  const message = words['message'];
  const stackTrace = words['stack_trace'] ?? words['stackTrace'] ?? '';
  return typeof message === 'string' && typeof stackTrace === 'string' ? { message, stackTrace } : null;
}

function collect(lists: Map<List, Handled[]>, list: List, one: Handled): void {
  const known = lists.get(list);
  if (known === undefined) lists.set(list, [one]);
  else known.push(one);
}
