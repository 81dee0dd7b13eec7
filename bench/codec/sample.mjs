// The documented way of a TypeScript codec server, written for this bench: express, WebCrypto, one payload after
// another through the SDK's PayloadCodec shape. The body limit is raised, because express' own 100 KiB refuses a
// request of 100 payloads.
import { webcrypto } from 'node:crypto';
import express from 'express';
import proto from '@temporalio/proto';

const { Payload } = proto.temporal.api.common.v1;
const key = await webcrypto.subtle.importKey(
  'raw',
  Buffer.from('test-key-test-key-test-key-test!'),
  { name: 'AES-GCM' },
  true,
  ['encrypt', 'decrypt'],
);

const app = express();
app.use(express.json({ limit: '4mb' }));
app.use((request, response, next) => {
  response.setHeader('Access-Control-Allow-Origin', 'http://localhost:8233');
  response.setHeader('Access-Control-Allow-Headers', 'x-namespace,content-type');
  next();
});
app.post('/decode', async (request, response) => {
  const payloads = request.body.payloads.map(fromJson);
  const decoded = await Promise.all(payloads.map(decode));
  response.json({ payloads: decoded.map(toJson) });
});
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));

async function decode(payload) {
  if (Buffer.from(payload.metadata.encoding).toString() !== 'binary/encrypted') return payload;
  const data = new Uint8Array(payload.data);
  const plain = await webcrypto.subtle.decrypt({ name: 'AES-GCM', iv: data.slice(0, 12) }, key, data.slice(12));
  return Payload.decode(new Uint8Array(plain));
}

function fromJson({ metadata, data }) {
  const bytes = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return { metadata: Object.fromEntries(bytes), data: Buffer.from(data, 'base64') };
}

function toJson({ metadata, data }) {
  const texts = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  return { metadata: Object.fromEntries(texts), data: Buffer.from(data).toString('base64') };
}
