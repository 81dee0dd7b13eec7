import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { decryptFailed, keyNotFound } from './candidates.ts';
import type { Family } from './family.ts';
import { decodeBase64, decodeCanonicalBase64 } from '../json/form.ts';
import { insideOf } from '../model/in-place.ts';
import { keysFor } from '../keys/keyring.ts';
import type { Keys } from '../keys/keys.ts';
import { limits } from '../model/limits.ts';
import { encodingOf, type Payload } from '../model/payload.ts';
import { encrypted } from './aes-gcm.ts';

/** The default of PostHog's development settings. */
const sampleSecret = Buffer.from('<randomly generated secret key>');

/**
 * Family K: the data is a Fernet token (https://github.com/fernet/spec) of the proto form. PostHog
 * posthog/temporal/common/codec.py; a key of another length is padded with zeros in front or cut to 32 bytes, as there.
 * Others name it in the encoding: binary/encrypted-fernet, binary/fernet-encrypted.
 */
export const fernet: Family = {
  id: 'fernet',
  recognises: (payload) => encodingOf(payload) === encrypted || /fernet/i.test(encodingOf(payload)),
  begins: Buffer.from('gAAAA'),
  facts: () => ({ note: 'a Fernet token names no key' }),
  open: async (payload, keys) => {
    const token = tokenOf(payload);
    const candidates = await candidatesFor(keys);
    if (candidates.length === 0)
      throw keyNotFound('it names no key, and the keyring has none to try', 'give the Fernet key: --key ID=REF');
    const opened = candidates.filter(({ key }) => isSignedBy(key, token));
    if (opened.some(({ key }) => opened[0]?.key.equals(key) === false))
      throw new NexusctlError('AMBIGUOUS_KEY', 'two keys open it; it was made to mislead');
    const found = opened[0];
    if (found === undefined) throw decryptFailed(candidates.map(({ name }) => name));
    return insideOf(payload, decrypt(found.key, token, found.name), `what the key '${found.name}' opened`);
  },
};

/** The names of the keys that open it. @throws what reading a key throws */
export async function fernetOpeners(payload: Payload, keys: Keys): Promise<readonly string[]> {
  const candidates = await candidatesFor(keys);
  const token = tokenOf(payload);
  return [...new Set(candidates.filter(({ key }) => isSignedBy(key, token)).map(({ name }) => name))];
}

function tokenOf({ data }: Payload): Buffer {
  const token = decodeCanonicalBase64(data.toString('latin1'));
  if (token === null || token.length < 1 + 8 + 16 + 16 + 32)
    throw new NexusctlError('PAYLOAD_MALFORMED', 'the Fernet token is damaged');
  return token;
}

interface FernetKey {
  readonly name: string;
  readonly key: Buffer;
}

async function candidatesFor(keys: Keys): Promise<FernetKey[]> {
  const candidates: FernetKey[] = [];
  for (const key of keysFor(keys.keyring, keys.namespace).slice(0, limits.candidates)) {
    if (key.kind !== 'secret') continue;
    for (const bytes of fernetKeys(await keys.raw(key))) candidates.push({ name: key.id, key: bytes });
  }
  if (keys.keyring.presets.has('fernet')) candidates.push({ name: 'preset fernet', key: resized(sampleSecret) });
  return candidates;
}

/** A Fernet key is base64 of 32 bytes; PostHog takes any secret, with `hex:` or `base64:` in front or as it is. */
function fernetKeys(secret: Buffer): Buffer[] {
  const text = secret.toString('latin1').replace(/\r?\n$/, '');
  const [, format, spelled = text] = /^(hex|base64|base64-urlsafe):(.*)$/s.exec(text) ?? [];
  if (format === 'hex') return [resized(Buffer.from(spelled, 'hex'))];
  const decoded = decodeBase64(spelled);
  const keys = decoded?.length === 32 || (format !== undefined && decoded !== null) ? [resized(decoded)] : [];
  return format === undefined ? [...keys, resized(Buffer.from(text, 'latin1'))] : keys;
}

function resized(secret: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(32 - secret.length, 0)), secret]).subarray(0, 32);
}

function isSignedBy(key: Buffer, token: Buffer): boolean {
  const mac = createHmac('sha256', key.subarray(0, 16)).update(token.subarray(0, -32)).digest();
  return token[0] === 0x80 && timingSafeEqual(mac, token.subarray(-32));
}

function decrypt(key: Buffer, token: Buffer, name: string): Buffer {
  const decipher = createDecipheriv('aes-128-cbc', key.subarray(16), token.subarray(9, 25));
  try {
    return Buffer.concat([decipher.update(token.subarray(25, -32)), decipher.final()]);
  } catch {
    throw decryptFailed([name]);
  }
}
