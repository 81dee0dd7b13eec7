import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { OpenClear } from './walk/clear.ts';
import type { OpenEventPart } from './model/event-part.ts';
import type { Document } from './documents/document.ts';
import type { Change, Handled, HandledBatch } from './handled.ts';
import type { Batch } from './walk/batch.ts';
import { bounded } from './bounded.ts';
import { payloadOfLines } from './documents/flattened.ts';
import { decodeBase64, payloadOfParts, readPayloadJson } from './json/form.ts';
import type { Opened } from './layers.ts';
import { after, all, type Maybe } from './model/maybe.ts';
import type { Payload } from './model/payload.ts';
import { historyType } from './schema/schema.ts';
import { opensJson } from './json/opening.ts';
import { isString, skipSpace, stringAt } from './json/scan.ts';
import type { OpenPlace, Place } from './walk/place.ts';
import { makeOperations } from './model/position.ts';
import { renderBatch, type RenderMode } from './render.ts';
import { handleProto, transformPayload, transformProto, unreadable, withPayloads } from './transform-payload.ts';
import { walkJson } from './walk/json.ts';
import { payloadOfShorthand } from './json/value.ts';

/**
 * Applies a change to every payload of a document, a batch at a time.
 * @param mode how it will be rendered: to be read, histories in base64 become JSON
 */
export async function* transformDocument(
  document: Document,
  change: Change,
  mode: RenderMode = 'replay',
): AsyncGenerator<HandledBatch> {
  if (document.kind === 'pages') {
    const { transformPages } = await import('./pages.ts');
    yield* transformPages(document, change);
    return;
  }
  if (document.kind === 'proto') {
    yield await transformProto(document.bytes, document.type, '$', {}, bounded(change));
    return;
  }
  for await (const { bytes, places, clear = [], events = [] } of document.batches) {
    const blobs: Blobs = { mode, found: new Map() };
    const handled = await transformBatch({ bytes, places }, bounded(change), blobs);
    yield { bytes, handled, ...withBlobs({ clear, events }, places, blobs) };
  }
}

/** Of the histories that stand in a batch in base64. */
interface Blobs {
  readonly mode: RenderMode;
  /** What else than payloads is in each. */
  readonly found: Map<Place, Beside>;
}

/** What is in a batch beside payloads. */
type Beside = Pick<HandledBatch, 'clear' | 'events'>;

/** In the order of the document, whichever was looked through first. */
function withBlobs(own: Beside, places: readonly Place[], { found }: Blobs): Beside {
  if (found.size === 0) return own;
  const inBlobs = places.flatMap((place) => found.get(place) ?? []);
  return {
    clear: [...own.clear, ...inBlobs.flatMap(({ clear }) => clear)],
    events: [...own.events, ...inBlobs.flatMap(({ events }) => events)],
  };
}

function transformBatch(batch: Batch, change: Change, blobs: Blobs): Maybe<readonly Handled[]> {
  // All at once: a key service is asked for many payloads at the same time; what is here needs no waiting at all.
  const waiting: Maybe<Handled | readonly Handled[]>[] = [];
  for (const place of batch.places) waiting.push(transformPlace(batch.bytes, place, change, blobs));
  return after(all(waiting), (results) => {
    const handled: Handled[] = [];
    for (const result of results)
      if ('opened' in result) handled.push(result);
      else for (const one of result) handled.push(one);
    return handled;
  });
}

function transformPlace(
  bytes: Buffer,
  place: Place,
  change: Change,
  blobs: Blobs,
): Maybe<Handled | readonly Handled[]> {
  const { path, position } = place;
  switch (place.form) {
    case 'value': {
      const payload = payloadOfShorthand(bytes.subarray(place.start, place.end));
      return after(change(payload, position), (opened) => ({ path, position, before: payload, opened, place }));
    }
    case 'blob': {
      const text = isString(bytes, place.start) ? stringAt(bytes, place) : '';
      const history = decodeBase64(text);
      return history === null
        ? unreadable(place, malformed('the history is not base64'))
        : transformBlob(history, place, change, blobs);
    }
    case 'lines':
    case 'payload': {
      let before: Payload;
      try {
        before = payloadAt(bytes, place);
      } catch (error) {
        return unreadable(place, error);
      }
      return transformPayload(before, place.path, position, change, place);
    }
  }
}

function payloadAt(bytes: Buffer, { form, parts, start, end }: Place): Payload {
  if (parts !== null) return payloadOfParts(bytes, parts);
  return form === 'lines' ? payloadOfLines(bytes.subarray(start, end)) : readPayloadJson(bytes, start);
}

async function transformBlob(
  history: Buffer,
  place: Place,
  change: Change,
  { mode, found }: Blobs,
): Promise<readonly Handled[]> {
  const { path, position } = place;
  try {
    const isJson = opensJson(history);
    const { bytes, handled, inBlob } = await (isJson ? changeJson : changeProto)(history, place, change);
    found.set(place, inBlob);
    if (bytes === history && mode === 'replay') return handled;
    const blob =
      mode === 'replay' ? Buffer.from(`"${bytes.toString('base64')}"`) : await readableHistory(bytes, isJson);
    const opened: Opened = { status: 'unchanged', layers: [], payload: null };
    return [...handled, { path, position, before: null, opened, place, blob }];
  } catch (error) {
    return [unreadable(place, error)];
  }
}

interface ChangedBlob {
  readonly bytes: Buffer;
  readonly handled: readonly Handled[];
  readonly inBlob: Beside;
}

async function changeProto(history: Buffer, { path, operations }: Place, change: Change): Promise<ChangedBlob> {
  const { handled, changed, clear, events } = await handleProto(history, historyType, path, {}, change, operations);
  return { handled, inBlob: { clear, events }, bytes: withPayloads(history, historyType, changed) };
}

async function changeJson(history: Buffer, place: Place, change: Change): Promise<ChangedBlob> {
  const batch = await handleJson(history, change, place);
  const { handled, clear, events } = batch;
  const bytes = renderBatch(batch, 'replay');
  // Their places are in other bytes than those of the document.
  return { bytes, inBlob: { clear, events }, handled: handled.map((one) => ({ ...one, place: null })) };
}

async function handleJson(
  history: Buffer,
  change: Change,
  { path, operations }: Pick<Place, 'path' | 'operations'>,
): Promise<HandledBatch> {
  const places: OpenPlace[] = [];
  const clear: OpenClear[] = [];
  const events: OpenEventPart[] = [];
  const walk = { places, operations: operations ?? makeOperations(), form: 'full', clear, events } as const;
  walkJson(walk, history, skipSpace(history, 0), historyType, path);
  const handled = await transformBatch({ bytes: history, places }, change, { mode: 'replay', found: new Map() });
  return { bytes: history, handled, clear, events };
}

/** A history whose payloads are as they shall be, in JSON with their values. */
async function readableHistory(history: Buffer, isJson: boolean): Promise<Buffer> {
  const json = isJson ? history : (await import('./schema/proto-json.ts')).protoJson(historyType, history);
  const stay: Change = (payload) => ({ status: 'unchanged', layers: [], payload });
  return renderBatch(await handleJson(json, stay, { path: '$' }), 'readable');
}

function malformed(what: string): NexusctlError {
  return new NexusctlError('PAYLOAD_MALFORMED', what);
}
