import { createHash } from 'node:crypto';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { readMessage } from '../../protobuf/message.ts';
import { decodePayload, encodingOf, metadataText, type Payload } from './payload.ts';

/** A bucket, or a folder in it, from which payloads may be fetched. */
export interface StorageRule {
  readonly bucket: string;
  /** Empty for the whole bucket; else it ends at a `/` of the key. */
  readonly prefix: string;
}

/** What stands in for a payload that lies in external storage. */
export interface StorageReference {
  readonly driver: string;
  readonly claims: ReadonlyMap<string, string>;
}

/** @param limit bytes that are taken at most. @throws NexusctlError EXTERNAL_STORAGE, LIMIT_EXCEEDED */
export type FetchStored = (bucket: string, key: string, limit: number) => Promise<Uint8Array>;

/** The reason in the error's details when a reference names a place that is not read here. */
export const notServed = 'NOT_SERVED';

const messageType = 'temporal.api.sdk.v1.ExternalStorageReference';

/** `s3://BUCKET` or `s3://BUCKET/PREFIX`; null when it is neither. */
export function readStorageRule(text: string): StorageRule | null {
  const parts = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,254})(?:\/(.*))?$/i.exec(text);
  return parts === null ? null : { bucket: parts[1] ?? '', prefix: (parts[2] ?? '').replace(/\/+$/, '') };
}

const ofNamespace = '{namespace}';

/** Whether the rule gives each namespace a place of its own. */
export function isPerNamespace({ prefix }: StorageRule): boolean {
  return prefix.includes(ofNamespace);
}

/** The rules for one namespace: `{namespace}` is filled in as the SDKs' drivers write it into keys. */
export function rulesFor(rules: readonly StorageRule[], namespace: string): readonly StorageRule[] {
  const segment = encodeURIComponent(namespace).replaceAll('~', '%7E');
  return rules
    .filter((rule) => namespace !== '' || !isPerNamespace(rule))
    .map(({ bucket, prefix }) => ({ bucket, prefix: prefix.replaceAll(ofNamespace, segment) }));
}

/** Told by encoding and message type alone; what was encrypted is opened first. */
export function isStorageReference(payload: Payload): boolean {
  const encoding = encodingOf(payload);
  if (encoding === 'json/external-storage-reference') return true;
  return (
    (encoding === 'json/protobuf' || encoding === 'binary/protobuf') &&
    metadataText(payload, 'messageType') === messageType
  );
}

/** For people: where it lies, as the payload says. Null when it cannot be read. */
export function storageNote(payload: Payload): string | null {
  try {
    const reference = readStorageReference(payload);
    const { bucket, key } = placeOf(reference);
    return `in external storage (${reference.driver}): ${bucket}/${key}`;
  } catch (error) {
    if (error instanceof NexusctlError) return null;
    throw error;
  }
}

/**
 * The payload behind a reference, as it was stored: it may have codec layers of its own. The rules choose what may be
 * fetched, the reference chooses among that; the bytes must have the SHA-256 that it names.
 * @throws NexusctlError EXTERNAL_STORAGE | LIMIT_EXCEEDED
 */
export async function resolveReference(
  payload: Payload,
  rules: readonly StorageRule[],
  fetch: FetchStored,
  limit: number,
): Promise<Payload> {
  const reference = readStorageReference(payload);
  const { bucket, key } = placeOf(reference);
  if (!isAllowed(rules, bucket, key))
    throw new NexusctlError('EXTERNAL_STORAGE', `s3://${bucket}/${key} is not in the buckets that may be read`, {
      hint: 'allow it, if you trust it: --resolve s3://BUCKET/PREFIX',
      details: { bucket, reason: notServed },
    });
  const claimed = hashOf(reference);
  const bytes = await fetch(bucket, key, limit);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== claimed)
    throw new NexusctlError(
      'EXTERNAL_STORAGE',
      `s3://${bucket}/${key} is not what was stored: its SHA-256 is another`,
      {
        hint: 'the object was replaced or damaged; nothing of it is used',
        details: { claimed, found },
      },
    );
  try {
    return decodePayload(bytes);
  } catch (error) {
    throw new NexusctlError('EXTERNAL_STORAGE', `s3://${bucket}/${key} holds no payload`, { cause: error });
  }
}

/**
 * temporal.api.sdk.v1.ExternalStorageReference as proto JSON (either spelling) or proto, and the form of early releases
 * that Go and Python still read.
 */
function readStorageReference(payload: Payload): StorageReference {
  if (encodingOf(payload) === 'binary/protobuf') {
    const message = readMessage(payload.data);
    const entries = message.all(2).map(({ value }) => readMessage(value));
    return { driver: message.text(1), claims: new Map(entries.map((entry) => [entry.text(1), entry.text(2)])) };
  }
  const document = tableOf(parse(payload.data));
  const claim = document['driver_claim'] === undefined ? document : tableOf(document['driver_claim']);
  const claims = tableOf(claim['claimData'] ?? claim['claim_data']);
  const driver = document['driverName'] ?? document['driver_name'];
  const texts = Object.entries(claims).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { driver: typeof driver === 'string' ? driver : '', claims: new Map(texts) };
}

function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    throw damaged('it is not JSON');
  }
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw damaged('its claim data is missing');
  return value as Readonly<Record<string, unknown>>;
}

/** TypeScript's GCS driver says `object`, all others `key`. */
function placeOf({ driver, claims }: StorageReference): { readonly bucket: string; readonly key: string } {
  const bucket = claims.get('bucket') ?? '';
  if (/gcs|gcp|google/i.test(driver) || claims.has('object'))
    throw new NexusctlError('EXTERNAL_STORAGE', `it lies in Google Cloud Storage (${driver}), which is not read here`, {
      hint: 'decode it with the codec server of its owner: --codec-endpoint URL',
      details: { reason: notServed },
    });
  const key = claims.get('key') ?? '';
  if (bucket === '' || key === '') throw damaged('it names no bucket and key');
  return { bucket, key };
}

/** Go and Python write hash_algorithm and hash_value, TypeScript hashAlgorithm and hashValue. */
function hashOf({ claims }: StorageReference): string {
  const algorithm = claims.get('hash_algorithm') ?? claims.get('hashAlgorithm') ?? '';
  const value = (claims.get('hash_value') ?? claims.get('hashValue') ?? '').toLowerCase();
  if (algorithm.toLowerCase() !== 'sha256' || !/^[0-9a-f]{64}$/.test(value))
    throw damaged('it names no SHA-256, so that what is fetched could not be verified');
  return value;
}

/** A key with `.` or `..` between slashes could mean another object on its way through a URL. */
function isAllowed(rules: readonly StorageRule[], bucket: string, key: string): boolean {
  if (key.split('/').some((part) => part === '.' || part === '..')) return false;
  return rules.some(
    (rule) =>
      rule.bucket === bucket && (rule.prefix === '' || key === rule.prefix || key.startsWith(`${rule.prefix}/`)),
  );
}

function damaged(what: string): NexusctlError {
  return new NexusctlError('EXTERNAL_STORAGE', `the reference to external storage is damaged: ${what}`);
}
