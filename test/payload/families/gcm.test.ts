import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openGcm, sealGcm } from '../../../src/payload/families/gcm.ts';

describe('sealGcm', () => {
  it('never takes a nonce twice', () => {
    const key = randomBytes(32);
    const nonces = Array.from({ length: 5000 }, () => sealGcm(key, Buffer.alloc(0)).subarray(0, 12).toString('hex'));
    expect(new Set(nonces).size).toBe(5000);
    // Taken from a pool: none may be what the pool held before it was filled.
    expect(nonces).not.toContain('0'.repeat(24));
  });

  it('writes what openGcm reads, with the additional data only', () => {
    const key = randomBytes(32);
    const sealed = sealGcm(key, Buffer.from('hello'), Buffer.from('billing'));
    expect(openGcm(key, sealed, Buffer.from('billing'))?.toString()).toBe('hello');
    expect(openGcm(key, sealed, Buffer.from('orders'))).toBeNull();
    expect(openGcm(key, sealed)).toBeNull();
  });
});
