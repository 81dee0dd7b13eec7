import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Clear } from './walk/clear.ts';
import type { EventPart } from './model/event-part.ts';
import type { Opened } from './layers.ts';
import { after, all, type Maybe } from './model/maybe.ts';
import { decodePayload, encodePayload, encodingOf, metadataText, type Payload } from './model/payload.ts';
import type { Place } from './walk/place.ts';
import { makeOperations, type Operations, type Position } from './model/position.ts';
import { messageOf } from './schema/schema.ts';
import type { Change, Handled, HandledBatch } from './handled.ts';
import { rewriteProto } from './walk/proto.ts';

/** Applies the change to one payload, and to those in it when it is an envelope; the first is the payload itself. */
export function transformPayload(
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
      {
        ...{ path, position, before, place, clear: envelope?.clear ?? [] },
        opened: { ...opened, payload: envelope?.opened.payload ?? payload },
      },
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
    const { bytes, handled, clear } = await transformProto(before.data, type, `${path}.data`, position, change);
    const changed = bytes !== before.data;
    const status = changed
      ? (handled.find(({ opened }) => isChanged(opened))?.opened.status ?? 'unchanged')
      : 'unchanged';
    const opened: Opened = { status, layers, payload: changed ? { ...before, data: bytes } : before };
    return [{ path, position, before, opened, place, clear }, ...handled];
  } catch (error) {
    if (!(error instanceof NexusctlError)) throw error;
    return [{ path, position, before, opened: { status: 'failed', layers, payload: before, error }, place }];
  }
}

/** The payloads of a message after the change, in the order of its bytes. */
export interface HandledProto {
  readonly handled: readonly Handled[];
  readonly clear: readonly Clear[];
  readonly events: readonly EventPart[];
  /** What each payload is now; null: what it was. */
  readonly changed: readonly (Payload | null)[];
}

export function handleProto(
  bytes: Buffer,
  type: string,
  path: string,
  position: Position,
  change: Change,
  operations: Operations = makeOperations(),
): Maybe<HandledProto> {
  const waiting: Maybe<Handled | readonly Handled[]>[] = [];
  const clear: Clear[] = [];
  const events: EventPart[] = [];
  const visit = (payload: Buffer, at: string, here: Position): null => {
    waiting.push(handlePayload(payload, at, here, change));
    return null;
  };
  const noting = { clear: (what: Clear) => clear.push(what), event: (part: EventPart) => events.push(part) };
  rewriteProto({ operations, visit, ...noting }, bytes, type, path, position);
  return after(all(waiting), (results) => {
    const handled: Handled[] = [];
    const changed: (Payload | null)[] = [];
    for (const result of results) {
      const opened = 'opened' in result ? result.opened : result[0]?.opened;
      changed.push(opened !== undefined && isChanged(opened) ? opened.payload : null);
      if ('opened' in result) handled.push(result);
      else handled.push(...result);
    }
    return { handled, clear, events, changed };
  });
}

function handlePayload(
  bytes: Buffer,
  path: string,
  position: Position,
  change: Change,
): Maybe<Handled | readonly Handled[]> {
  let payload: Payload;
  try {
    payload = decodePayload(bytes);
  } catch (error) {
    return unreadable({ path, position }, error);
  }
  return transformPayload(payload, path, position, change, null);
}

/** The message with its payloads as they are now. */
export function withPayloads(bytes: Buffer, type: string, changed: readonly (Payload | null)[]): Buffer {
  let index = 0;
  const visit = (): Buffer | null => {
    const payload = changed[index] ?? null;
    index += 1;
    return payload === null ? null : encodePayload(payload);
  };
  return rewriteProto({ operations: makeOperations(), visit }, bytes, type, '$');
}

export async function transformProto(
  bytes: Buffer,
  type: string,
  path: string,
  position: Position,
  change: Change,
): Promise<HandledBatch> {
  const { handled, clear, events, changed } = await handleProto(bytes, type, path, position, change);
  return { handled, clear, events, bytes: withPayloads(bytes, type, changed) };
}

export function isChanged(opened: Opened): boolean {
  return opened.status === 'decoded' || opened.status === 'encrypted';
}

export function unreadable(place: { readonly path: string; readonly position: Position }, error: unknown): Handled {
  if (!(error instanceof NexusctlError)) throw error;
  const { path, position } = place;
  return { path, position, before: null, opened: { status: 'failed', layers: [], payload: null, error }, place: null };
}
