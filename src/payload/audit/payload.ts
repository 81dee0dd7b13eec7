import { findingAt, type AuditCode, type AuditFinding } from './codes.ts';
import { needOf, writersOf, type Need, type Tried } from './keys.ts';
import { shortened } from '../model/key-id.ts';
import type { Clear } from '../walk/clear.ts';
import { keylessFamilies } from '../families/families.ts';
import type { FamilyId } from '../families/family.ts';
import type { Handled } from '../handled.ts';
import { sizeFinding } from './size.ts';
import { endpointKeys, type Keyring } from '../keys/keyring.ts';
import type { Keys } from '../keys/keys.ts';
import type { Layer } from '../layers.ts';
import { encodePayload, encodingOf, metadataText } from '../model/payload.ts';
import type { Position } from '../model/position.ts';
import { gcmBytes } from '../families/gcm.ts';
import { sealedSize } from '../size/sealed.ts';
import { isStorageReference } from '../model/storage.ts';

export interface PayloadFacts {
  readonly encrypted: boolean;
  /** Bytes on the wire as it is. */
  readonly wire: number;
  /** The same for plaintext once encrypted with the key that would write it. */
  readonly size: number;
  /** False when `size` is an estimate. */
  readonly exact: boolean;
  /** A reference to what lies elsewhere. */
  readonly stored: boolean;
  readonly family?: FamilyId;
  /** Key id, `#fingerprint`, or `endpoint NAME`, with the key that opened it when that is known. */
  readonly key?: string;
  /** The key whose nonces it uses up. */
  readonly used?: string;
  readonly findings: readonly AuditFinding[];
}

/** Encodings without contents, and envelopes that the server itself reads. */
const emptyEncodings = new Set(['binary/null', 'binary/nexusNoValue']);

const gcmFamilies: ReadonlySet<FamilyId> = new Set<FamilyId>([
  'aes-gcm',
  'java',
  'endpoint',
  'envelope',
  'jwt-kms',
  'unmarked',
]);

/** The server bounds what crosses any endpoint but its own. */
const systemEndpoint = '__temporal_system';

/** A finding about what stands in clear. Whatever a header holds may be a secret: only its name is told. */
export function clearFinding(what: Clear): AuditFinding {
  return findingAt(what.kind === 'header' ? 'CLEAR_HEADER' : 'CLEAR_FAILURE', what, clearMessage(what));
}

function clearMessage(what: Clear): string {
  if (what.kind === 'header') return `the header '${what.name.slice(0, 200)}' is in clear: no codec touches headers`;
  const words =
    what.message && what.stackTrace ? 'message and the stack trace' : what.message ? 'message' : 'stack trace';
  const clear = `the ${words} of this failure ${what.message && what.stackTrace ? 'are' : 'is'} in clear`;
  return what.encoded
    ? `${clear} beside its encoded attributes, which should hold all of its words`
    : `${clear}; encodeCommonAttributes of the failure converter encrypts them`;
}

/** The layer that needs a key; undefined for plaintext. */
export function sealedLayer({ opened }: Handled): Layer | undefined {
  return opened.layers.find(({ family }) => family !== undefined && !keylessFamilies.has(family));
}

/**
 * Findings about one payload, from what can be seen without a key.
 * @param tried the keys that open it, where that was tried
 */
export function auditPayload(
  handled: Handled,
  keys: Keys,
  { needs, required }: { readonly needs: readonly string[]; readonly required: boolean },
  tried: Tried | null,
): PayloadFacts {
  const { keyring } = keys;
  const { path, position, before, opened } = handled;
  const { endpoint } = position;
  const findings: AuditFinding[] = [];
  const find = (code: AuditCode, message: string, key?: string): void => {
    findings.push(findingAt(code, handled, message, key === undefined ? {} : { key }));
  };
  if (opened.error !== undefined) find('MALFORMED', `${opened.error.code}: ${opened.error.message}`);
  const sealed = sealedLayer(handled);
  const encrypted = sealed !== undefined;
  const bytes = opened.payload?.data.length ?? 0;
  if (sealed?.family !== undefined && gcmFamilies.has(sealed.family) && bytes < gcmBytes)
    find('MALFORMED', `its data is ${String(bytes)} bytes: less than the nonce and the tag of AES-GCM`);
  const stored = !encrypted && opened.payload !== null && isStorageReference(opened.payload);
  const wire = before === null ? 0 : encodePayload(before).length;
  const isEnvelope = before !== null && metadataText(before, '__temporal_system_payload') === 'true';
  // An envelope stays as it is: the payloads in it are encrypted.
  const isAsItIs = encrypted || before === null || isEnvelope;
  const { bytes: size, exact } = isAsItIs ? { bytes: wire, exact: true } : sealedSize(wire, keys, endpoint);
  if (endpoint !== systemEndpoint || !isEnvelope)
    findings.push(...sizeFinding(handled, { size, encrypted: isAsItIs, exact }));
  const isEmpty = before === null || isEnvelope || emptyEncodings.has(encodingOf(before));
  const expected = required || (endpoint !== undefined && keyring.endpoints.has(endpoint));
  if (stored) find('STORED', 'it lies in external storage: what encrypts it there is not seen here');
  else if (!encrypted && !isEmpty && expected && opened.error === undefined)
    find(
      'PLAINTEXT',
      `plaintext${unknownEncoding(opened.layers.at(-1))}${endpoint === undefined ? '' : ` for the endpoint '${endpoint}', which has a key`}`,
    );
  if (!encrypted && /\.encoded_?[aA]ttributes$/.test(path))
    find('CLEAR_FAILURE', 'the words of this failure are encoded and not encrypted: a codec has to encrypt them');
  if (sealed !== undefined)
    for (const [code, message, key] of keyFindings(keyring, sealed, position)) find(code, message, key);
  const own = sealed === undefined ? undefined : keyName(sealed);
  if (tried?.openers.length === 0) find('UNOPENED', unopened(tried), own);
  for (const id of needs) {
    const need = stored ? 'maybe' : sealed === undefined ? 'no' : needFor(keyring, id, sealed, position, tried);
    const key = sealed?.keyFingerprint !== undefined && need === 'yes' ? `#${sealed.keyFingerprint}` : id;
    if (need === 'no') continue;
    const certain = need === 'yes';
    const message = certain
      ? `still needs the key '${key}'`
      : `may need the key '${key}': it does not say which key it needs`;
    findings.push(findingAt('NEEDS_KEY', handled, message, { key, certain }));
  }
  const opener = tried !== null && tried.openers.length > 0 ? tried.openers.join(', ') : undefined;
  const key = sealed?.family === 'endpoint' && opener !== undefined ? `${own ?? ''} (${opener})` : (own ?? opener);
  const used = opener ?? own;
  return {
    encrypted,
    stored,
    wire,
    size,
    exact,
    findings,
    ...(sealed?.family === undefined ? {} : { family: sealed.family }),
    ...(key === undefined ? {} : { key }),
    ...(used === undefined ? {} : { used }),
  };
}

