// Histories as the bench of `payload decode` reads them.
import { createCipheriv, randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

export const key = Buffer.from('test-key-test-key-test-key-test!');
const base64 = (text) => Buffer.from(text).toString('base64');
const head = Buffer.concat([
  Buffer.from('0a160a08', 'hex'),
  Buffer.from('encoding'),
  Buffer.from('120a', 'hex'),
  Buffer.from('json/plain'),
]);

/** The proto form of a json/plain payload of 1 KiB. */
export function plainPayload(id) {
  const value = Buffer.from(JSON.stringify({ id, text: randomBytes(500).toString('hex') }).padEnd(1024));
  return Buffer.concat([head, Buffer.from([0x12, (value.length & 127) | 128, value.length >> 7]), value]);
}

export function seal(plain) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Of every sealed payload: nonce, head, length, value, tag. */
export const sealedBytes = 12 + head.length + 3 + 1024 + 16;

/** Writes so many sealed payloads, one right after the other. */
export function writeSealed(file, count) {
  const out = openSync(file, 'w');
  for (let id = 1; id <= count; id += 1) writeSync(out, seal(plainPayload(id)));
  closeSync(out);
}

/**
 * Writes `{"events":[…]}` with one payload an event, as `temporal workflow show -o json` has it; encrypted, or in clear
 * with as many metadata.
 */
export function writeHistory(file, events, encrypted) {
  const out = openSync(file, 'w');
  const sealed = { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('test-key-id') };
  const clear = { encoding: base64('json/protobuf'), messageType: base64('orders.v1.OrderLine') };
  for (let id = 1; id <= events; id += 1) {
    const plain = plainPayload(id);
    const payload = encrypted
      ? { metadata: sealed, data: seal(plain).toString('base64') }
      : { metadata: clear, data: plain.subarray(head.length + 3).toString('base64') };
    const attributes = {
      activityId: String(id),
      activityType: { name: 'ProcessOrder' },
      taskQueue: { name: 'orders', kind: 'TASK_QUEUE_KIND_NORMAL' },
      header: {},
      input: { payloads: [payload] },
      scheduleToCloseTimeout: '0s',
      startToCloseTimeout: '60s',
      workflowTaskCompletedEventId: '4',
      retryPolicy: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '100s' },
    };
    const event = {
      eventId: String(id),
      eventTime: '2026-11-22T00:00:00.000000000Z',
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
      version: '0',
      taskId: String(1_048_576 + id),
      activityTaskScheduledEventAttributes: attributes,
    };
    writeSync(out, `${id === 1 ? '{"events":[' : ','}${JSON.stringify(event)}`);
  }
  writeSync(out, ']}');
  closeSync(out);
}
