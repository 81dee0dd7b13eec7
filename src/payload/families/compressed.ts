import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { Family, FamilyId } from './family.ts';
import { insideOf } from '../model/in-place.ts';
import type { Keys } from '../keys/keys.ts';
import { lz4Uncompress } from '../compression/lz4.ts';
import { encodingOf, metadataText, type Payload } from '../model/payload.ts';
import { snappyUncompress } from '../compression/snappy.ts';
import { zstdUncompress } from '../compression/zstd.ts';

type Unpack = (data: Buffer, limit: number) => Buffer | Promise<Buffer>;

/** sdk-go converter/codec.go NewZlibCodec: RFC 1950 of the proto form; samples-java nexusserializationcontext. */
export const zlib = compression('zlib', ['binary/zlib', 'binary/nexus-zlib'], unzlib);
/** samples-python external_storage/codec.py */
export const gzip = compression('gzip', ['binary/gzip'], ungzip);
/** samples-go snappycompress: a raw block, no framing. */
export const snappy = compression('snappy', ['binary/snappy'], snappyUncompress);

function compression(id: FamilyId, encodings: readonly string[], unpack: Unpack): Family {
  return {
    id,
    recognises: (payload) => encodings.includes(encodingOf(payload)),
    facts: () => ({}),
    keyless: true,
    open: (payload, keys) => unpacked(payload, keys, unpack, id),
  };
}

const algorithms: Readonly<Record<string, Unpack>> = {
  snappy: snappyUncompress,
  lz4: lz4Uncompress,
  zstd: zstdUncompress,
  brotli: unbrotli,
};

/**
 * temporal-proxy's proposal (its branches rfc-compression and compression_algos): the algorithm is metadata. Others name it
 * in the encoding: atlan application-sdk, TracecatHQ tracecat/temporal/codec.py.
 */
export const compressed: Family = {
  id: 'compressed',
  recognises: (payload) => algorithmOf(payload) !== null,
  facts: (payload) => ({
    note: algorithmOf(payload) === '' ? 'compression not named' : `compression ${algorithmOf(payload) ?? ''}`,
  }),
  keyless: true,
  open: (payload, keys) => {
    const algorithm = algorithmOf(payload) ?? '';
    const unpack = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined;
    if (unpack === undefined)
      throw new NexusctlError('FAMILY_UNSUPPORTED', `compression '${algorithm.slice(0, 40)}' cannot be undone here`);
    return unpacked(payload, keys, unpack, algorithm);
  },
};

/** Null when it is not compressed at all, empty when it does not say how. */
function algorithmOf(payload: Payload): string | null {
  const encoding = encodingOf(payload);
  if (encoding === 'binary/compressed') return metadataText(payload, 'compression-algorithm') ?? '';
  return /^binary\/(zstd|lz4|brotli)$/.exec(encoding)?.[1] ?? null;
}

async function unpacked(payload: Payload, keys: Keys, unpack: Unpack, name: string): Promise<Payload> {
  return insideOf(payload, await unpack(payload.data, keys.layerBytes), name);
}

function unzlib(data: Buffer, limit: number): Buffer {
  return bounded(limit, () => inflateSync(data, { maxOutputLength: limit }));
}

function ungzip(data: Buffer, limit: number): Buffer {
  return bounded(limit, () => gunzipSync(data, { maxOutputLength: limit }));
}

function unbrotli(data: Buffer, limit: number): Buffer {
  return bounded(limit, () => brotliDecompressSync(data, { maxOutputLength: limit }));
}

function bounded(limit: number, unpack: () => Buffer): Buffer {
  try {
    return unpack();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new NexusctlError('LIMIT_EXCEEDED', `a layer unpacks to more than ${String(limit)} bytes`, {
        hint: 'raise --max-layer-bytes if you trust the writer',
      });
    throw new NexusctlError('PAYLOAD_MALFORMED', 'the compressed data is damaged', { cause: error });
  }
}
