import Long from 'long';
import type { Payload as SdkPayload } from '@temporalio/common';
import { metadataOf } from '../payload/model/metadata.ts';
import type { Payload } from '../payload/model/payload.ts';
import { bufferOf } from '../protobuf/wire.ts';

/** The SDK's payload in our form; its data is shared, not copied. */
export function fromSdk({ metadata, data, externalPayloads }: SdkPayload): Payload {
  return {
    metadata: metadataOf(Object.keys(metadata ?? {}), Object.values(metadata ?? {})),
    data: bytesOf(data),
    externalPayloads: (externalPayloads ?? []).map(({ sizeBytes }) => BigInt(String(sizeBytes ?? 0))),
    unknown: [],
  };
}

/** In the workflow sandbox, which knows no Buffer, protobufjs has an array where there are no bytes. */
function bytesOf(data: Uint8Array | readonly number[] | null | undefined): Buffer {
  return ArrayBuffer.isView(data) ? bufferOf(data) : Buffer.from(data ?? []);
}

export function toSdk({ metadata, data, externalPayloads }: Payload): SdkPayload {
  const external = externalPayloads.map((size) => ({ sizeBytes: Long.fromString(String(size)) }));
  const sizes = external.length === 0 ? {} : { externalPayloads: external };
  return { metadata: Object.fromEntries(metadata), data, ...sizes };
}
