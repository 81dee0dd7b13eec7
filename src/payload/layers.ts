import { alteration, refuseAltered } from './json/altered.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Family, FamilyId, LayerFacts } from './families/family.ts';
import { familyOf } from './families/families.ts';
import type { Keys } from './keys/keys.ts';
import { limits } from './model/limits.ts';
import type { Maybe } from './model/maybe.ts';
import { encodingOf, type Payload } from './model/payload.ts';
import type { Position } from './model/position.ts';
import { isStorageReference, resolveReference, storageNote } from './model/storage.ts';

export interface Layer extends LayerFacts {
  readonly encoding: string;
  /** Absent for the value itself. */
  readonly family?: FamilyId;
}

/** What became of one payload. */
export interface Opened {
  readonly status: 'decoded' | 'encrypted' | 'unchanged' | 'failed';
  /** From the outside in. */
  readonly layers: readonly Layer[];
  /** What the payload is now; when `failed`, as it was; null when it cannot even be read. */
  readonly payload: Payload | null;
  readonly error?: NexusctlError;
  /** When `failed` at the layer of another codec: what that one is to be given. */
  readonly handedOn?: Payload;
}

/** Bytes that may still be unpacked, over several payloads. */
export interface Budget {
  left: number;
}

/**
 * Peels one codec layer after the other off a payload until its value is left. Layers describe themselves, so no order
 * has to be known. A payload that cannot be opened to the end stays as it was.
 * @param keylessOnly stop at the first layer that needs a key: what `inspect` shows
 * @param budget shared by the payloads of one request: going past it is LIMIT_EXCEEDED
 */
export function openPayload(
  payload: Payload,
  keys: Keys,
  position: Position = {},
  keylessOnly = false,
  budget?: Budget,
): Maybe<Opened> {
  const peeling: Peeling = { payload, keys, position, keylessOnly, budget, layers: [], current: payload };
  try {
    return peel(peeling, payload);
  } catch (error) {
    return failed(peeling, error);
  }
}

interface Peeling {
  /** As it was. */
  readonly payload: Payload;
  readonly keys: Keys;
  readonly position: Position;
  readonly keylessOnly: boolean;
  readonly budget: Budget | undefined;
  readonly layers: Layer[];
  /** What is left of it. */
  current: Payload;
}

function peel(peeling: Peeling, outer: Payload): Maybe<Opened> {
  const { keys, position, keylessOnly, budget, layers } = peeling;
  const { storage } = keys;
  let current = outer;
  for (;;) {
    const family = familyOf(current);
    const layer = layerOf(current, family);
    layers.push(layer);
    if (family === null) {
      if (!keylessOnly && layer.note !== undefined) refuseAltered(current);
      if (storage === undefined || keylessOnly || !isStorageReference(current))
        return { status: layers.length > 1 ? 'decoded' : 'unchanged', layers, payload: current };
      refuseExcess(layers.length, current.data.length, keys.layerBytes);
      return later(peeling, resolveReference(current, storage.rules, storage.fetch, keys.layerBytes));
    }
    if (keylessOnly && family.keyless !== true) return { status: 'unchanged', layers, payload: current };
    refuseExcess(layers.length, current.data.length, keys.layerBytes);
    const opened = family.open(current, keys, position);
    if (opened instanceof Promise) return later(peeling, opened);
    if (budget !== undefined) take(budget, opened);
    current = opened;
    peeling.current = opened;
  }
}

function later(peeling: Peeling, opened: Promise<Payload>): Promise<Opened> {
  return opened
    .then((inner) => {
      if (peeling.budget !== undefined) take(peeling.budget, inner);
      peeling.current = inner;
      return peel(peeling, inner);
    })
    .catch((error: unknown) => failed(peeling, error));
}

function failed({ layers, payload, current }: Peeling, error: unknown): Opened {
  if (!isOfPayload(error)) throw error;
  const isOthers = error.code === 'FAMILY_UNSUPPORTED' && (current !== payload || alteration(payload) !== null);
  return { status: 'failed', layers, payload, error, ...(isOthers ? { handedOn: current } : {}) };
}

/** As one codec among several sees it: the layer of another one is the value. */
export function forOthers(opened: Opened): Opened {
  const { layers, handedOn } = opened;
  return handedOn === undefined
    ? opened
    : { status: layers.length > 1 ? 'decoded' : 'unchanged', layers, payload: handedOn };
}

/** Equal metadata and family are the same layer, unless the facts stand in the data. */
const sameLayers = new WeakMap<Payload['metadata'], Layer>();

export function layerOf(payload: Payload, family: Family | null): Layer {
  if (family === null && isStorageReference(payload)) return referenceLayer(payload);
  const note = family === null ? alteration(payload) : null;
  if (note !== null) return { encoding: encodingOf(payload), note };
  if (family?.factsInData === true) return makeLayer(payload, family);
  const known = sameLayers.get(payload.metadata);
  if (known !== undefined && known.family === family?.id) return known;
  const layer = makeLayer(payload, family);
  sameLayers.set(payload.metadata, layer);
  return layer;
}

function referenceLayer(payload: Payload): Layer {
  const note = storageNote(payload);
  return { encoding: encodingOf(payload), ...(note === null ? {} : { note }) };
}

function makeLayer(payload: Payload, family: Family | null): Layer {
  const encoding = encodingOf(payload);
  return family === null ? { encoding } : { encoding, family: family.id, ...family.facts(payload) };
}

function refuseExcess(count: number, bytes: number, bound: number): void {
  if (count > limits.layers) throw new NexusctlError('LIMIT_EXCEEDED', `more than ${String(limits.layers)} layers`);
  if (bytes > bound)
    throw new NexusctlError('LIMIT_EXCEEDED', `a layer of ${String(bytes)} bytes`, {
      hint: 'raise --max-layer-bytes if you trust the writer',
    });
}

/** Whether it says something about the payload at hand: the others may open. */
export function isOfPayload(error: unknown): error is NexusctlError {
  return error instanceof NexusctlError && !configuration.has(error.code);
}

/** What is wrong with the keyring itself is nothing about this payload: it stops the command. */
const configuration: ReadonlySet<ErrorCode> = new Set([
  'KEY_INVALID',
  'SECRET_UNREADABLE',
  'SECRET_REFERENCE_INVALID',
  'EXEC_NOT_ALLOWED',
  'FILE_UNREADABLE',
  'INPUT_TOO_LARGE',
  'INTERRUPTED',
  'TIMED_OUT',
]);

function take(budget: Budget, { data, unknown }: Payload): void {
  budget.left -= data.length;
  for (const field of unknown) budget.left -= field.length;
  if (budget.left < 0)
    throw new NexusctlError('LIMIT_EXCEEDED', 'the payloads together unpack to more than is allowed', {
      hint: 'raise --max-layer-bytes if you trust the writer',
    });
}
