import type { Keys } from '../keys/keys.ts';
import type { Maybe } from '../model/maybe.ts';
import type { Payload } from '../model/payload.ts';
import type { Position } from '../model/position.ts';

export const familyIds = [
  'aes-gcm',
  'java',
  'orders',
  'endpoint',
  'envelope',
  'jwt-kms',
  'aws-encryption-sdk',
  'context',
  'vault',
  'fernet',
  'unmarked',
  'zlib',
  'gzip',
  'snappy',
  'compressed',
  'unsupported',
] as const;
export type FamilyId = (typeof familyIds)[number];

/** What can be said of a layer without any key. */
export interface LayerFacts {
  readonly keyId?: string;
  /** Instead of a key id that is the key itself (security.md 6): the first 8 hex digits of its SHA-256. */
  readonly keyFingerprint?: string;
  readonly endpoint?: string;
  /** Why it cannot be opened, or what is unusual about it. */
  readonly note?: string;
}

/** One published way to wrap a payload. Recognised by metadata and the first bytes of the data, never by trying. */
export interface Family {
  readonly id: FamilyId;
  /** By its metadata: asked once for equal ones. */
  readonly recognises: (payload: Payload) => boolean;
  /** What the data begin with, when the metadata alone do not tell. */
  readonly begins?: Uint8Array;
  /** By its metadata too, unless `factsInData`. */
  readonly facts: (payload: Payload) => LayerFacts;
  readonly factsInData?: boolean;
  /** True when it needs no key: `inspect` looks behind it. */
  readonly keyless?: boolean;
  /** True when only its encoding's own word tells it: what is written by us is sealed all the same. */
  readonly selfNamed?: boolean;
  /**
   * The payload inside.
   * @throws NexusctlError KEY_NOT_FOUND, DECRYPT_FAILED, AMBIGUOUS_KEY, PAYLOAD_MALFORMED, LIMIT_EXCEEDED, KMS_… and
   * the errors of the key's reference
   */
  readonly open: (payload: Payload, keys: Keys, position: Position) => Maybe<Payload>;
}
