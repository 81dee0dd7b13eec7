import { aesGcm } from './aes-gcm.ts';
import { awsEncryptionSdk } from './aws-encryption-sdk.ts';
import { compressed, gzip, snappy, zlib } from './compressed.ts';
import { endpoint } from './endpoint.ts';
import { envelope } from './envelope.ts';
import { fernet } from './fernet.ts';
import { java } from './java.ts';
import { jwtKms } from './jwt-kms.ts';
import { unmarked } from './unmarked.ts';
import { detached, selfNamed, unsupported } from './unsupported.ts';
import { vault } from './vault.ts';
import type { Family, FamilyId } from './family.ts';
import type { Payload } from '../model/payload.ts';

/** In the order in which they are asked: `binary/encrypted` alone can mean eight things. */
const families: readonly Family[] = [
  envelope,
  jwtKms,
  endpoint,
  detached,
  java,
  fernet,
  vault,
  unsupported,
  aesGcm,
  unmarked,
  awsEncryptionSdk,
  zlib,
  gzip,
  snappy,
  compressed,
  selfNamed,
];

/** Layers that anybody takes off: compression. What has no other layer is plaintext. */
export const keylessFamilies: ReadonlySet<FamilyId> = new Set(
  families.filter(({ keyless }) => keyless === true).map(({ id }) => id),
);

/** The families that the same metadata can mean, in order; a document has few different metadata. */
const possible = new WeakMap<Payload['metadata'], readonly Family[]>();

/** The codec layer on the outside of a payload; null when there is none: what is left is the value. */
export function familyOf(payload: Payload): Family | null {
  let asked = possible.get(payload.metadata);
  if (asked === undefined) {
    asked = families.filter((family) => family.recognises(payload));
    possible.set(payload.metadata, asked);
  }
  for (const family of asked) if (family.begins === undefined || startsWith(payload.data, family.begins)) return family;
  return null;
}

function startsWith(data: Uint8Array, beginning: Uint8Array): boolean {
  for (let at = 0; at < beginning.length; at += 1) if (data[at] !== beginning[at]) return false;
  return true;
}
