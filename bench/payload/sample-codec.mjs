// The documented way of a TypeScript codec in a program of one's own: the history is parsed, each payload goes through
// WebCrypto and the SDK's proto, all at once (`all`) or one after the other (`each`), and the history is written back.
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import proto from '@temporalio/proto';

const [, , file, how] = process.argv;
const { Payload } = proto.temporal.api.common.v1;
const secret = Buffer.from('test-key-test-key-test-key-test!');
const key = await webcrypto.subtle.importKey('raw', secret, { name: 'AES-GCM' }, true, ['decrypt']);
const history = JSON.parse(readFileSync(file, 'utf8'));
const inputs = history.events.map((event) => event.activityTaskScheduledEventAttributes.input);

const open = async (input) => {
  input.payloads = await Promise.all(input.payloads.map(decode));
};
if (how === 'all') await Promise.all(inputs.map(open));
else for (const input of inputs) await open(input);
process.stdout.write(JSON.stringify(history));

async function decode(payload) {
  const data = Buffer.from(payload.data, 'base64');
  const algorithm = { name: 'AES-GCM', iv: data.subarray(0, 12) };
  const plain = await webcrypto.subtle.decrypt(algorithm, key, data.subarray(12));
  const inner = Payload.decode(new Uint8Array(plain));
  const texts = Object.entries(inner.metadata).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  return { metadata: Object.fromEntries(texts), data: Buffer.from(inner.data).toString('base64') };
}
