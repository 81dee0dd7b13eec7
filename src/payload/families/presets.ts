import { createHash } from 'node:crypto';
import type { Candidate } from './candidates.ts';
import type { Preset } from '../keys/keyring.ts';

/**
 * Keys that public samples print in their source. They protect nothing; they are here so that what the samples wrote can
 * be read, and only when the preset is named. Sources: samples-go encryption/data_converter.go and samples-typescript
 * encryption/src/encryption-codec.ts (the id is ignored), samples-python encryption/codec.py, samples-dotnet
 * EncryptionCodec.cs and samples-ruby codec.rb (only their own id), reference-app-orders-go
 * app/temporalutil/data_converter.go (the key is a hash of the id), samples-go pull request 525 (a key per endpoint).
 */
export const sampleKey = Buffer.from('test-key-test-key-test-key-test!');
export const sampleKeyId = 'test-key-id';

export const sampleEndpointKeys: ReadonlyMap<string, Buffer> = new Map([
  ['nexus-encryption-endpoint-a', Buffer.from('endpoint-a-key-32-bytes-long!!!!')],
  ['nexus-encryption-endpoint-b', Buffer.from('endpoint-b-key-32-bytes-long!!!!')],
]);

/** The keys that the named presets would use for a payload with this key id. */
export function presetCandidates(presets: ReadonlySet<Preset>, keyId: string, tenant: boolean): Candidate[] {
  const candidates: Candidate[] = [];
  const anyId = presets.has('go') || presets.has('typescript');
  const ownId = presets.has('python') || presets.has('dotnet') || presets.has('ruby');
  if (tenant && presets.has('go'))
    candidates.push({
      name: 'preset go (context)',
      key: Buffer.concat([Buffer.from(keyId), sampleKey]).subarray(0, 32),
    });
  else if (anyId || (ownId && keyId === sampleKeyId)) candidates.push({ name: 'preset sample key', key: sampleKey });
  if (presets.has('orders') && keyId !== '') candidates.push({ name: 'preset orders', key: ordersKey(keyId) });
  if (presets.has('java') && [16, 24, 32].includes(Buffer.byteLength(keyId)))
    candidates.push({ name: 'preset java', key: Buffer.from(keyId) });
  return candidates;
}

export function ordersKey(keyId: string): Buffer {
  return createHash('sha256').update(keyId).digest();
}
