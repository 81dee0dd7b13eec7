import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Document } from './document.ts';
import type { Batch } from './batch.ts';
import { payloadOfLines } from './flattened.ts';
import { decodeBase64, payloadOfParts, readPayloadJson } from './json-form.ts';
import type { Opened } from './layers.ts';
import { after, all, type Maybe } from './maybe.ts';
import { decodePayload, encodePayload, encodingOf, makePayload, metadataText, type Payload } from './payload.ts';
import { makeOperations, type Position } from './position.ts';
import { historyType, messageOf } from './schema.ts';
import { isString, stringAt } from './json-scan.ts';
import type { Place } from './place.ts';
import { rewriteProto } from './walk-proto.ts';

/** What is done to each payload: opened, sealed, or only looked at. */
export type Change = (payload: Payload, position: Position) => Maybe<Opened>;

/** One payload of a document after the change. */
export interface Handled {
  readonly path: string;
  readonly position: Position;
  /** The payload as it was; null when it cannot be read. */
  readonly before: Payload | null;
  readonly opened: Opened;
  /** Where it stands in the bytes of its batch; null for a payload inside another message. */
  readonly place: Place | null;
  /** For a history in base64: its new bytes. */
  readonly blob?: Buffer;
}

/** A part of a document after the change. Payloads in an envelope come right after it. */
export interface HandledBatch {
  readonly bytes: Buffer;
  readonly handled: readonly Handled[];
  /** Paths of failures whose message is in clear. */
  readonly clearFailures: readonly string[];
}

/** Applies a change to every payload of a document, a batch at a time. */
export async function* transformDocument(document: Document, change: Change): AsyncGenerator<HandledBatch> {
  if (document.kind === 'proto') {
    yield await transformProto(document.bytes, document.type, '$', {}, change);
    return;
  }
  for await (const { bytes, places, clearFailures = [] } of document.batches)
    yield { bytes, handled: await transformBatch({ bytes, places }, change), clearFailures };
}

function transformBatch(batch: Batch, change: Change): Maybe<readonly Handled[]> {
  // All at once: a key service is asked for many payloads at the same time; what is here needs no waiting at all.
  const waiting: Maybe<Handled | readonly Handled[]>[] = [];
  for (const place of batch.places) waiting.push(transformPlace(batch.bytes, place, change));
  return after(all(waiting), (results) => {
    const handled: Handled[] = [];
    for (const result of results)
      if ('opened' in result) handled.push(result);
      else for (const one of result) handled.push(one);
    return handled;
  });
}

