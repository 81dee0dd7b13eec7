import type { Pages } from './documents/document.ts';
import { makePlace, nextField, wireType } from '../protobuf/wire.ts';
import { bounded } from './bounded.ts';
import { all, type Maybe } from './model/maybe.ts';
import type { Payload } from './model/payload.ts';
import { makeOperations } from './model/position.ts';
import { put, written } from './json/text.ts';
import { makeProtoText, putChanged, putMessage, type ProtoText } from './schema/proto-json.ts';
import { historyEventType } from './schema/schema.ts';
import type { Change, HandledBatch } from './handled.ts';
import { handleProto, withPayloads, type HandledProto } from './transform-payload.ts';

/**
 * Applies a change to every payload of a history. Its bytes are the history in JSON, the form in which histories are kept,
 * written for those who ask for them.
 */
export async function* transformPages({ pages, unknown }: Pages, change: Change): AsyncGenerator<HandledBatch> {
  const operations = makeOperations();
  let count = 0;
  for await (const page of pages) {
    const events = eventsOf(page);
    const before = count;
    count += events.length;
    const shared = bounded(change);
    const waiting = events.map((event, index): Maybe<HandledProto> => {
      const path = `$.events[${String(before + index)}]`;
      return handleProto(event, historyEventType, path, {}, shared, operations);
    });
    const results = await all(waiting);
    const write = (): Buffer => {
      const text = makeProtoText(page.length * 2 + 4096, unknown);
      for (const [index, event] of events.entries()) {
        put(text, before + index === 0 ? '{"events":[' : ',');
        putEvent(text, event, results[index]?.changed ?? []);
      }
      return written(text);
    };
    let json: Buffer | undefined;
    yield {
      handled: results.flatMap(({ handled }) => handled),
      clear: results.flatMap(({ clear }) => clear),
      events: results.flatMap((result) => result.events),
      // Written when first asked for: an audit never asks, a document asks more than once.
      get bytes() {
        return (json ??= write());
      },
    };
  }
  yield { bytes: Buffer.from(']}'), handled: [], clear: [], events: [] };
}

/** The history in JSON, nothing changed. */
export async function* pagesJson(document: Pages): AsyncGenerator<Buffer> {
  const stay: Change = (payload) => ({ status: 'unchanged', layers: [], payload });
  for await (const { bytes } of transformPages(document, stay)) yield bytes;
}

function eventsOf(page: Buffer): readonly Buffer[] {
  const events: Buffer[] = [];
  const place = makePlace();
  for (let at = 0; at < page.length; at = place.end) {
    nextField(page, at, page.length, place);
    if (place.number === 1 && place.wireType === wireType.bytes) events.push(page.subarray(place.from, place.to));
  }
  return events;
}

function putEvent(text: ProtoText, event: Buffer, changed: readonly (Payload | null)[]): void {
  if (putChanged(text, historyEventType, event, changed)) return;
  const message = withPayloads(event, historyEventType, changed);
  putMessage(text, historyEventType, message, 0, message.length);
}
