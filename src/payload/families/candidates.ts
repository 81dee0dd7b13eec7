import { createHash } from 'node:crypto';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { openGcm } from './gcm.ts';
import { insideOf } from '../model/in-place.ts';
import { shortened } from '../model/key-id.ts';
import type { Payload } from '../model/payload.ts';

/** A key that may open a payload, with the name under which errors list it. */
export interface Candidate {
  readonly name: string;
  readonly key: Uint8Array;
  readonly additionalData?: Uint8Array;
}

/**
 * Tries every candidate, also after one has opened: two keys that open are a sign of a crafted ciphertext (AES-GCM does not
 * commit to its key) and none of them is believed. One key under two names is one key.
 * @throws NexusctlError DECRYPT_FAILED with what it could be and which keys were tried, AMBIGUOUS_KEY
 */
export function openWithOne(payload: Payload, candidates: readonly Candidate[]): Payload {
  let opened: Buffer | null = null;
  let by: Candidate | null = null;
  for (const candidate of candidates) {
    const plain = openGcm(candidate.key, payload.data, candidate.additionalData);
    if (plain === null) continue;
    if (by !== null && isSame(by, candidate)) continue;
    if (by !== null)
      throw new NexusctlError(
        'AMBIGUOUS_KEY',
        `two keys open it: ${by.name} and ${candidate.name}; it was made to mislead`,
        {
          details: { tried: candidates.map(({ name }) => name) },
        },
      );
    opened = plain;
    by = candidate;
  }
  if (opened === null || by === null) throw decryptFailed(candidates.map(({ name }) => name));
  return insideOf(payload, opened, `what the key '${by.name}' opened`);
}

function isSame(one: Candidate, other: Candidate): boolean {
  const none = Buffer.alloc(0);
  return (
    Buffer.compare(one.key, other.key) === 0 &&
    Buffer.compare(one.additionalData ?? none, other.additionalData ?? none) === 0
  );
}

/** The names of the candidates that open it. */
export function openersOf(data: Buffer, candidates: readonly Candidate[]): readonly string[] {
  return candidates
    .filter(({ key, additionalData }) => openGcm(key, data, additionalData) !== null)
    .map(({ name }) => name);
}

export function decryptFailed(tried: readonly string[], cause?: unknown): NexusctlError {
  return new NexusctlError(
    'DECRYPT_FAILED',
    `it does not open with ${tried.map((name) => `'${name}'`).join(', ')}: a wrong key, a wrong context (endpoint, additional data), another layout of nonce and tag, or tampering; AES-GCM cannot tell which`,
    { hint: 'name another key with --key ID=REF, or ask who wrote it which key was used', details: { tried }, cause },
  );
}

export function keyNotFound(what: string, hint: string, details: Readonly<Record<string, string>> = {}): NexusctlError {
  return new NexusctlError('KEY_NOT_FOUND', what, { hint, details });
}

/** What adds the key of this id to the keyring. */
export function addKey(id: string): string {
  return `add it: --key ${id === '' ? "''" : shortened(id)}=file:./the.key, or under [keyring.keys]`;
}

/** Names a key whose id must not be shown. */
export function fingerprint(secret: string | Uint8Array): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}
