import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dataKeyBounds, makeDataKeys, type WrappedKey } from '../../../src/payload/keys/data-keys.ts';
import { emptyKeyring, type Kek, type KeyPorts, type KmsKey } from '../../../src/payload/keys/keyring.ts';
import { openKeys } from '../../../src/payload/keys/keys.ts';
import { openPayload } from '../../../src/payload/layers.ts';
import { makePayload, metadataText } from '../../../src/payload/model/payload.ts';
import { sealPayload } from '../../../src/payload/seal.ts';
import { all } from '../../../src/payload/model/maybe.ts';

const bounds = { ageMs: 1000, messages: 5, bytes: 100, entries: 3 };

/** A clock that stands still until it is set, and a service that counts. */
function counted() {
  const state = { now: 0, made: 0, unwrapped: 0 };
  const keys = makeDataKeys(() => state.now, bounds);
  const make = (): Promise<WrappedKey> => {
    state.made += 1;
    return Promise.resolve({ key: randomBytes(32), wrapped: Buffer.from(String(state.made)) });
  };
  const unwrap = (): Promise<Buffer> => {
    state.unwrapped += 1;
    return Promise.resolve(randomBytes(32));
  };
  return { state, keys, make, unwrap };
}

describe('data keys between calls of a key service', () => {
  it('has the bounds that are promised', () => {
    expect(dataKeyBounds).toMatchObject({ ageMs: 3_600_000, messages: 2 ** 24, bytes: 64 * 1024 ** 3 });
  });

  it.each([
    ['messages', 12, 1, 0, 3],
    ['bytes', 6, 40, 0, 3],
    ['age', 4, 1, 500, 2],
    ['none of them', 5, 1, 10, 1],
  ] as const)('ends a key that writes by %s', async (_what, payloads, size, pause, calls) => {
    const { state, keys, make } = counted();
    const used = new Set<string>();
    for (let index = 0; index < payloads; index += 1) {
      used.add((await keys.toWrite('k', size, make)).wrapped.toString());
      state.now += pause;
    }
    expect(state.made).toBe(calls);
    expect(used.size).toBe(calls);
  });

  it('believes no clock that was set back', async () => {
    const { state, keys, make, unwrap } = counted();
    state.now = 10_000;
    await keys.toWrite('k', 1, make);
    await keys.toRead('k', Buffer.from('w'), unwrap);
    state.now = 0;
    await keys.toWrite('k', 1, make);
    await keys.toRead('k', Buffer.from('w'), unwrap);
    expect(state).toMatchObject({ made: 2, unwrapped: 2 });
  });

  it('asks once for many that come at the same time, and apart for each key', async () => {
    const { state, keys, make, unwrap } = counted();
    await Promise.all([1, 2, 3, 4].map(() => keys.toWrite('k', 1, make)));
    expect(state.made).toBe(1);
    await keys.toWrite('other', 1, make);
    expect(state.made).toBe(2);
    const wrapped = Buffer.from('w');
    await all([1, 2, 3, 4].map(() => keys.toRead('k', wrapped, unwrap)));
    expect(state.unwrapped).toBe(1);
    await keys.toRead('other namespace', wrapped, unwrap);
    expect(state.unwrapped).toBe(2);
  });

  it('keeps the keys that were read last, and none past its age', async () => {
    const { state, keys, unwrap } = counted();
    const read = (name: string) => keys.toRead('k', Buffer.from(name), unwrap);
    for (const name of ['a', 'b', 'c', 'a', 'd', 'a', 'c', 'd']) await read(name);
    expect(state.unwrapped).toBe(4);
    await read('b');
    expect(state.unwrapped).toBe(5);
    state.now = 1000;
    await read('b');
    expect(state.unwrapped).toBe(6);
  });

  it('asks again after a failure', async () => {
    const { keys, make, unwrap, state } = counted();
    const fails = () => Promise.reject(new Error('away'));
    await expect(keys.toWrite('k', 1, fails)).rejects.toThrow('away');
    await expect(keys.toRead('k', Buffer.from('w'), fails)).rejects.toThrow('away');
    await keys.toWrite('k', 1, make);
    await keys.toRead('k', Buffer.from('w'), unwrap);
    expect(state).toMatchObject({ made: 1, unwrapped: 1 });
  });
});

/** A key service in memory that counts its calls. */
function service() {
  const calls = { wrap: 0, unwrap: 0, atOnce: 0, most: 0 };
  const mask = randomBytes(32);
  const masked = (bytes: Uint8Array): Buffer => Buffer.from(bytes.map((byte, index) => byte ^ (mask[index] ?? 0)));
  const kek: Kek = {
    wrap: async (dataKey) => {
      calls.wrap += 1;
      return Promise.resolve(masked(dataKey));
    },
    unwrap: async (wrapped) => {
      calls.unwrap += 1;
      calls.atOnce += 1;
      calls.most = Math.max(calls.most, calls.atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      calls.atOnce -= 1;
      return masked(wrapped);
    },
  };
  const none = () => Promise.reject(new Error('not asked'));
  const ports: KeyPorts = {
    secret: none,
    kms: () => Promise.resolve(kek),
    exec: none,
    encryptionSdk: none,
    vault: none,
    stored: none,
  };
  return { calls, ports };
}

const key: KmsKey = { kind: 'kms', id: 'k', key: 'arn:k', uri: 'awskms:///arn:k', context: {}, decryptOnly: false };
const keyring = { ...emptyKeyring, keys: new Map([['k', key]]), active: 'k' };
const plain = makePayload({ encoding: 'json/plain' }, '1');

describe('payloads under data keys', () => {
  it('n payloads under k data keys cost k calls, to write and to read', async () => {
    const { calls, ports } = service();
    let now = 0;
    const writing = openKeys(keyring, ports, { now: () => now });
    const sealed = [];
    for (let index = 0; index < 90; index += 1) {
      // Three hours of half a minute each: three data keys.
      now = index * 2 * 60_000;
      sealed.push((await sealPayload(plain, writing)).payload ?? plain);
    }
    expect(calls.wrap).toBe(3);
    expect(new Set(sealed.map((payload) => metadataText(payload, 'encryption-dek'))).size).toBe(3);
    const reading = openKeys(keyring, ports);
    const opened = await Promise.all(sealed.map(async (payload) => openPayload(payload, reading)));
    expect(opened.every(({ status }) => status === 'decoded')).toBe(true);
    expect(calls.unwrap).toBe(3);
  });

  it('a history with a data key a payload does not ask for all of them at a time', async () => {
    const { calls, ports } = service();
    const sealed = await Promise.all(
      Array.from({ length: 100 }, async () => (await sealPayload(plain, openKeys(keyring, ports))).payload ?? plain),
    );
    const reading = openKeys(keyring, ports);
    await Promise.all(sealed.map(async (payload) => openPayload(payload, reading)));
    expect(calls.unwrap).toBe(100);
    expect(calls.most).toBeGreaterThan(1);
    expect(calls.most).toBeLessThanOrEqual(16);
  });
});
