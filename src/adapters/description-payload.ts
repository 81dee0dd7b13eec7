import { bytesField } from '../protobuf/wire.ts';
import { readMessage, replaceField, writeMessage, type Message } from '../protobuf/message.ts';

/**
 * An endpoint's description is a temporal.api.common.v1.Payload (1: metadata, 2: data) that holds a JSON string.
 * Peers write the same text in different bytes, so texts are compared, never bytes.
 */
export function descriptionOf(spec: Message, number: number): string | undefined {
  if (!spec.has(number)) return undefined;
  const payload = spec.message(number);
  const data = payload.bytes(2);
  if (data.length === 0) return undefined;
  const encoding = metadataOf(payload, 'encoding');
  if (encoding !== 'json/plain' && encoding !== undefined) return `(${encoding}, ${String(data.length)} bytes)`;
  const text = Buffer.from(data).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value || undefined : text;
  } catch {
    return text;
  }
}

/** The old payload with new data: extra metadata and unknown fields stay. */
export function withDescription(spec: Message, number: number, description: string | null): Uint8Array {
  if (description === null || description === '') return replaceField(spec, number, []);
  const payload = spec.message(number);
  const withData = readMessage(replaceField(payload, 2, [Buffer.from(JSON.stringify(description))]));
  const others = payload.all(1).filter((entry) => readMessage(entry.value).text(1) !== 'encoding');
  const encoding = writeMessage([1, 'encoding'], [2, 'json/plain']);
  return replaceField(spec, number, [replaceField(withData, 1, [encoding, ...others.map(({ value }) => value)])]);
}

function metadataOf(payload: Message, key: string): string | undefined {
  const entry = payload.all(1).find(({ value }) => readMessage(value).text(1) === key);
  return entry === undefined ? undefined : Buffer.from(readMessage(entry.value).bytes(2)).toString('utf8');
}

/** Bytes that count against the server's limit: the payload with its metadata. */
export function descriptionPayload(description: string): Uint8Array {
  return Buffer.concat([
    bytesField(1, writeMessage([1, 'encoding'], [2, 'json/plain'])),
    bytesField(2, JSON.stringify(description)),
  ]);
}