/** A converter's or a codec's own encoding: what nobody can read may still be in clear. */
function unknownEncoding(layer: Layer | undefined): string {
  const encoding = layer?.encoding ?? '';
  if (layer?.note !== undefined) return `, as far as is known (${layer.note})`;
  if (/^(?:json|binary)\/(?:plain|protobuf)$/.test(encoding)) return '';
  return encoding === ''
    ? ' (it has no encoding)'
    : `, as far as is known (its encoding is '${encoding.slice(0, 80)}')`;
}

function unopened({ error }: Tried): string {
  return error === undefined
    ? 'none of the keys that were tried opens it: a wrong key, a wrong endpoint, or tampering'
    : `the keys could not be tried: ${error.code}: ${error.message}`;
}

/** What can be said of the key of a layer. */
function* keyFindings(
  keyring: Keyring,
  sealed: Layer,
  position: Position,
): Generator<readonly [code: AuditCode, message: string, key?: string | undefined]> {
  const { endpoint } = position;
  const key = keyName(sealed);
  if (sealed.keyFingerprint !== undefined)
    yield ['KEY_IN_ID', `the key id is the key (#${sealed.keyFingerprint}): rotate it`, key];
  if (sealed.family === 'unmarked')
    yield ['NO_KEY_ID', 'it has no encryption-key-id: a rotation cannot tell which key it needs'];
  if (sealed.family === 'unsupported')
    yield [
      'UNKNOWN_CODEC',
      `it is ${sealed.note ?? ''}: whether it is safe, and which key it needs, cannot be told here`,
    ];
  const writers = writersOf(keyring, sealed, position);
  const hasKeys = keyring.keys.size > 0;
  if (hasKeys && key !== undefined && writers?.keys.length === 0 && !writers.preset)
    yield ['KEY_NOT_IN_KEYRING', `needs ${quoted(sealed)}, which the keyring does not have`, key];
  if (endpoint === undefined) return;
  if (sealed.family === 'endpoint' && sealed.endpoint !== endpoint)
    yield ['OTHER_KEY', `encrypted for the endpoint '${sealed.endpoint ?? ''}', found at '${endpoint}'`, key];
  else {
    const own = endpointKeys(keyring, endpoint);
    if (own !== undefined && writers?.keys.some((writer) => own.includes(writer)) !== true)
      yield [
        'OTHER_KEY',
        `encrypted with ${quoted(sealed)}, not with a key of the endpoint '${endpoint}': others read it`,
        key,
      ];
  }
}

function keyName({ keyId, keyFingerprint, endpoint }: Layer): string | undefined {
  if (keyFingerprint !== undefined) return `#${keyFingerprint}`;
  return keyId ?? (endpoint === undefined ? undefined : `endpoint ${endpoint}`);
}

function quoted(sealed: Layer): string {
  if (sealed.family === 'endpoint') return `a key of the endpoint '${shortened(sealed.endpoint ?? '')}'`;
  const name = keyName(sealed);
  return name === undefined ? 'a key that it does not name' : `the key '${shortened(name)}'`;
}

function needFor(keyring: Keyring, id: string, sealed: Layer, position: Position, tried: Tried | null): Need {
  if (tried === null || tried.openers.length === 0) return needOf(keyring, id, sealed, position);
  return tried.openers.includes(id) ? 'yes' : 'no';
}
