import { findingAt, type AuditFinding } from './audit-codes.ts';
import type { Handled } from './handled.ts';
import { endpointKeys, writingKey } from './keyring.ts';
import type { Keys } from './keys.ts';

/** Nonce and tag of AES-GCM. */
const gcmBytes = 12 + 16;
/** Base64 of what AWS KMS wraps a data key of 32 bytes to, as measured. */
const dataKeyBytes = 248;

/** Bytes on the wire of a payload of `plain` bytes, once the key that the keyring names for its place has sealed it. */
export function sealedSize(plain: number, { keyring, namespace }: Keys, endpoint: string | undefined): number {
  const key = writingKey(keyring, namespace, endpoint);
  const isService = key?.kind === 'kms' || key?.kind === 'exec';
  const isForEndpoint = endpoint !== undefined && !isService && endpointKeys(keyring, endpoint) !== undefined;
  const id = key?.kind === 'kms' ? key.uri : (key?.id ?? '');
  return (
    entry('encoding', 'binary/encrypted'.length) +
    (isForEndpoint
      ? entry('endpoint', Buffer.byteLength(endpoint))
      : entry('encryption-key-id', Buffer.byteLength(id))) +
    (isService ? entry('encryption-dek', dataKeyBytes) : 0) +
    field(plain + gcmBytes)
  );
}

/** Of the metadata, a map. */
function entry(name: string, valueBytes: number): number {
  return field(field(name.length) + field(valueBytes));
}

function field(bytes: number): number {
  let length = 1;
  for (let rest = bytes; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return 1 + length + bytes;
}

/** Of the server for a payload or a list of them, in bytes (dynamic configuration limit.blobSize.error and .warn). */
const limits = { SIZE_ERROR: 2 * 1024 * 1024, SIZE_WARNING: 512 * 1024 } as const;

interface Sized {
  readonly size: number;
  readonly encrypted: boolean;
}

/** What the server says to so many bytes; null when nothing. */
export function sizeFinding(
  place: Pick<Handled, 'path' | 'position'>,
  { size, encrypted }: Sized,
  what = '',
): AuditFinding | null {
  const code = codeOf(size);
  if (code === null) return null;
  const says = code === 'SIZE_ERROR' ? 'refuses more than 2 MiB' : 'warns above 512 KiB';
  const message = `${what}${String(size)} bytes${encrypted ? '' : ' once encrypted'}: the server ${says}`;
  return findingAt(code, place, message);
}

function codeOf(size: number): keyof typeof limits | null {
  return size > limits.SIZE_ERROR ? 'SIZE_ERROR' : size > limits.SIZE_WARNING ? 'SIZE_WARNING' : null;
}

interface List {
  readonly handled: Handled;
  readonly path: string;
  count: number;
  size: number;
  largest: number;
  encrypted: boolean;
}

/** The server bounds a Payloads message as a whole: several that are small enough may be too large together. */
export function listFindings(all: readonly (readonly [Handled, Sized])[]): readonly AuditFinding[] {
  const lists = new Map<string, List>();
  for (const [handled, { size, encrypted }] of all) {
    // Of a document in lines each is alone: `$[2]`.
    const path = /^(.*\..*)\[\d+\]$/.exec(handled.path)?.[1];
    if (path === undefined) continue;
    const list = lists.get(path) ?? { handled, path, count: 0, size: 0, largest: 0, encrypted: true };
    lists.set(path, list);
    list.count += 1;
    list.size += field(size);
    list.largest = Math.max(list.largest, size);
    list.encrypted &&= encrypted;
  }
  return [...lists.values()].flatMap(({ handled, path, count, size, largest, encrypted }) => {
    if (count === 1 || codeOf(size) === codeOf(largest)) return [];
    const { position } = handled;
    const finding = sizeFinding({ path, position }, { size, encrypted }, `${String(count)} payloads of together `);
    return finding === null ? [] : [finding];
  });
}
