import { auditCodes, type AuditCode, type AuditFinding } from './audit-codes.ts';
import type { Clear } from './clear.ts';
import type { FamilyId } from './family.ts';
import type { Key, Keyring } from './keyring.ts';
import { writingKey } from './keyring.ts';
import { encodePayload, encodingOf, metadataText } from './payload.ts';
import type { Handled } from './handled.ts';

export interface PayloadFacts {
  readonly encrypted: boolean;
  readonly family?: FamilyId;
  /** Key id, `#fingerprint`, or the endpoint whose key it is. */
  readonly key?: string;
  /** Bytes on the wire, for plaintext: once encrypted with the key that would write it. */
  readonly size: number;
  readonly findings: readonly AuditFinding[];
}

/** Server limits of a payload (dynamic configuration limit.blobSize.error and .warn), in bytes. */
const sizeLimits = { error: 2 * 1024 * 1024, warning: 512 * 1024 } as const;

/** Encodings without contents, and envelopes that the server itself reads. */
const emptyEncodings = new Set(['binary/null', 'binary/nexusNoValue']);

/** A finding about what stands in clear. Whatever a header holds may be a secret: only its name is told. */
export function clearFinding(what: Clear): AuditFinding {
  const { path, position } = what;
  const code = what.kind === 'header' ? 'CLEAR_HEADER' : 'CLEAR_FAILURE';
  const endpoint = position.endpoint === undefined ? {} : { endpoint: position.endpoint };
  return { code, severity: auditCodes[code], path, message: clearMessage(what), ...endpoint };
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

/** Findings about one payload, from what can be seen without a key. */
export function auditPayload(
  { path, position, before, opened }: Handled,
  keyring: Keyring,
  { needs, required }: { readonly needs: readonly string[]; readonly required: boolean },
): PayloadFacts {
  const { endpoint } = position;
  const findings: AuditFinding[] = [];
  const find = (code: AuditCode, message: string): void => {
    findings.push({ code, severity: auditCodes[code], path, message, ...(endpoint === undefined ? {} : { endpoint }) });
  };
  if (opened.error !== undefined) find('MALFORMED', `${opened.error.code}: ${opened.error.message}`);
  const sealed = opened.layers.find(({ family }) => family !== undefined && !keyless.has(family));
  const encrypted = sealed !== undefined;
  const wire = before === null ? 0 : encodePayload(before).length;
  const size =
    encrypted || before === null ? wire : wire + overhead(writingKey(keyring, undefined, endpoint), endpoint);
  if (size > sizeLimits.error)
    find(
      'SIZE_ERROR',
      `${String(size)} bytes${encrypted ? '' : ' once encrypted'}: the server refuses more than 2 MiB`,
    );
  else if (size > sizeLimits.warning)
    find('SIZE_WARNING', `${String(size)} bytes${encrypted ? '' : ' once encrypted'}: the server warns above 512 KiB`);
  const isEnvelope = before !== null && metadataText(before, '__temporal_system_payload') === 'true';
  const isEmpty = before === null || isEnvelope || emptyEncodings.has(encodingOf(before));
  const expected = required || (endpoint !== undefined && keyring.endpoints.has(endpoint));
  if (!encrypted && !isEmpty && expected && opened.error === undefined)
    find(
      'PLAINTEXT',
      `plaintext${unknownEncoding(opened.layers.at(-1)?.encoding ?? '')}${endpoint === undefined ? '' : ` for the endpoint '${endpoint}', which has a key`}`,
    );
  if (!encrypted && /\.encoded_?[aA]ttributes$/.test(path))
    find('CLEAR_FAILURE', 'the words of this failure are encoded and not encrypted: a codec has to encrypt them');
  if (sealed?.keyFingerprint !== undefined)
    find('KEY_IN_ID', `the key id is the key (#${sealed.keyFingerprint}): rotate it`);
  if (sealed?.family === 'unmarked')
    find('NO_KEY_ID', 'it has no encryption-key-id: a rotation cannot tell which key it needs');
  if (sealed?.family === 'unsupported')
    find(
      'UNKNOWN_CODEC',
      `it is ${sealed.note ?? ''}: whether it is safe, and which key it needs, cannot be told here`,
    );
  const key = sealed?.keyId ?? (sealed?.keyFingerprint === undefined ? sealed?.endpoint : `#${sealed.keyFingerprint}`);
  const known = sealed?.keyId === undefined || keyring.keys.size === 0 || isInKeyring(keyring, sealed.keyId);
  if (!known) find('KEY_NOT_IN_KEYRING', `needs the key '${key ?? ''}', which the keyring does not have`);
  for (const id of needs)
    if (needsKey(keyring, id, sealed?.keyId, sealed?.endpoint)) find('NEEDS_KEY', `still needs the key '${id}'`);
  return {
    encrypted,
    size,
    findings,
    ...(sealed?.family === undefined ? {} : { family: sealed.family }),
    ...(key === undefined ? {} : { key }),
  };
}

/** A converter's or a codec's own encoding: what nobody can read may still be in clear. */
function unknownEncoding(encoding: string): string {
  if (/^(?:json|binary)\/(?:plain|protobuf)$/.test(encoding)) return '';
  return encoding === ''
    ? ' (it has no encoding)'
    : `, as far as is known (its encoding is '${encoding.slice(0, 80)}')`;
}

const keyless: ReadonlySet<FamilyId> = new Set<FamilyId>(['zlib', 'gzip', 'snappy', 'compressed']);

function isInKeyring(keyring: Keyring, id: string): boolean {
  return [...keyring.keys.values()].some((key) => key.id === id || (key.kind === 'kms' && sameKms(key.uri, id)));
}

function sameKms(uri: string, id: string): boolean {
  const name = (text: string): string => text.replace(/^awskms:\/\/\/?/, '').replace(/\?.*$/s, '');
  return name(uri) === name(id);
}

/** Whether a payload cannot be read once the key is gone, as far as the payload says. */
function needsKey(keyring: Keyring, id: string, keyId: string | undefined, endpoint: string | undefined): boolean {
  const key = keyring.keys.get(id);
  if (keyId !== undefined)
    return keyId === id || (key?.kind === 'kms' && keyId.split(', ').some((arn) => sameKms(key.uri, arn)));
  // A payload for an endpoint names no key: any of the endpoint's may have written it.
  return endpoint !== undefined && keyring.endpoints.get(endpoint)?.includes(id) === true;
}

/** Bytes that encryption adds: nonce, tag, metadata (4.7 of the payload notes; measured for KMS with an ARN). */
function overhead(key: Key | undefined, endpoint: string | undefined): number {
  const envelope = 28 + 30 + 5;
  if (key?.kind === 'kms' || key?.kind === 'exec') return envelope + 450;
  return envelope + 23 + Buffer.byteLength(key?.id ?? endpoint ?? '');
}
