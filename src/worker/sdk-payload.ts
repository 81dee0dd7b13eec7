import Long from 'long';
import type { Payload as SdkPayload } from '@temporalio/common';
import type { Payload } from '../payload/payload.ts';

/** The SDK's payload in our form; bytes are shared, not copied. */
export function fromSdk({ metadata, data, externalPayloads }: SdkPayload): Payload {
  return {
    metadata: new Map(Object.entries(metadata ?? {}).map(([key, value]) => [key, bufferOf(value)])),
    data: bufferOf(data ?? new Uint8Array()),
    externalPayloads: (externalPayloads ?? []).map(({ sizeBytes }) => BigInt(String(sizeBytes ?? 0))),
    unknown: [],
  };
}

export function toSdk({ metadata, data, externalPayloads }: Payload): SdkPayload {
  const external = externalPayloads.map((size) => ({ sizeBytes: Long.fromString(String(size)) }));
  const sizes = external.length === 0 ? {} : { externalPayloads: external };
  return { metadata: Object.fromEntries(metadata), data, ...sizes };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
