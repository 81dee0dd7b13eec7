// Node's own AES-GCM on so many of the payloads of a file (all of one size), and nothing else.
import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { key, sealedBytes } from './history.mjs';

const [, , file, count] = process.argv;
const sealed = readFileSync(file);
let bytes = 0;
for (let start = 0; start < Number(count) * sealedBytes; start += sealedBytes) {
  const end = start + sealedBytes;
  const nonce = sealed.subarray(start, start + 12);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(end - 16, end));
  bytes += decipher.update(sealed.subarray(start + 12, end - 16)).length;
  decipher.final();
}
process.stdout.write(String(bytes));
