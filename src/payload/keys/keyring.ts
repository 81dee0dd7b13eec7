import type { SecretSource } from '../../profile/profile.ts';
import type { FetchStored } from '../model/storage.ts';

/** How the text of a secret becomes key bytes. Undefined: told by its length. */
export type KeyFormat = 'raw' | 'hex' | 'base64';

interface KeyCommon {
  /** What payloads name. Looked up by exact match and nothing else (security.md 11). */
  readonly id: string;
  readonly decryptOnly: boolean;
}

/** A key that is here: AES-GCM (families A, D, H, R), the master of temporal-proxy's extension framing, Fernet. */
export interface SecretKey extends KeyCommon {
  readonly kind: 'secret';
  readonly source: SecretSource;
  readonly format?: KeyFormat;
}

/** A key that AWS KMS keeps: it wraps data keys (families E, F, G). */
export interface KmsKey extends KeyCommon {
  readonly kind: 'kms';
  /** Key ARN, key id, alias or alias ARN. */
  readonly key: string;
  /** What payloads name: `awskms:///ARN`, with parameters when the keyring writes them. */
  readonly uri: string;
  readonly region?: string;
  readonly context: Readonly<Record<string, string>>;
}

/** A key of any other service: a command wraps and unwraps data keys (docs/keyring.md). */
export interface ExecKey extends KeyCommon {
  readonly kind: 'exec';
  readonly source: SecretSource;
}

/** A key of HashiCorp Vault's Transit engine, which decrypts the payload itself (family J). */
export interface VaultKey extends KeyCommon {
  readonly kind: 'vault';
  readonly address: string;
  readonly mount: string;
  readonly key: string;
  readonly token: SecretSource;
}

export type Key = SecretKey | KmsKey | ExecKey | VaultKey;

export const presets = [
  'go',
  'typescript',
  'python',
  'dotnet',
  'ruby',
  'java',
  'orders',
  'endpoint',
  'proxy',
  'jwt-kms',
  'fernet',
] as const;
/** The keys of public samples; used only when asked for by name. */
export type Preset = (typeof presets)[number];

/** Which keys there are, for whom, and which one writes. Holds references, never key bytes. */
export interface Keyring {
  readonly keys: ReadonlyMap<string, Key>;
  readonly active?: string;
  /** Endpoint name → key ids; the first writes, all read. */
  readonly endpoints: ReadonlyMap<string, readonly string[]>;
  readonly namespaces: ReadonlyMap<string, readonly string[]>;
  readonly presets: ReadonlySet<Preset>;
}

export const emptyKeyring: Keyring = {
  keys: new Map(),
  endpoints: new Map(),
  namespaces: new Map(),
  presets: new Set(),
};

/** Wraps and unwraps data keys: AWS KMS, a command, or temporal-proxy's own framings. */
export interface Kek {
  /** @throws NexusctlError KMS_… */
  readonly wrap: (dataKey: Uint8Array) => Promise<Buffer>;
  /** @throws NexusctlError KMS_… */
  readonly unwrap: (wrapped: Uint8Array) => Promise<Buffer>;
}

/** What the core needs of the world to open payloads. Each is called only when a payload needs it. */
export interface KeyPorts {
  readonly secret: (source: SecretSource) => Promise<Uint8Array>;
  readonly kms: (key: KmsKey) => Promise<Kek>;
  readonly exec: (key: ExecKey) => Promise<Kek>;
  /** Opens an AWS Encryption SDK message with this KMS key only. */
  readonly encryptionSdk: (key: KmsKey, message: Uint8Array) => Promise<Buffer>;
  /** Decrypts a `vault:vN:…` text to what Vault was given. */
  readonly vault: (key: VaultKey, ciphertext: string) => Promise<Buffer>;
  /** An object of external storage (`--resolve`). */
  readonly stored: FetchStored;
}

export interface VaultToken {
  readonly token: string;
  /** The host on loopback to which it may go in clear. */
  readonly plaintextHost: string | undefined;
}

/** Services that keep keys. Filled by adapters/kms.ts. */
export interface KeyServices {
  /** AWS KMS Encrypt and Decrypt, always with the configured key and context. */
  readonly kms: (key: KmsKey, signal: AbortSignal) => Kek;
  readonly encryptionSdk: (key: KmsKey, message: Uint8Array) => Promise<Buffer>;
  /** A command that wraps and unwraps: the protocol is in docs/keyring.md. */
  readonly exec: (key: ExecKey, command: ExecCommand, signal: AbortSignal) => Kek;
  readonly vault: (key: VaultKey, token: VaultToken, ciphertext: string, signal: AbortSignal) => Promise<Buffer>;
  /** AWS S3 GetObject of at most `limit` bytes. */
  readonly stored: (bucket: string, key: string, limit: number, signal: AbortSignal) => Promise<Uint8Array>;
}

export interface ExecCommand {
  readonly command: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The keys that may be tried for a namespace: its own list when there is one, else all. */
export function keysFor(keyring: Keyring, namespace: string | undefined): readonly Key[] {
  const own = namespace === undefined ? undefined : keyring.namespaces.get(namespace);
  return own === undefined ? [...keyring.keys.values()] : keysOf(keyring, own);
}

export function keysOf(keyring: Keyring, ids: readonly string[]): readonly Key[] {
  return ids.map((id) => keyring.keys.get(id)).filter((key) => key !== undefined);
}

/** The keys of an endpoint; the first writes, all read. Undefined when the keyring says nothing about it. */
export function endpointKeys(keyring: Keyring, endpoint: string): readonly Key[] | undefined {
  const ids = keyring.endpoints.get(endpoint);
  return ids === undefined ? undefined : keysOf(keyring, ids);
}

/**
 * The key that writes: the endpoint's first, else the namespace's first that may write, else the active one, else the
 * only one that may write. Undefined when none of these says which.
 */
export function writingKey(keyring: Keyring, namespace?: string, endpoint?: string): Key | undefined {
  const mayWrite = (key: Key): boolean => !key.decryptOnly;
  if (endpoint !== undefined) {
    const own = endpointKeys(keyring, endpoint);
    if (own !== undefined) return own[0] !== undefined && mayWrite(own[0]) ? own[0] : undefined;
  }
  const listed = namespace === undefined ? undefined : keyring.namespaces.get(namespace);
  if (listed !== undefined) return keysOf(keyring, listed).find(mayWrite);
  if (keyring.active !== undefined) {
    const active = keyring.keys.get(keyring.active);
    return active !== undefined && mayWrite(active) ? active : undefined;
  }
  const writing = [...keyring.keys.values()].filter(mayWrite);
  return writing.length === 1 ? writing[0] : undefined;
}
