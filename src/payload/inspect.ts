import type { Document } from './documents/document.ts';
import type { Keys } from './keys/keys.ts';
import { openPayload, type Layer } from './layers.ts';
import { encodePayload } from './model/payload.ts';
import type { Change, Handled } from './handled.ts';
import { transformDocument } from './transform.ts';

export interface Inspected {
  readonly path: string;
  /** From the outside in, as far as no key is needed. */
  readonly layers: readonly Layer[];
  /** True when a key is needed to see the value. */
  readonly sealed: boolean;
  /** Bytes of the payload on the wire. */
  readonly size: number;
  readonly metadata: readonly string[];
  readonly endpoint?: string;
  readonly service?: string;
  readonly operation?: string;
  /** Bytes that lie in external storage. */
  readonly externalBytes?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface Inspection {
  readonly payloads: readonly Inspected[];
  readonly summary: { readonly payloads: number; readonly sealed: number; readonly malformed: number };
  readonly warnings: readonly string[];
}

/** What can be said of every payload of the documents without any key. */
export async function inspectDocuments(
  documents: AsyncIterable<{ readonly name: string; readonly document: Document }>,
  keys: Keys,
): Promise<Inspection> {
  const payloads: Inspected[] = [];
  const look: Change = (payload, _position, budget) => openPayload(payload, keys, {}, true, budget);
  for await (const { name, document } of documents)
    for await (const batch of transformDocument(document, look))
      for (const handled of batch.handled) {
        if (handled.blob !== undefined) continue;
        const one = inspected(handled);
        payloads.push(name === '' ? one : { ...one, path: `${name}:${one.path}` });
      }
  const sealed = payloads.filter((payload) => payload.sealed).length;
  const malformed = payloads.filter(({ error }) => error !== undefined).length;
  return { payloads, summary: { payloads: payloads.length, sealed, malformed }, warnings: [] };
}

function inspected({ path, position, before, opened }: Handled): Inspected {
  const { endpoint, service, operation } = position;
  const { layers, error } = opened;
  return {
    path,
    layers,
    sealed: layers.at(-1)?.family !== undefined && error === undefined,
    size: before === null ? 0 : encodePayload(before).length,
    metadata: before === null ? [] : [...before.metadata.keys()],
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(service === undefined ? {} : { service }),
    ...(operation === undefined ? {} : { operation }),
    ...(before === null || before.externalPayloads.length === 0
      ? {}
      : { externalBytes: Number(before.externalPayloads.reduce((sum, size) => sum + size, 0n)) }),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
  };
}