function transformPlace(bytes: Buffer, place: Place, change: Change): Maybe<Handled | readonly Handled[]> {
  const { path, position } = place;
  switch (place.form) {
    case 'value': {
      const payload = shorthandPayload(bytes.subarray(place.start, place.end));
      return after(change(payload, position), (opened) => ({ path, position, before: payload, opened, place }));
    }
    case 'blob': {
      const text = isString(bytes, place.start) ? stringAt(bytes, place) : '';
      const history = decodeBase64(text);
      return history === null
        ? unreadable(place, malformed('the history is not base64'))
        : transformBlob(history, place, change);
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

/** The payload behind a value in shorthand: the CLI's rule, api-go common/v1/payload_json.go. */
export function shorthandPayload(value: Buffer): Payload {
  return value.toString('latin1') === 'null'
    ? makePayload({ encoding: 'binary/null' })
    : makePayload({ encoding: 'json/plain' }, value);
}

async function transformBlob(history: Buffer, place: Place, change: Change): Promise<readonly Handled[]> {
  const { path, position } = place;
  try {
    const { bytes: blob, handled } = await transformProto(history, historyType, path, position, change);
    const opened: Opened = { status: 'unchanged', layers: [], payload: null };
    return blob === history ? handled : [...handled, { path, position, before: null, opened, place, blob }];
  } catch (error) {
    return [unreadable(place, error)];
  }
}

function transformPayload(
  before: Payload,
  path: string,
  position: Position,
  change: Change,
  place: Place | null,
): Maybe<Handled | readonly Handled[]> {
  if (isEnvelope(before)) return transformEnvelope(before, path, position, change, place);
  return after(change(before, position), (opened) => {
    const { payload } = opened;
    if (opened.status !== 'decoded' || payload === null || !isEnvelope(payload))
      return { path, position, before, opened, place };
    return after(transformEnvelope(payload, path, position, change, place), ([envelope, ...inner]) => [
      { path, position, before, opened: { ...opened, payload: envelope?.opened.payload ?? payload }, place },
      ...inner,
    ]);
  });
}

/**
 * A system-Nexus envelope: the server reads the message, so only the payloads inside it are ever encoded
 * (temporalio/features features/system_nexus/README.md).
 */
function isEnvelope(payload: Payload): boolean {
  return (
    metadataText(payload, '__temporal_system_payload') === 'true' &&
    encodingOf(payload) === 'binary/protobuf' &&
    messageOf(metadataText(payload, 'messageType') ?? '') !== null
  );
}

async function transformEnvelope(
  before: Payload,
  path: string,
  position: Position,
  change: Change,
  place: Place | null,
): Promise<readonly Handled[]> {
  const layers = [{ encoding: encodingOf(before) }];
  const type = metadataText(before, 'messageType') ?? '';
  try {
    const { bytes, handled } = await transformProto(before.data, type, `${path}.data`, position, change);
    const changed = bytes !== before.data;
    const status = changed
      ? (handled.find(({ opened }) => isChanged(opened))?.opened.status ?? 'unchanged')
      : 'unchanged';
    const opened: Opened = { status, layers, payload: changed ? { ...before, data: bytes } : before };
    return [{ path, position, before, opened, place }, ...handled];
  } catch (error) {
    if (!(error instanceof NexusctlError)) throw error;
    return [{ path, position, before, opened: { status: 'failed', layers, payload: before, error }, place }];
  }
}

export async function transformProto(
  bytes: Buffer,
  type: string,
  path: string,
  position: Position,
  change: Change,
): Promise<HandledBatch> {
  const found: { readonly bytes: Buffer; readonly path: string; readonly position: Position }[] = [];
  const clearFailures: string[] = [];
  rewriteProto(
    {
      operations: makeOperations(),
      clearFailure: (at) => clearFailures.push(at),
      visit: (payload, at, here) => {
        found.push({ bytes: payload, path: at, position: here });
        return null;
      },
    },
    bytes,
    type,
    path,
    position,
  );
  const handled = await Promise.all(
    found.map(async (one): Promise<Handled | readonly Handled[]> => {
      let payload: Payload;
      try {
        payload = decodePayload(one.bytes);
      } catch (error) {
        return unreadable(one, error);
      }
      return transformPayload(payload, one.path, one.position, change, null);
    }),
  );
  let index = 0;
  const visit = (): Buffer | null => {
    const one = handled[index];
    const opened = one === undefined ? undefined : 'opened' in one ? one.opened : one[0]?.opened;
    index += 1;
    return opened === undefined || opened.payload === null || !isChanged(opened) ? null : encodePayload(opened.payload);
  };
  return {
    bytes: rewriteProto({ operations: makeOperations(), visit }, bytes, type, path, position),
    handled: handled.flat(),
    clearFailures,
  };
}

export function isChanged(opened: Opened): boolean {
  return opened.status === 'decoded' || opened.status === 'encrypted';
}

function unreadable(place: { readonly path: string; readonly position: Position }, error: unknown): Handled {
  if (!(error instanceof NexusctlError)) throw error;
  const { path, position } = place;
  return { path, position, before: null, opened: { status: 'failed', layers: [], payload: null, error }, place: null };
}

function malformed(what: string): NexusctlError {
  return new NexusctlError('PAYLOAD_MALFORMED', what);
}
