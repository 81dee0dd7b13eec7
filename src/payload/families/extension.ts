import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { numberOf, readFields, textOf, bytesField, varintField } from '../../protobuf/wire.ts';
import { decryptFailed } from './candidates.ts';
import { openGcm, sealGcm } from './gcm.ts';
import { hkdf } from '../keys/keys.ts';

/**
 * How temporal-proxy's extension key services frame a wrapped data key.
 * v1 (examples/kms/server/keyring.go): `01 | u16 length | namespace | nonce 12 | ciphertext+tag`, key = HKDF-SHA256 of the
 * master with info `temporal-proxy-kek/v1/NAMESPACE`, additional data = namespace.
 * v2 (pkg/ext/keywrap.go, binding.go): proto KeyMaterial, the cipher and every other field bound as additional data.
 */
export async function unwrapExtension(master: Buffer, wrapped: Buffer, name: string): Promise<Buffer> {
  const dataKey = wrapped[0] === 1 ? unwrapV1(master, wrapped) : await unwrapV2(master, wrapped);
  if (dataKey === null) throw decryptFailed([name]);
  return dataKey;
}

function unwrapV1(master: Buffer, wrapped: Buffer): Buffer | null {
  const length = wrapped.length < 3 ? 0 : wrapped.readUInt16BE(1);
  if (wrapped.length < 3 + length + 28) throw malformed();
  const namespace = wrapped.subarray(3, 3 + length);
  const key = hkdf(master, `temporal-proxy-kek/v1/${namespace.toString('utf8')}`);
  return openGcm(key, wrapped.subarray(3 + length), namespace);
}

interface KeyMaterial {
  readonly dataKey: Buffer;
  readonly version: string;
  readonly namespace: string;
  readonly opaque: Buffer;
  readonly nonce: Buffer;
  readonly cipher: number;
}

async function unwrapV2(master: Buffer, wrapped: Buffer): Promise<Buffer | null> {
  const material = readMaterial(wrapped);
  const { dataKey, version, namespace, opaque, nonce, cipher } = material;
  const key = hkdf(master, `temporal-proxy-kek/v${version}/${namespace}`);
  // An intermediate revision kept the nonce in `opaque` and bound the namespace alone.
  if (nonce.length === 0 && opaque.length === 12)
    return openGcm(key, Buffer.concat([opaque, dataKey]), Buffer.from(namespace));
  const additionalData = binding(material);
  if (cipher === 1) {
    if (nonce.length !== 12) throw malformed();
    return openGcm(key, Buffer.concat([nonce, dataKey]), additionalData);
  }
  if ((cipher !== 2 || nonce.length !== 12) && (cipher !== 3 || nonce.length !== 24)) throw malformed();
  const { chacha20poly1305, xchacha20poly1305 } = await import('@noble/ciphers/chacha.js');
  const open = cipher === 2 ? chacha20poly1305 : xchacha20poly1305;
  try {
    return Buffer.from(open(key, nonce, additionalData).decrypt(dataKey));
  } catch {
    return null;
  }
}

function readMaterial(wrapped: Buffer): KeyMaterial {
  try {
    const fields = readFields(wrapped);
    const bytes = (number: number): Buffer => fields.find((field) => field.number === number)?.value ?? Buffer.alloc(0);
    const text = (number: number): string => {
      const field = fields.find((candidate) => candidate.number === number);
      return field === undefined ? '' : textOf(field);
    };
    const cipher = fields.find(({ number }) => number === 6);
    return {
      dataKey: bytes(1),
      version: text(2),
      namespace: text(3),
      opaque: bytes(4),
      nonce: bytes(5),
      cipher: cipher === undefined ? 0 : numberOf(cipher),
    };
  } catch {
    throw malformed();
  }
}

function binding({ cipher, version, namespace, opaque }: KeyMaterial): Buffer {
  return Buffer.concat([
    u32(cipher),
    u16(Buffer.byteLength(version)),
    Buffer.from(version),
    u16(Buffer.byteLength(namespace)),
    Buffer.from(namespace),
    u32(opaque.length),
    opaque,
  ]);
}

/** Writes v2 with AES-256-GCM. */
export function wrapExtension(master: Buffer, dataKey: Buffer, namespace: string): Buffer {
  const version = '2';
  const key = hkdf(master, `temporal-proxy-kek/v${version}/${namespace}`);
  const empty = Buffer.alloc(0);
  const bound = binding({ cipher: 1, version, namespace, opaque: empty, nonce: empty, dataKey: empty });
  const sealed = sealGcm(key, dataKey, bound);
  return Buffer.concat([
    bytesField(1, sealed.subarray(12)),
    bytesField(2, version),
    ...(namespace === '' ? [] : [bytesField(3, namespace)]),
    bytesField(5, sealed.subarray(0, 12)),
    varintField(6, 1),
  ]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function malformed(): NexusctlError {
  return new NexusctlError('PAYLOAD_MALFORMED', 'the wrapped data key has no known framing');
}
