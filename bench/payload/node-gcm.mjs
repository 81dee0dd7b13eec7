// Node's own AES-GCM on as many payloads of the same size, and nothing else.
import { createDecipheriv } from 'node:crypto';
import { key, plainPayload, seal } from './history.mjs';

const count = Number(process.argv[2]);
const sealed = Array.from({ length: 64 }, (_, id) => seal(plainPayload(id)));
let bytes = 0;
for (let index = 0; index < count; index += 1) {
  const one = sealed[index % sealed.length];
  const decipher = createDecipheriv('aes-256-gcm', key, one.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(one.subarray(one.length - 16));
  bytes += decipher.update(one.subarray(12, one.length - 16)).length;
  decipher.final();
}
process.stdout.write(String(bytes));
