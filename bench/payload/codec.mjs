// The library's codec against Node's own AES-GCM on the same payloads, in one process and in turn: a payload a call, as a
// worker has it. Prints the CPU time of a payload in microseconds, the best of the rounds.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCodec } from '../../dist/codec.cjs';
import { key } from './history.mjs';

const [, , count, rounds] = process.argv.map(Number);
const encoding = Buffer.from('json/plain');
const plain = Array.from({ length: 1024 }, (_, id) => ({
  metadata: { encoding },
  data: Buffer.from(JSON.stringify({ id, text: randomBytes(500).toString('hex') })),
}));

const folder = mkdtempSync(join(tmpdir(), 'nexusctl-bench-'));
writeFileSync(join(folder, 'k.key'), key, { mode: 0o600 });
writeFileSync(join(folder, 'keyring.toml'), '[keyring]\nactive = "k"\n[keyring.keys.k]\nsecret = "file:./k.key"\n');
const codec = await openCodec({ keyring: join(folder, 'keyring.toml') });
const sealed = await codec.encode(plain);

const work = {
  decode: async (index) => codec.decode([sealed[index]]),
  open: (index) => {
    const { data } = sealed[index];
    const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(data.subarray(data.length - 16));
    decipher.update(data.subarray(12, data.length - 16));
    decipher.final();
  },
  encode: async (index) => codec.encode([plain[index]]),
  seal: (index) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    Buffer.concat([nonce, cipher.update(plain[index].data), cipher.final(), cipher.getAuthTag()]);
  },
};
const best = {};
for (let round = 0; round < rounds; round += 1)
  for (const [name, run] of Object.entries(work)) {
    const before = process.cpuUsage();
    for (let done = 0; done < count; done += 1) await run(done % plain.length);
    const { user, system } = process.cpuUsage(before);
    best[name] = Math.min(best[name] ?? Infinity, (user + system) / count);
  }
process.stdout.write(JSON.stringify(best));
rmSync(folder, { recursive: true });
