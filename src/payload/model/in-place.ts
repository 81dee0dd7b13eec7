import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { bufferOf } from '../../protobuf/wire.ts';
import { metadataOf, type Metadata } from './metadata.ts';
import { encodingOf, innerPayload, type Payload } from './payload.ts';

/**
 * Where codecs that change the data alone, and leave the metadata in clear, keep the encoding that was there: TracecatHQ
 * tracecat/temporal/codec.py (original_encoding), nuonco/nuon ctl-api gzip, Temporal.Operations.Proxy CryptPayloadCodec.cs
 * (encoding-original), the first samples of Go and Java (wrapped-encoding), others (orig-encoding, z-orig-encoding).
 */
const originals = /(?:^|[-_.])(?:orig|original|wrapped)[-_.]?encoding$|^encoding[-_.]orig(?:inal)?$/i;
/** What else such a codec adds. */
const added: ReadonlySet<string> = new Set(['original_size', 'compressed_size', 'encryption-key-id']);

/**
 * What a codec layer held: a payload, or the data of one whose metadata stand outside.
 * @throws NexusctlError PAYLOAD_MALFORMED
 */
export function insideOf(outer: Payload, bytes: Uint8Array, what: string): Payload {
  const original = originalOf(outer.metadata);
  if (original === null) return innerPayload(bytes, what);
  return wholePayload(bytes) ?? inPlace(outer, original, bytes);
}

const known = new WeakMap<Metadata, string | null>();

/** Asked once for equal metadata. */
function originalOf(metadata: Metadata): string | null {
  let original = known.get(metadata);
  if (original === undefined) {
    original = [...metadata.keys()].find((name) => originals.test(name)) ?? null;
    known.set(metadata, original);
  }
  return original;
}

/** Null for what is no payload or has no encoding: a JSON string can be read as a message with one unknown field. */
function wholePayload(bytes: Uint8Array): Payload | null {
  try {
    const payload = innerPayload(bytes, '');
    return encodingOf(payload) === '' ? null : payload;
  } catch (error) {
    if (error instanceof NexusctlError) return null;
    throw error;
  }
}

function inPlace(outer: Payload, original: string, bytes: Uint8Array): Payload {
  const kept = [...outer.metadata].filter(([name]) => name !== original && !added.has(name));
  const encoding = outer.metadata.get(original) ?? Buffer.alloc(0);
  return {
    ...outer,
    metadata: metadataOf(
      kept.map(([name]) => name),
      kept.map(([name, value]) => (name === 'encoding' ? encoding : value)),
    ),
    data: bufferOf(bytes),
  };
}
